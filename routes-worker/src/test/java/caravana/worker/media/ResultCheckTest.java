package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import caravana.worker.WorkerSettings;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
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
            Double.NaN,
            2);
    private static final SourceTimeline SOURCE = Sources.of(10, "30/1");
    private static final SourceHeaders HEADERS =
            new SourceHeaders("mov,mp4", 0, 10, List.of(SOURCE.audio(), SOURCE.video()), List.of());
    private static final SourceInfo INFO = new SourceInfo("mov", 1000, 10, 2, "h264", 1920, 1080, "30/1", false, false);

    private static final String DAMAGED = "[h264 @ 0x55] error while decoding MB 12 3";
    private static final String DAMAGED_SOUND = "[aac @ 0x55] invalid band type";

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
                + "\"color_transfer\": \"bt709\", \"color_primaries\": \"bt709\", \"avg_frame_rate\": \"30/1\", "
                + "\"nb_frames\": \"" + frames + "\"}";
    }

    private static String good(long frames) {
        return stream("h264", 1280, "yuv420p", frames);
    }

    @ParameterizedTest
    @CsvSource({"450, 0, 0", "452, 0, 0", "448, 0, 0", "360, 3, 0", "435, 0.5, 0", "480, 0, 1"})
    void reportsByHowMuchTheLengthDiffers(long frames, double missing, double excess) throws Exception {
        check.read(probed(good(frames)), PLANNED, SOURCE, HEADERS, "", exchange);

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
        assertInvalid(probed(good(450).replace("30/1", "30000/1001")), "30000/1001 frames per second instead of 30/1");
        assertInvalid(probed(good(450), good(450)), "2 tracks instead of 1 tracks");
        assertInvalid(probed(), "0 tracks instead of 1 tracks");
    }

    private void assertInvalid(String answer, String why) {
        assertThatThrownBy(() -> check.read(answer, PLANNED, SOURCE, HEADERS, "", exchange))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining(why);
    }

    /** Sound of the original that ends after 8 of the 10 seconds. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            0    | 8    | -
            0.02 | 7.7  | -
            0    | 10.1 | -
            3    | 5    | sound from 3.00 s instead of 0
            0    | 5    | sound until 5.00 s instead of 8.00 s
            0    | 13   | sound until 13.00 s instead of 8.00 s
            """)
    void soundBeginsWithTheClipAndEndsWhereTheOriginalsDoes(double start, double length, String wrong) {
        PlannedResult withSound = planned(0, 8);
        String sound = "{\"codec_type\": \"audio\", \"codec_name\": \"aac\", \"start_time\": \"" + start
                + "\", \"duration\": \"" + length + "\"}";

        Throwable thrown =
                catchThrowable(() -> check.read(probed(good(300), sound), withSound, SOURCE, HEADERS, "", exchange));

        if (wrong == null) {
            assertThat(thrown).isNull();
        } else {
            assertThat(thrown).isInstanceOf(OutputInvalidException.class).hasMessageEndingWith(": " + wrong);
        }
    }

    @Test
    void soundGoesOnToThePlannedEndWhereTheDamagedPictureBreaksOff() throws Exception {
        String sound = "{\"codec_type\": \"audio\", \"codec_name\": \"aac\", \"duration\": \"10\"}";

        check.read(probed(good(90), sound), planned(0, 10), SOURCE, HEADERS, DAMAGED, exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(7.0);
    }

    /** Damaged sound may end early, and it may be longer than the picture. */
    @Test
    void damagedSoundSaysNothingOfThePicture() throws Exception {
        String sound = "{\"codec_type\": \"audio\", \"codec_name\": \"aac\", \"duration\": \"2\"}";
        SourceTimeline longer = measured(30, 30, 0);

        check.read(probed(good(300), sound), planned(0, 8), longer, HEADERS, DAMAGED_SOUND, exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(0.0);
        assertThat(exchange.getProperty("picture_damaged")).isEqualTo(false);

        check.read(probed(good(300), sound), planned(0, 8), longer, HEADERS, DAMAGED, exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(20.0);
        assertThat(exchange.getProperty("picture_damaged")).isEqualTo(true);
    }

    /** The container is longer than the picture, since another track is; or frames are missing at its beginning. */
    @ParameterizedTest
    @CsvSource({"30, 10, 0", "12, 12, 2"})
    void damageCutsNothingOffThatWasNeverThere(double declared, double promised, double lead) throws Exception {
        check.read(probed(good(450)), PLANNED, measured(declared, promised, lead), HEADERS, DAMAGED, exchange);

        assertThat(exchange.getProperty("missing_seconds")).isEqualTo(0.0);
    }

    private static SourceTimeline measured(double declared, double promised, double lead) {
        return new SourceTimeline(
                SOURCE.container(),
                SOURCE.video(),
                SOURCE.audio(),
                null,
                0,
                0,
                0,
                0,
                0,
                10,
                declared,
                promised,
                lead,
                10,
                30,
                SOURCE.rate(),
                true,
                0,
                0,
                List.of(),
                false,
                false,
                0,
                true);
    }

    private static PlannedResult planned(long added, double soundSeconds) {
        return new PlannedResult(
                300,
                added,
                new FrameRate(30, 1),
                true,
                true,
                true,
                true,
                PLANNED.source(),
                PLANNED.size(),
                0,
                Double.POSITIVE_INFINITY,
                false,
                soundSeconds,
                2);
    }

    @Test
    void cardsWithoutFootageAreARefusedOriginal() {
        assertThatThrownBy(() -> check.read(probed(good(151)), PLANNED, SOURCE, HEADERS, "", exchange))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    @Test
    void noPictureAtAllIsARefusedOriginal() {
        PlannedResult withoutCards = planned(0, Double.NaN);
        String sound = "{\"codec_type\": \"audio\", \"codec_name\": \"aac\", \"channels\": 2}";

        assertThatThrownBy(() -> check.read(probed(sound), withoutCards, SOURCE, HEADERS, "", exchange))
                .isInstanceOfSatisfying(
                        RejectedMediaException.class, e -> assertThat(e.code()).isEqualTo("undecodable"));
    }

    /**
     * @param frames of the original, 30 a second
     * @param made frames of the result, cards included
     */
    private void explain(int frames, int made, String errors) throws Exception {
        DecodedFrames decoded = errors.isEmpty() ? new DecodedFrames(List.of()) : null;
        for (int frame = 0; errors.isEmpty() && frame < frames; frame++) {
            decoded.add("frame:" + frame + "    pts:" + frame * 1_000_000L / 30 + "       pts_time:" + frame / 30.0);
        }
        check.read(probed(good(made)), PLANNED, SOURCE, HEADERS, errors, exchange);
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
                .hasMessageContaining("7.00 s of footage, and the original 9.93 s");
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
