package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
