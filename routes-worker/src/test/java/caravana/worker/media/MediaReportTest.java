package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MediaReportTest {

    private static final SourceTimeline SOURCE = Sources.of(10, "30/1");
    private static final SourceHeaders HEADERS =
            new SourceHeaders("mov,mp4", 0, 10, List.of(SOURCE.audio(), SOURCE.video()), List.of());
    private static final SourceHeaders SILENT = new SourceHeaders("mp4", 0, 10, List.of(SOURCE.video()), List.of());

    private final MediaReport report = new MediaReport();

    private static PlannedResult planned(boolean audio) {
        return new PlannedResult(
                300,
                0,
                new FrameRate(30, 1),
                audio,
                audio,
                audio,
                true,
                null,
                null,
                0,
                Double.POSITIVE_INFINITY,
                false,
                2);
    }

    private static TranscodePlan plan(boolean audio) {
        return new TranscodePlan(null, planned(audio), List.of(), List.of());
    }

    private List<MediaWarning> warnings(boolean audio, SourceHeaders result, double missing, String errors) {
        return report.warnings(HEADERS, SOURCE, plan(audio), Loudness.to(null), result, missing, 0.0, errors)
                .all();
    }

    @Test
    void anOrdinaryVideoHasNone() {
        assertThat(warnings(true, HEADERS, 0, "")).isEmpty();
        assertThat(warnings(false, SILENT, 0, "")).isEmpty();
    }

    /** Complaints about sound that nobody wants are no damage of the footage. */
    @Test
    void complaintsAreToldApartByTheirTrack() {
        String aboutSound = "[aac @ 0x55] invalid band type\n    Last message repeated 2 times\n"
                + "Error while decoding stream #0:1: Invalid data";

        assertThat(warnings(false, SILENT, 0, aboutSound)).isEmpty();
        assertThat(warnings(true, HEADERS, 0, aboutSound))
                .extracting(MediaWarning::code)
                .containsExactly("audio_damaged");
        assertThat(warnings(true, SILENT, 0, aboutSound))
                .extracting(MediaWarning::code)
                .containsExactly("audio_dropped");
        assertThat(warnings(true, HEADERS, 0, "[h264 @ 0x55] error while decoding MB 3 4"))
                .extracting(MediaWarning::code)
                .containsExactly("footage_damaged");
        assertThat(warnings(true, HEADERS, 0, "[h264 @ 0x55] mmco: unref short failure"))
                .isEmpty();
    }

    @Test
    void footageThatIsFoundOnlyWhenItIsDecodedIsDamaged() {
        assertThat(report.warnings(HEADERS, SOURCE, plan(true), Loudness.to(null), HEADERS, 0.0, 1.5, "")
                        .all())
                .extracting(MediaWarning::code)
                .containsExactly("footage_damaged");
    }

    @Test
    void whatIsMissingIsSaidInSeconds() {
        assertThat(warnings(false, SILENT, 3.26, "")).singleElement().satisfies(warning -> {
            assertThat(warning.detail()).endsWith("missing from the clip: 3.3 seconds.");
            assertThat(warning.values()).containsEntry("missing_seconds", 3.3);
        });
    }
}
