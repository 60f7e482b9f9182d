package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.media.MadeStream.Rendition;
import caravana.worker.media.MadeStream.Segment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hls makes of originals, by the real ffmpeg: renditions whose segments fit together, and which are the whole video. */
class HlsTest extends CatalogueFixture {

    @TempDir
    Path joined;

    private MadeStream stream;
    private MadeOutput output;

    private void makeStream(String picture, String sound, String asked) throws Exception {
        useOriginal(picture, sound);
        TranscodePlan plan = plan(asked);
        SourceHeaders made = finish(plan);
        MadeOutputs outputs = new OutputCheck(JSON, MediaSettings.DEFAULTS).begin(plan, made, null);
        stream = outputs.getStream();
        output = outputs.getFiles().stream()
                .filter(file -> file.role().equals("stream"))
                .findFirst()
                .orElseThrow();
    }

    private List<Rendition> pictures() {
        return stream.renditions().stream()
                .filter(rendition -> rendition.height() != null)
                .toList();
    }

    private Path file(Rendition rendition, Segment segment) {
        return job.getFolder().resolve(stream.folder() + rendition.name() + "/" + segment.number() + ".mp4");
    }

    /** The segments from one on, as a player puts them together. */
    private Path join(Rendition rendition, int from) throws IOException {
        Path whole = joined.resolve(rendition.name() + "-" + from + ".mp4");
        try (OutputStream out = Files.newOutputStream(whole)) {
            for (Segment segment : rendition.segments()) {
                if (segment.number() == 0 || segment.number() >= from) {
                    Files.copy(file(rendition, segment), out);
                }
            }
        }
        return whole;
    }

    /** Frames that are decoded, each by its time. */
    private static List<String> frames(Path file) throws Exception {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "frame=pts_time",
                        "-of",
                        "csv=p=0",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> frames = ffprobe.inputReader()
                .lines()
                .map(line -> line.replace(",", ""))
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(ffprobe.waitFor()).isZero();
        return frames;
    }

    private void assertWhole(int frames) throws Exception {
        List<Double> seconds =
                pictures().get(0).segments().stream().map(Segment::seconds).toList();
        List<String> times = frames(join(pictures().get(0), 1));
        for (Rendition rendition : pictures()) {
            assertThat(rendition.segments().stream().map(Segment::seconds))
                    .as("segments of " + rendition.name())
                    .isEqualTo(seconds);
            assertThat(frames(join(rendition, 1)))
                    .as("frames of " + rendition.name())
                    .hasSize(frames)
                    .isEqualTo(times);
            for (Segment segment : rendition.segments()) {
                assertThat(file(rendition, segment)).hasSize(segment.bytes());
            }
        }
        assertThat(frames(job.getResult().toPath())).hasSize(frames);
        assertThat(output.bytes())
                .isEqualTo(stream.objects().stream()
                        .mapToLong(object -> object.file().length())
                        .sum());
    }

    @Test
    void renditionsHaveTheSameSegmentsAndAllFrames() throws Exception {
        // A cut in mid-segment, where the encoder puts a key frame of its own.
        makeStream(
                "testsrc2=s=640x480:r=25:d=9.4,negate=enable='gte(t,5.2)'",
                "sine=frequency=440:duration=9.4",
                "[\"hls\", \"transcodificacion\"]");

        assertWhole(235);
        assertThat(stream.renditions()).extracting(Rendition::name).containsExactly("240p", "360p", "480p", "sound");
        assertThat(pictures()).extracting(Rendition::height).containsExactly(240, 360, 480);
        assertThat(pictures().get(0).segments()).extracting(Segment::seconds).containsExactly(0.0, 4.0, 4.0, 1.4);
        assertThat(pictures())
                .extracting(Rendition::codecs)
                .allMatch(codecs -> codecs.matches("avc1\\.6400[0-9a-f]{2}"));
        for (Rendition rendition : stream.renditions()) {
            assertThat(rendition.peakBitRate()).isGreaterThanOrEqualTo(rendition.averageBitRate());
        }
        assertThat(output.object()).isEqualTo("hls/");
        assertThat(job.getFolder().resolve("hls-240p.mp4")).doesNotExist();
    }

