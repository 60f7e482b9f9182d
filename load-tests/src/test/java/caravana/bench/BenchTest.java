package caravana.bench;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.measure.Project;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {

    private final List<String> names =
            Bench.all().stream().flatMap(b -> b.names().stream()).toList();

    @Test
    void eachFigureHasANameOfItsOwn() {
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void eachFigureIsExplained() throws Exception {
        String page = Files.readString(Project.root().resolve("docs/benchmarks.md"));

        assertThat(names).allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }
}
