package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import caravana.media.MediaLimits;
import caravana.worker.WorkerSettings;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused at which limits, and in which words: each of them at its default, lowered and raised. */
class MediaProbeTest {

    @TempDir
    Path folder;

    /** The original is one past its limit and is refused; a limit higher, it is not. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CARAVANA_UPLOAD_MAX_SIZE      | 100MB | 200MB | size=104857601    | too_large           | The file has 104857601 bytes; the limit is 100 MiB. Send a smaller one, or ask an operator to raise `CARAVANA_UPLOAD_MAX_SIZE`.
            CARAVANA_UPLOAD_MAX_SIZE      | 1KB   | 2KB   | size=1025         | too_large           | The file has 1025 bytes; the limit is 1 KiB. Send a smaller one, or ask an operator to raise `CARAVANA_UPLOAD_MAX_SIZE`.
            CARAVANA_UPLOAD_MAX_SIZE      | 2GB   | 3GB   | size=2147483649   | too_large           | The file has 2147483649 bytes; the limit is 2 GiB. Send a smaller one, or ask an operator to raise `CARAVANA_UPLOAD_MAX_SIZE`.
            CARAVANA_VIDEO_MAX_DURATION   | 10m   | 11m   | duration=600.5    | too_long            | The video is 10 minutes 0.5 seconds long; the limit is 10 minutes. Trim it, or ask an operator to raise `CARAVANA_VIDEO_MAX_DURATION`.
            CARAVANA_VIDEO_MAX_DURATION   | 1500ms | 2s   | duration=1.6      | too_long            | The video is 1.6 seconds long; the limit is 1.5 seconds. Trim it, or ask an operator to raise `CARAVANA_VIDEO_MAX_DURATION`.
            CARAVANA_VIDEO_MAX_DURATION   | 3h    | 4h    | duration=10801    | too_long            | The video is 3 hours 1 second long; the limit is 3 hours. Trim it, or ask an operator to raise `CARAVANA_VIDEO_MAX_DURATION`.
            CARAVANA_VIDEO_MAX_WIDTH      | 4096  | 4098  | width=4098        | resolution_too_high | The picture has 4098×1080 pixels; the limit is 4096×2304, in landscape or portrait. Scale it down, or ask an operator to raise `CARAVANA_VIDEO_MAX_WIDTH` and `CARAVANA_VIDEO_MAX_HEIGHT`.
            CARAVANA_VIDEO_MAX_HEIGHT     | 1078  | 1080  | height=1080       | resolution_too_high | The picture has 1920×1080 pixels; the limit is 4096×1078, in landscape or portrait. Scale it down, or ask an operator to raise `CARAVANA_VIDEO_MAX_WIDTH` and `CARAVANA_VIDEO_MAX_HEIGHT`.
            CARAVANA_VIDEO_MAX_FRAME_RATE | 60    | 120   | rate=120/1        | frame_rate_too_high | The video has 120 frames per second on average; the limit is 60. Convert it to a lower frame rate, or ask an operator to raise `CARAVANA_VIDEO_MAX_FRAME_RATE`.
            CARAVANA_VIDEO_MAX_FRAME_RATE | 29.97 | 60    | rate=60/1         | frame_rate_too_high | The video has 60 frames per second on average; the limit is 29.97. Convert it to a lower frame rate, or ask an operator to raise `CARAVANA_VIDEO_MAX_FRAME_RATE`.
            CARAVANA_VIDEO_MAX_STREAMS    | 8     | 9     | streams=9         | too_many_streams    | The file has 9 video and audio tracks; the limit is 8. Remove some, or ask an operator to raise `CARAVANA_VIDEO_MAX_STREAMS`.
            CARAVANA_VIDEO_MAX_STREAMS    | 1     | 2     | streams=2         | too_many_streams    | The file has 2 video and audio tracks; the limit is 1. Remove some, or ask an operator to raise `CARAVANA_VIDEO_MAX_STREAMS`.
            CARAVANA_MEDIA_RULES          | anb   | none  | duration=19       | duration_out_of_rules | The video is 19 seconds long; it must be 20 seconds to 1 minute long. Send one that is.
            CARAVANA_MEDIA_RULES          | anb   | none  | duration=61       | duration_out_of_rules | The video is 1 minute 1 second long; it must be 20 seconds to 1 minute long. Send one that is.
            CARAVANA_MEDIA_RULES          | anb   | none  | height=1078       | resolution_out_of_rules | The picture has 1920×1078 pixels; it must have at least 1080 on its shorter side. Send the video in a higher resolution.
            """)
    void aLimitIsWhatItIsSetTo(
            String setting, String value, String higher, String original, String code, String sentence)
            throws IOException {
        RejectedMediaException refused =
                catchThrowableOfType(RejectedMediaException.class, () -> probe(Map.of(setting, value), original));

        assertThat(refused).hasMessage(sentence);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(probe(Map.of(setting, higher), original)).isNotNull();
    }

    /** Upright pictures have the same limits, the other way round. */
    @Test
    void anUprightPictureIsMeasuredByItsSides() throws IOException {
        assertThat(probe(Map.of(), "width=2304 height=4096")).isNotNull();
        assertThat(catchThrowableOfType(RejectedMediaException.class, () -> probe(Map.of(), "width=2306 height=4096"))
                        .code())
                .isEqualTo("resolution_too_high");
    }

