package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravana.test.Samples;
import caravana.worker.WorkerSettings;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import caravana.worker.tool.ToolProgress;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as the catalogue's command lines make them, and others. */
class Mp4HeadersTest {

    private static final String PICTURE = "-f lavfi -i testsrc2=size=322x180:rate=30:duration=2 ";
    private static final String SOUND = "-f lavfi -i sine=duration=2 ";
    private static final String BT709 =
            "-vf setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709 ";
    private static final String H264 = BT709 + "-c:v libx264 -profile:v high -preset veryfast";
    private static final String FAST = " -movflags +faststart";

    @TempDir
    Path folder;

    private Path make(String arguments) throws Exception {
        return Samples.make(folder.resolve("video.mp4"), arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PICTURE + H264 + FAST,
                PICTURE + H264,
                PICTURE + SOUND + H264 + " -c:a aac" + FAST,
                PICTURE + SOUND + H264 + " -c:a aac -ac 2 -ar 48000 -r 24000/1001" + FAST,
                PICTURE + "-itsoffset 0.8 " + SOUND + H264 + " -c:a aac" + FAST,
                PICTURE + H264 + " -tune zerolatency -bf 0" + FAST,
                PICTURE + H264 + " -profile:v baseline" + FAST,
                PICTURE + H264 + " -bf 5 -x264-params b-pyramid=normal" + FAST,
                SOUND + "-c:a aac -b:a 128k" + FAST
            })
    void readsWhatFfprobeReads(String arguments) throws Exception {
        Path file = make(arguments);

        SourceHeaders found = Mp4Headers.read(file);

        SourceHeaders probed = probe(file);
        assertThat(found.container()).isEqualTo(probed.container());
        assertThat(found.duration()).isCloseTo(probed.duration(), within(0.05));
        assertThat(found.tracks()).hasSameSizeAs(probed.tracks());
        for (Track expected : probed.tracks()) {
            Track track = found.tracks().get(expected.index());
            assertThat(track)
                    .usingRecursiveComparison()
                    // Of a result, nobody asks for the rate of its first frames and its fields.
                    .ignoringFields("start", "duration", "exactRate", "fieldOrder")
                    .isEqualTo(expected);
            assertThat(track.start()).isCloseTo(expected.start(), within(0.05));
            assertThat(track.duration()).isCloseTo(expected.duration(), within(0.05));
        }
    }

    @Test
    void readsATrackOfSubtitles() throws Exception {
        Path text = Files.writeString(folder.resolve("text.vtt"), "WEBVTT\n\n00:00.200 --> 00:01.000\nHola\n");

        SourceHeaders found = Mp4Headers.read(make(PICTURE + "-i " + text + " " + H264 + " -c:s mov_text" + FAST));

        assertThat(found.tracks()).extracting(Track::codec).containsExactly("h264", "mov_text");
    }

    /** What no result of ours is, ffprobe must describe, and the check finds it then. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -c:v libx264 -pix_fmt yuv444p                                   | pixels that are not 4:2:0
            -c:v libx264 -pix_fmt yuv420p -color_range pc                   | without colr
            -vf setsar=1 -c:v libx264 -pix_fmt yuv420p -color_range tv -colorspace smpte170m -color_primaries bt709 -color_trc bt709 | colours of number 6
            -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709   | a shape of pixels by its number
            -c:v libx264 -pix_fmt yuv420p -flags +ilme+ildct                | fields
            -c:v mpeg4                                                      | a track of vide mp4v
            -c:v libx264 -pix_fmt yuv420p -movflags +frag_keyframe          | the box mfra
            """)
    void leavesOthersToFfprobe(String arguments, String why) throws Exception {
        Path file = make(PICTURE + arguments);

        assertThatThrownBy(() -> Mp4Headers.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    /** ffmpeg's own statistics must say the same as its file. */
    @Test
    void framesThatFfmpegDidNotCountAreLeftToFfprobe() throws Exception {
        make(PICTURE + H264 + FAST);
        RunningJob job = RunningJobs.inFolder(folder);
        ResultCheck check = new ResultCheck(new ObjectMapper(), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        assertThat(check.describe(job)).isNull();

        job.getTool().progress(new ToolProgress(59, 2, 1000, 30, 1));
        assertThat(check.describe(job)).isNull();

        job.getTool().progress(new ToolProgress(60, 2, 1000, 30, 1));
        assertThat(check.describe(job).videos()).extracting(Track::frames).containsExactly(60L);
    }

    @Test
    void leavesWhatIsNoMp4ToFfprobe() throws Exception {
        Path file = Files.writeString(folder.resolve("sound.mp3"), "ID3 and whatever follows");

        assertThatThrownBy(() -> Mp4Headers.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("no MP4 file");
    }

    @Test
    void aFileWhoseEndIsMissingIsDamaged() throws Exception {
        Path file = make(PICTURE + H264 + FAST);
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            whole.setLength(whole.length() - 1);
        }

        assertDamaged(file, "the file ends within a box");
    }

    @Test
    void aFrameThatWasOverwrittenIsDamaged() throws Exception {
        Path file = make(PICTURE + H264 + FAST);
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            whole.seek(whole.length() * 3 / 4);
            whole.write(new byte[8000]);
        }

        assertDamaged(file, "a unit of type 0");
    }

    @Test
    void anIndexThatPointsElsewhereIsDamaged() throws Exception {
        assertDamaged(changed("stco", 8, offset -> offset + 1), "samples that are not in the file");
        assertDamaged(changed("stco", 8, offset -> offset - 1000), "samples that are not in the file");
        assertDamaged(changed("stsz", 12, size -> size - 4), "a frame that ends within a unit");
    }

    private interface Change {
        int of(int value);
    }

    /** A file of which one number is another, so many bytes behind the type of its box. */
    private Path changed(String box, int behind, Change change) throws Exception {
        Path file = make(PICTURE + H264 + FAST);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            int at = bytes.indexOf(box) + Integer.BYTES + behind;
            whole.seek(at);
            int value = whole.readInt();
            whole.seek(at);
            whole.writeInt(change.of(value));
        }
        return file;
    }

    private static void assertDamaged(Path file, String why) {
        assertThatThrownBy(() -> Mp4Headers.read(file))
                .isInstanceOf(OutputInvalidException.class)
                .hasMessageContaining(why);
    }

    private static SourceHeaders probe(Path file) throws IOException {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        SourceHeaders.ENTRIES,
                        "-of",
                        "json",
                        file.toString())
                .start();
        String answer = new String(ffprobe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return SourceHeaders.read(FfprobeAnswer.read(new ObjectMapper(), answer), List.of());
    }
}
