package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.worker.WorkerSettings;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultCheckTest {

    private static final PlannedResult PLANNED = new PlannedResult(10, 5, "30", false, true, true);
    private static final MediaFacts FACTS =
            new MediaFacts("mov", 1000, 10, 0, "h264", 1920, 1080, "30/1", false, false);

    private final ResultCheck check =
            new ResultCheck(new ObjectMapper(), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    private static String probed(double seconds, String stream) {
        return "{\"streams\": [" + stream + "], \"format\": {\"duration\": \"" + seconds + "\"}}";
    }

    private static String stream(String codec, int width, String pixels) {
        return "{\"codec_type\": \"video\", \"codec_name\": \"" + codec + "\", \"width\": " + width
                + ", \"height\": 720, \"pix_fmt\": \"" + pixels + "\", \"sample_aspect_ratio\": \"1:1\"}";
    }

    private static final String GOOD = stream("h264", 1280, "yuv420p");

    @ParameterizedTest
    @CsvSource({"15.0, 0", "14.5, 0", "12.0, 3"})
    void tellsHowMuchIsMissing(double seconds, double missing) throws Exception {
        check.read(probed(seconds, GOOD), PLANNED, exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(missing);
    }

    @Test
    void whatIsNotAsPlannedIsInvalid() {
        assertInvalid(probed(15, stream("hevc", 1280, "yuv420p")), "hevc instead of h264");
        assertInvalid(probed(15, stream("h264", 1278, "yuv420p")), "1278×720 instead of 1280×720");
        assertInvalid(probed(15, stream("h264", 1280, "yuv444p")), "yuv444p instead of yuv420p");
        assertInvalid(probed(15, GOOD + "," + GOOD), "2 streams instead of 1");
        assertInvalid(probed(15, ""), "0 streams instead of 1");
        assertInvalid(probed(17, GOOD), "17.00 s instead of 15.00 s");
    }

    private void assertInvalid(String answer, String why) {
        assertThatThrownBy(() -> check.read(answer, PLANNED, exchange))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining(why);
    }

    @Test
    void cardsWithoutFootageAreARefusedOriginal() {
        assertThatThrownBy(() -> check.read(probed(5.1, GOOD), PLANNED, exchange))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    @Test
    void anOriginalThatEndsEarlyIsTruncated() {
        check.explain("0.000000\n6.500000\n6.960000,\nN/A\n", "", 3.0, PLANNED, FACTS, exchange);

        assertThat(exchange.getProperty("facts", MediaFacts.class).truncated()).isTrue();
    }

    @Test
    void anOriginalThatCouldNotBeDecodedToItsEndIsTruncated() {
        check.explain("9.960000\n", "error while decoding MB 12 3", 3.0, PLANNED, FACTS, exchange);

        assertThat(exchange.getProperty("facts", MediaFacts.class).truncated()).isTrue();
    }

    @Test
    void aShortResultOfAWholeOriginalIsInvalid() {
        assertThatThrownBy(() -> check.explain("9.960000\n", "", 3.0, PLANNED, FACTS, exchange))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining("7.00 s of footage, and the original 9.96 s");
    }
}
