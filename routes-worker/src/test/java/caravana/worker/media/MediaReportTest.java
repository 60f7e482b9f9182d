package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaReportTest {

    private static final SourceTimeline SOURCE = Sources.of(10, "30/1");
    private static final SourceHeaders HEADERS =
            new SourceHeaders("mov,mp4", 0, 10, List.of(SOURCE.audio(), SOURCE.video()), List.of());
    private static final SourceHeaders SILENT = new SourceHeaders("mp4", 0, 10, List.of(SOURCE.video()), List.of());

    private final MediaReport report = new MediaReport();
    private RunningJob job;

    @BeforeEach
    void openJob(@TempDir Path folder) {
        job = RunningJobs.inFolder(folder);
    }

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
                Double.NaN,
                2);
    }

    private static TranscodePlan plan(boolean audio) {
        return new TranscodePlan(null, null, planned(audio), List.of(), List.of());
    }

    private List<MediaWarning> warnings(boolean audio, SourceHeaders result, double missing, String errors) {
        return report.warnings(job, HEADERS, SOURCE, plan(audio), Loudness.to(null), result, missing, 0.0, errors)
                .all();
    }

    @Test
    void anOrdinaryVideoHasNone() {
        assertThat(warnings(true, HEADERS, 0, "")).isEmpty();
        assertThat(warnings(false, SILENT, 0, "")).isEmpty();
    }

    /** Errors in sound that the job does not keep are no damage of the footage. */
    @Test
    void errorsAreDistinguishedByTheirTrack() {
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

    /** Headers say what there may be; what there is, filters note of the frames. */
    @Test
    void fieldsAndTransparencyAreWhatTheFramesHave() throws Exception {
        Files.createFile(job.getFolder().resolve("fields.txt"));
        Files.createFile(job.getFolder().resolve("transparency.txt"));
        assertThat(warnings(true, HEADERS, 0, "")).isEmpty();
        assertThat(interlaced()).isFalse();

        Files.writeString(job.getFolder().resolve("fields.txt"), "frame:0");
        Files.writeString(job.getFolder().resolve("transparency.txt"), "frame:0");
        assertThat(warnings(true, HEADERS, 0, ""))
                .extracting(MediaWarning::code)
                .containsExactly("deinterlaced", "transparency_removed");
        assertThat(interlaced()).isTrue();
    }

    private boolean interlaced() {
        MediaInfo.Both info = report.info(job, HEADERS, SOURCE, planned(true), HEADERS);
        assertThat(info.result().video().interlaced()).isFalse();
        return info.source().video().interlaced();
    }

    @Test
    void footageThatIsFoundOnlyWhenItIsDecodedIsDamaged() {
        assertThat(report.warnings(job, HEADERS, SOURCE, plan(true), Loudness.to(null), HEADERS, 0.0, 1.5, "")
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
