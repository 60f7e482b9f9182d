package caravana.worker.exec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ToolCheckTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String REMEDY = "install it";

    @Test
    void aToolThatCannotBeStartedIsNamedWithTheRemedy() {
        assertThatThrownBy(() -> ToolCheck.require(LONG, "no-such-tool", REMEDY, "-version"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-tool on its PATH, and it could not be started")
                .hasMessageContaining(REMEDY);
    }

    @Test
    void aFailureIsToldWithWhatTheToolPrinted() {
        assertThatThrownBy(() -> ToolCheck.require(LONG, "sh", REMEDY, "-c", "echo no font; exit 8"))
                .hasMessageContaining("ended with status 8; " + REMEDY)
                .hasMessageEndingWith("no font");
    }

    @Test
    void aSlowToolIsNotSaidToBeBroken() {
        assertThatThrownBy(() -> ToolCheck.require(Duration.ofSeconds(1), "sleep", REMEDY, "600"))
                .hasMessageContaining("`sleep 600` did not end within 1 s")
                .hasMessageNotContaining(REMEDY);
    }
}