    @Test
    void aCodecIsRefusedWithThoseThatAreAccepted() {
        Map<String, Object> settings = Map.of("caravana.media.limits.codecs", "vp9,av1");

        assertThat(catchThrowableOfType(RejectedMediaException.class, () -> probe(settings, "")))
                .hasMessage("The video codec h264 is not supported. Convert the video to one of these: vp9, av1.");
    }

    @Test
    void aFileInAnotherFormatIsRefusedWithThoseThatAreAccepted() throws IOException {
        MediaLimits limits = WorkerSettings.limits(Map.of("caravana.media.limits.formats", "mov,webm"));
        RunningJob job = RunningJobs.inFolder(folder);
        Files.createDirectories(job.getFolder());
        Files.writeString(job.getOriginal().toPath(), "This is a text.");

        assertThat(probe(limits).plan(job).arguments()).containsSequence("-format_whitelist", "mov,webm");
        assertThat(probe(limits)
                        .plan(job)
                        .onError()
                        .meaning(1, "[png_pipe @ 0x55d1] Format not on whitelist 'mov,webm'"))
                .hasMessage(
                        "The file is in the format png_pipe, which is not accepted. Send a video in one of these formats:"
                                + " mov, webm.");
        assertThat(probe(limits).plan(job).onError().meaning(1, "Invalid data found when processing input"))
                .hasMessage(
                        "The file is not in a known video format, or its beginning or index is missing; its first bytes"
                                + " are 54 68 69 73 20 69 73 20. Send a video in one of these formats: mov, webm.");
    }

    /** Profile 5 has colours of its own; profile 8 has a base layer that any decoder shows. */
    @ParameterizedTest
    @CsvSource({"5, 0, hdr_unsupported", "10, 0, hdr_unsupported", "8, 1, ", "8, 4, ", "7, 6, "})
    void dolbyVisionNeedsABaseLayer(int profile, int baseLayer, String code) throws IOException {
        String sideData = ", \"side_data_list\": [{\"dv_profile\": " + profile + ", \"dv_bl_signal_compatibility_id\": "
                + baseLayer + "}], \"pix_fmt\"";
        RunningJob job = RunningJobs.inFolder(folder);
        write(job, 1000);
        MediaProbe probe = probe(WorkerSettings.LIMITS);
        String described = new Video("")
                .described()
                .replace(", \"avg_frame_rate\"", sideData + ": \"yuv420p10le\", \"avg_frame_rate\"");

        RejectedMediaException refused = catchThrowableOfType(
                RejectedMediaException.class,
                () -> probe.readTimeline(probe.readHeaders(described, null), null, null, "", job));

        if (code == null) {
            assertThat(refused).isNull();
        } else {
            assertThat(refused)
                    .hasMessageContaining("Dolby Vision profile " + profile)
                    .hasMessageContaining("HDR10");
            assertThat(refused.code()).isEqualTo(code);
        }
    }

    @Test
    void aCodecWithoutANameIsCalledUnknown() {
        RejectedMediaException refused = catchThrowableOfType(RejectedMediaException.class, () -> {
            RunningJob job = RunningJobs.inFolder(folder);
            write(job, 1000);
            MediaProbe probe = probe(WorkerSettings.LIMITS);
            String described = new Video("").described().replace("\"codec_name\": \"h264\", ", "");
            probe.readTimeline(probe.readHeaders(described, null), null, null, "", job);
        });

        assertThat(refused).hasMessageStartingWith("The codec of the video is unknown. Convert");
    }

