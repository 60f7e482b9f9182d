package caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Both scenarios with a handful of users and videos, on one local stack: plans, runner and report work together. */
class SmokeTest {

    @Test
    void bothScenariosHold() throws Exception {
        assertThat(Load.run(List.of("web", "worker", "--profile", "smoke"))).isZero();
    }

    @Test
    void whatIsMisspelledIsNamed() throws Exception {
        assertThat(Load.run(List.of())).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--profile", "middling"))).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--url", "8080"))).isEqualTo(2);
        assertThat(Load.run(List.of("web", "--url"))).isEqualTo(2);
        assertThat(Load.run(List.of("database"))).isEqualTo(2);
    }
}
