package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class DecodedFramesTest {

    private static double last(List<Double> joins, String... lines) {
        DecodedFrames frames = new DecodedFrames(joins);
        for (String line : lines) {
            frames.add(line);
        }
        return frames.last();
    }

    @Test
    void theLastFrameIsTheOneThatIsShownLast() {
        assertThat(last(
                        List.of(),
                        "frame:0    pts:-40000  pts_time:-0.04",
                        "frame=1",
                        "frame:1    pts:1080000 pts_time:1.08",
                        "frame=1",
                        "frame:2    pts:1040000 pts_time:1.04",
                        "frame=1"))
                .isCloseTo(1.08, within(1e-6));
    }

    /** In files that were joined, the filters move each further recording by the sum of what the ones before take. */
    @Test
    void anotherRecordingIsMovedAsTheFiltersMoveIt() {
        String[] lines = {
            "frame:0    pts:1980000 pts_time:1.98",
            "frame:1    pts:20000   pts_time:0.02",
            "frame:2    pts:1980000 pts_time:1.98",
            "frame:3    pts:20000   pts_time:0.02"
        };

        assertThat(last(List.of(2.0, 2.05), lines)).isCloseTo(4.07, within(1e-6));
        assertThat(last(List.of(2.0), lines)).isCloseTo(3.98, within(1e-6));
        assertThat(last(List.of(), lines)).isCloseTo(1.98, within(1e-6));
    }

    @Test
    void aFrameWithoutATimeSaysNothing() {
        assertThat(last(List.of(), "frame:0    pts:NOPTS   pts_time:NOPTS")).isEqualTo(Double.NEGATIVE_INFINITY);
    }
}