    /** As of a picture whose size comes only with a later frame. */
    @ParameterizedTest
    @ValueSource(strings = {"width=0", "height=0", "width=-1"})
    void aPictureWithoutASizeCannotBeDecoded(String original) {
        RejectedMediaException refused =
                catchThrowableOfType(RejectedMediaException.class, () -> probe(Map.of(), original));

        assertThat(refused)
                .hasMessage("The video, in the codec h264, cannot be decoded: it is damaged, or of a kind that is not"
                        + " supported. Export it again, and send that.");
        assertThat(refused.code()).isEqualTo("undecodable");
    }

    @Test
    void aVideoWithoutALengthIsRefusedWithItsFrames() throws IOException {
        RunningJob job = RunningJobs.inFolder(folder);
        write(job, 1000);
        MediaProbe probe = probe(WorkerSettings.LIMITS);
        SourceHeaders headers = probe.readHeaders(new Video("duration=0").described(), null);
        Measurement measurement = probe.planMeasurement(job, headers);
        measurement.packets().add("0,5.000000,5.000000,N/A,0,K_");

        RejectedMediaException refused = catchThrowableOfType(
                RejectedMediaException.class, () -> probe.readTimeline(headers, measurement, null, "", job));

        assertThat(refused)
                .hasMessage(
                        "The video's duration could not be determined: its header does not give it, and its frames (1)"
                                + " have no usable times. Convert it to an ordinary MP4 file and send that.");
        assertThat(refused.code()).isEqualTo("no_duration");
    }

    @Test
    void aLargeFileMayBeReadForLonger() throws IOException {
        RunningJob job = RunningJobs.inFolder(folder);
        write(job, 3L << 30);

        assertThat(probe(WorkerSettings.LIMITS).plan(job).timeLimit()).isEqualTo(Duration.ofSeconds(30 + 307));
    }

    private static MediaProbe probe(MediaLimits limits) {
        return new MediaProbe(new ObjectMapper(), MediaSettings.DEFAULTS, limits);
    }

    /** @param original what differs from an ordinary video */
    private SourceTimeline probe(Map<String, Object> settings, String original) throws IOException {
        Video video = new Video(original);
        RunningJob job = RunningJobs.inFolder(folder);
        write(job, Long.parseLong(video.get("size", "1000")));
        MediaProbe probe = probe(WorkerSettings.limits(settings));
        return probe.readTimeline(probe.readHeaders(video.described(), null), null, null, "", job);
    }

    private static void write(RunningJob job, long size) throws IOException {
        Files.createDirectories(job.getFolder());
        try (RandomAccessFile file = new RandomAccessFile(job.getOriginal(), "rw")) {
            file.setLength(size);
        }
    }

    /** @param differences such as {@code width=4096 rate=25/1} */
    private record Video(String differences) {

        String get(String name, String otherwise) {
            for (String difference : differences.split(" ")) {
                if (difference.startsWith(name + "=")) {
                    return difference.substring(name.length() + 1);
                }
            }
            return otherwise;
        }

        /** As ffprobe describes it. */
        String described() {
            String sound = ", {\"codec_type\": \"audio\"}".repeat(Integer.parseInt(get("streams", "1")) - 1);
            return """
                    {"format": {"format_name": "mov", "duration": "%1$s"},
                     "streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", "duration": "%1$s",
                                  "width": %2$s, "height": %3$s, "avg_frame_rate": "%4$s"}%5$s]}
                    """.formatted(
                    get("duration", "30"), get("width", "1920"), get("height", "1080"), get("rate", "25/1"), sound);
        }
    }

    /** The table of contents may name sound that the file does not have. */
    @Test
    void soundOfWhichNothingCanBeReadIsNotKept() {
        AudioDecoding decoding = new AudioDecoding();
        assertThat(decoding.failed(Sources.of(10, "30/1").audio())).isTrue();

        decoding.add("packet,7");
        decoding.add("frame,7");
        assertThat(decoding.failed(Sources.of(10, "30/1").audio())).isFalse();
    }
}
