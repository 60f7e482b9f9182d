package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameRateTest {

    /** On a clock of milliseconds, a distance of 20 ms may be that of 49 to 51 frames per second; cameras have 50. */
    @ParameterizedTest
    @CsvSource({
        "51/1, 0.020000, 50/1",
        "50/1, 0.020000, 50/1",
        "30/1, 0.033000, 30/1",
        "30000/1001, 0.033000, 30000/1001",
        "24000/1001, 0.042000, 24000/1001",
        "12/1, 0.083000, 12/1",
        "20/1, 0.050000, 20/1",
        "2997/100, 0.033367, 30000/1001"
    })
    void aRateIsOneThatCamerasHaveWhereTheClockCannotTell(String exact, double distance, String rate) {
        assertThat(FrameRate.ofMotion(exact, exact, distance)).hasToString(rate);
    }

    /** A browser's recording, of which most frames come after 30 ms, and many after 33 or 60. */
    @ParameterizedTest
    @CsvSource({
        "1000/1, 0.030000, false, 30/1",
        "1000/1, 0.017000, false, 30/1",
        "1000/1, 0.020000, true, 50/2",
        "100/3, 0.030000, true, 100/6",
        "240/1, 0.004167, true, 240/8",
        "31/1, 0.032258, true, 30/1",
        "60000/1001, 0.016683, true, 60000/2002",
        "12/1, 0.083333, false, 12/1",
        "4/1, 0.250000, true, 12/1"
    })
    void aRateIsHalvedOnlyWhereFramesAreEvenlySpaced(String exact, double distance, boolean even, String rate) {
        assertThat(FrameRate.ofMotion(exact, exact, distance).ofResult(even)).hasToString(rate);
    }

    /** From each moment that is half a frame after one of the picture's, such as 0.1 s at 25 frames per second. */
    @ParameterizedTest
    @ValueSource(longs = {12, 20, 24, 25, 30})
    void halfAFrameIsRoundedUp(long perSecond) {
        FrameRate rate = new FrameRate(perSecond, 1);
        for (long half = 1; half < 1000; half += 2) {
            double start = half / (2.0 * perSecond);
            for (long frames = half / 2 + 1; frames < half / 2 + 50; frames++) {
                double length = frames / (double) perSecond - start;
                assertThat(rate.framesIn(length))
                        .as(frames + " frames from " + start)
                        .isEqualTo(frames - half / 2);
            }
        }
    }
}
