package caravana;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.PackageCycles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PackagesTest {

    @Test
    void noPackageNeedsOneThatNeedsIt() {
        assertThat(PackageCycles.check(Path.of("").toAbsolutePath()).containPackage("caravana.bench.plain"))
                .isTrue();
    }
}
