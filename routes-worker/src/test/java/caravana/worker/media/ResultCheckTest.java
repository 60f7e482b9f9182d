package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravana.worker.WorkerSettings;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultCheckTest {

    private static final PlannedResult PLANNED = new PlannedResult(
            300,
            150,
            new FrameRate(30, 1),
            false,
            false,
            false,
            true,
            new PlannedResult.Box(1280, 720),
            new PlannedResult.Box(1280, 720),
            0,
            Double.POSITIVE_INFINITY,
            false,
            2);
    private static final SourceTimeline SOURCE = Sources.of(10, "30/1");
    private static final SourceInfo INFO = new SourceInfo("mov", 1000, 10, 2, "h264", 1920, 1080, "30/1", false, false);

    private static final String DAMAGED = "error while decoding MB 12 3";

    private final ResultCheck check =
            new ResultCheck(new ObjectMapper(), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    private static String probed(String... streams) {
        return "{\"streams\": [" + String.join(",", streams) + "]}";
    }

    private static String stream(String codec, int width, String pixels, long frames) {
        return "{\"codec_type\": \"video\", \"codec_name\": \"" + codec + "\", \"width\": " + width
                + ", \"height\": 720, \"pix_fmt\": \"" + pixels
                + "\", \"sample_aspect_ratio\": \"1:1\", \"color_range\": \"tv\", \"color_space\": \"bt709\", "
                + "\"color_transfer\": \"bt709\", \"color_primaries\": \"bt709\", \"nb_frames\": \"" + frames + "\"}";
    }

    private static String good(long frames) {
        return stream("h264", 1280, "yuv420p", frames);
    }

    @ParameterizedTest
    @CsvSource({"450, 0, 0", "452, 0, 0", "448, 0, 0", "360, 3, 0", "435, 0.5, 0", "480, 0, 1"})
    void reportsByHowMuchTheLengthDiffers(long frames, double missing, double excess) throws Exception {
        check.read(probed(good(frames)), PLANNED, SOURCE, "", exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(missing);
        assertThat(exchange.getProperty("excess_seconds")).isEqualTo(excess);
        assertThat(exchange.getProperty("length_differs")).isEqualTo(missing + excess > 0);
    }

    @Test
    void whatIsNotAsPlannedIsInvalid() {
        assertInvalid(probed(stream("hevc", 1280, "yuv420p", 450)), "hevc instead of h264");
        assertInvalid(probed(stream("h264", 1278, "yuv420p", 450)), "1278×720 instead of 1280×720");
        assertInvalid(probed(stream("h264", 1280, "yuv444p", 450)), "yuv444p instead of yuv420p");
        assertInvalid(
                probed(good(450).replace("\"tv\"", "\"pc\"")), "pc/bt709/bt709/bt709 instead of tv/bt709/bt709/bt709");
        assertInvalid(probed(good(450), good(450)), "2 tracks instead of 1 tracks");
        assertInvalid(probed(), "0 tracks instead of 1 tracks");
    }

    private void assertInvalid(String answer, String why) {
        assertThatThrownBy(() -> check.read(answer, PLANNED, SOURCE, "", exchange))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining(why);
    }

    @Test
    void cardsWithoutFootageAreARefusedOriginal() {
        assertThatThrownBy(() -> check.read(probed(good(151)), PLANNED, SOURCE, "", exchange))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    @Test
    void noPictureAtAllIsARefusedOriginal() {
        PlannedResult withoutCards = new PlannedResult(
                300,
                0,
                new FrameRate(30, 1),
                true,
                true,
                true,
                true,
                new PlannedResult.Box(1280, 720),
                new PlannedResult.Box(1280, 720),
                0,
                Double.POSITIVE_INFINITY,
                false,
                2);
        String sound = "{\"codec_type\": \"audio\", \"codec_name\": \"aac\", \"channels\": 2}";

        assertThatThrownBy(() -> check.read(probed(sound), withoutCards, SOURCE, "", exchange))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    /**
     * @param frames of the original, 30 a second
     * @param made frames of the result, cards included
     */
    private void explain(int frames, int made, String errors) throws Exception {
        PacketTimes packets = new PacketTimes(false);
        for (int frame = 0; frame < frames; frame++) {
            packets.add("2," + frame / 30.0 + "," + frame / 30.0 + ",0.033333,0,K_");
        }
        Measurement decoded = errors.isEmpty() ? new Measurement(null, packets) : null;
        check.read(probed(good(made)), PLANNED, SOURCE, errors, exchange);
        check.explain(
                decoded,
                errors,
                exchange.getProperty("missing_seconds", Double.class),
                exchange.getProperty("result", SourceHeaders.class),
                PLANNED,
                SOURCE,
                INFO,
                exchange);
    }

    private SourceInfo info() {
        return exchange.getProperty("source_info", SourceInfo.class);
    }

    @Test
    void anOriginalThatEndsEarlyIsTruncated() throws Exception {
        explain(210, 360, "");

        assertThat(info().truncated()).isTrue();
    }

    @Test
    void anOriginalThatCouldNotBeDecodedToItsEndIsTruncated() throws Exception {
        explain(300, 360, DAMAGED);

        assertThat(info().truncated()).isTrue();
    }

    @Test
    void aShortResultOfAWholeOriginalIsInvalid() {
        assertThatThrownBy(() -> explain(299, 360, ""))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining("7.00 s of footage, and the original 9.97 s");
    }

    /** Packets are listed up to damage that decoding passes over. */
    @ParameterizedTest
    @ValueSource(strings = {"", DAMAGED})
    void anOriginalThatIsLongerThanItsPacketsSayIsAsLongAsItsFrames(String errors) throws Exception {
        explain(420, 570, errors);

        assertThat(info().truncated()).isFalse();
        assertThat(info().durationSeconds()).isCloseTo(14, within(0.001));
        assertThat(exchange.getProperty("source", SourceTimeline.class).seconds())
                .isCloseTo(14, within(0.001));
    }

    @Test
    void aResultThatIsLongerThanItsOriginalIsInvalid() {
        assertThatThrownBy(() -> explain(300, 570, ""))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining("14.00 s of footage, and the original 10.00 s");
    }
}