    /** Each segment of the picture can be the first: a player that changes renditions has nothing from before. */
    @Test
    void aSegmentNeedsNoOther() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=9", null, "[\"hls\"]");

        List<String> all = frames(join(pictures().get(0), 1));
        assertThat(frames(join(pictures().get(0), 2))).isEqualTo(all.subList(100, 225));
    }

    @Test
    void soundIsARenditionOfItsOwn() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=9", "sine=frequency=440:duration=9", "[\"hls\"]");

        Rendition sound = stream.renditions().get(1);
        assertThat(sound.name()).isEqualTo("sound");
        assertThat(sound.codecs()).isEqualTo("mp4a.40.2");
        assertThat(sound.segments()).hasSize(4);
        assertThat(sound.segments().subList(1, 3)).allMatch(segment -> Math.abs(segment.seconds() - 4) < 0.05);
        assertThat(headers(join(sound, 1)).audios()).hasSize(1);
        assertThat(sound.segments().stream().mapToDouble(Segment::seconds).sum())
                .isBetween(8.9, 9.1);
    }

    @Test
    void silentOriginalsAndVideosWithoutSoundHaveNone() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=1", null, "[\"hls\"]");
        assertThat(stream.renditions()).extracting(Rendition::name).containsExactly("240p");
        openAgain();
        makeStream("testsrc2=s=320x240:r=25:d=1", "sine=duration=1", "[\"hls\", \"sin_audio\"]");
        assertThat(stream.renditions()).extracting(Rendition::name).containsExactly("240p");
    }

    private void openAgain() throws Exception {
        job = caravana.worker.job.RunningJobs.inFolder(Files.createDirectories(work.resolve("again")));
        Assets.putInto(job.getFolder());
    }

    @Test
    void filmRatesGetWholeFramesASegment() throws Exception {
        makeStream("testsrc2=s=320x240:r=24000/1001:d=9", null, "[\"hls\"]");

        assertWhole((int) source.rate().framesIn(source.seconds()));
        assertThat(pictures().get(0).segments())
                .extracting(segment -> String.format(Locale.ROOT, "%.3f", segment.seconds()))
                .startsWith("0.000", "4.004", "4.004");
    }

    @Test
    void portraitOriginalsStayPortrait() throws Exception {
        makeStream("testsrc2=s=270x480:r=25:d=1", null, "[\"hls\"]");

        assertWhole(25);
        List<String> sizes = new ArrayList<>();
        pictures().forEach(rendition -> sizes.add(rendition.width() + "x" + rendition.height()));
        assertThat(sizes).containsExactly("136x240", "202x360", "270x480");
    }

    @Test
    void oneFrameIsOneSegment() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=0.04", null, "[\"hls\"]");

        assertWhole(1);
        assertThat(pictures().get(0).segments()).hasSize(2);
    }

    @Test
    void smallOriginalsHaveOneRenditionOfTheirOwnSize() throws Exception {
        makeStream("testsrc2=s=160x90:r=25:d=1", null, "[\"hls\"]");

        assertThat(pictures()).extracting(Rendition::height).containsExactly(90);
    }

    /** What the filters make smaller is not made several times. */
    @Test
    void noTwoRenditionsHaveOneHeight() throws Exception {
        makeStream("testsrc2=s=640x480:r=25:d=1", null, "[\"hls\", {\"nombre\": \"escalar\", \"alto\": 300}]");

        assertThat(pictures()).extracting(Rendition::height).containsExactly(240, 300);
    }

    /** Cards and the watermark are in all of them, and the default set is not above the original. */
    @Test
    void renditionsAreTheWholeVideo() throws Exception {
        makeStream(
                "testsrc2=s=640x360:r=25:d=2",
                null,
                "[\"hd_720p\", \"formato_16_9\", \"cortinillas\", \"sin_audio\", \"transcodificacion\", \"hls\"]");

        assertThat(pictures()).extracting(Rendition::height).containsExactly(240, 360);
        assertWhole((int) made().frames());
    }
}
