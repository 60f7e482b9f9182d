package caravana.bench;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.SampledClass;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SampledClass(turn = 5)
class StatusThroughputTest {

    /** A field that only one of them has ends the benchmark, which nobody runs for weeks. */
    @Test
    void bothSidesGiveTheSameAnswer(@TempDir Path folder) throws Exception {
        List<URI> compared = new ArrayList<>();

        StatusThroughput.compare(folder, (system, ours, theirs) -> compared.addAll(List.of(ours, theirs)));

        assertThat(compared).hasSize(2).doesNotHaveDuplicates();
    }
}
