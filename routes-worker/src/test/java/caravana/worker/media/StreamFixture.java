package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.job.RunningJobs;
import caravana.worker.media.MadeStream.Rendition;
import caravana.worker.media.MadeStream.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A job that makes renditions by the real ffmpeg, which are cut as the worker cuts them. */
abstract class StreamFixture extends CatalogueFixture {

    @TempDir
    Path joined;

    MadeStream stream;
    MadeOutput output;

    void makeStream(String picture, String sound, String asked) throws Exception {
        useOriginal(picture, sound);
        makeStream(asked);
    }

    /** An original that ffmpeg makes with these arguments. */
    void useFile(String arguments) throws Exception {
        Path made = work.resolve("original");
        run(work, arguments, made);
        use(made);
    }

    void makeStream(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        SourceHeaders made = finish(plan);
        MadeOutputs outputs = new OutputCheck(JSON, MediaSettings.DEFAULTS).begin(plan, made, null);
        stream = outputs.getStream();
        output = outputs.getFiles().stream()
                .filter(file -> file.role().equals("stream"))
                .findFirst()
                .orElseThrow();
    }

    List<Rendition> pictures() {
        return stream.renditions().stream()
                .filter(rendition -> rendition.height() != null)
                .toList();
    }

    Path file(Rendition rendition, Segment segment) {
        return job.getFolder().resolve(stream.folder() + rendition.name() + "/" + segment.number() + ".mp4");
    }

    /** The segments from one on, as a player puts them together. */
    Path join(Rendition rendition, int from) throws IOException {
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

    /** What initialises a decoder, and the first bytes of a segment. */
    Path beginning(Rendition rendition, Segment segment, long bytes) throws IOException {
        Path some = joined.resolve(rendition.name() + "-some.mp4");
        try (OutputStream out = Files.newOutputStream(some);
                InputStream in = Files.newInputStream(file(rendition, segment))) {
            Files.copy(file(rendition, rendition.segments().get(0)), out);
            out.write(in.readNBytes((int) bytes));
        }
        return some;
    }

    void assertWhole(int frames) throws Exception {
        List<Double> seconds =
                pictures().get(0).segments().stream().map(Segment::seconds).toList();
        List<BigDecimal> times = sinceFirst(frames(join(pictures().get(0), 1)));
        for (Rendition rendition : pictures()) {
            assertThat(rendition.segments().stream().map(Segment::seconds))
                    .as("segments of " + rendition.name())
                    .isEqualTo(seconds);
            assertThat(sinceFirst(frames(join(rendition, 1))))
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

    /** ffprobe adds to all times of a rendition as much as its B-frames are reordered at most, which its content decides. */
    private static List<BigDecimal> sinceFirst(List<String> times) {
        BigDecimal first = new BigDecimal(times.get(0));
        // Of microseconds that are rounded, two are off by one.
        return times.stream()
                .map(time -> new BigDecimal(time).subtract(first).setScale(4, RoundingMode.HALF_UP))
                .toList();
    }

    void openAgain() throws Exception {
        job = RunningJobs.inFolder(Files.createTempDirectory(work, "again"));
        Assets.putInto(job.getFolder());
    }
}
