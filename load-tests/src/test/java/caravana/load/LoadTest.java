package caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void whatIsMisspelledIsRefusedBeforeAnythingStarts() throws Exception {
        assertThat(Load.run(List.of())).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--profile", "middling"))).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--url", "8080"))).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--url"))).isEqualTo(2);
        assertThat(Load.run(List.of("database"))).isEqualTo(2);
    }
}
