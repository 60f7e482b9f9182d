package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.media.MadeStream.Rendition;
import caravana.worker.media.MadeStream.Segment;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What hls makes of originals, by the real ffmpeg: renditions whose segments fit together, and which are the whole video. */
class HlsTest extends StreamFixture {

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
        assertThat(pictures().get(0).segments()).extracting(Segment::seconds).containsExactly(0.0, 1.0, 3.0, 4.0, 1.4);
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
        assertThat(frames(join(pictures().get(0), 2))).isEqualTo(all.subList(25, 225));
        assertThat(frames(join(pictures().get(0), 3))).isEqualTo(all.subList(100, 225));
    }

    /** A player that shows pictures while somebody seeks fetches the beginning of a segment, and nothing else of it. */
    @Test
    void theFirstFrameOfASegmentNeedsOnlyItsBytes() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=9", "sine=duration=9", "[\"hls\"]");

        Rendition picture = pictures().get(0);
        List<String> all = frames(join(picture, 1));
        List<Integer> begins = List.of(0, 25, 100, 200);
        for (Segment segment : picture.segments().subList(1, 5)) {
            Path first = beginning(picture, segment, segment.keyBytes());
            assertThat(frames(first)).containsExactly(all.get(begins.get(segment.number() - 1)));
            assertThat(Files.size(first)).isEqualTo(endOfFirstFrame(beginning(picture, segment, segment.bytes())));
            assertThat(segment.keyBytes()).isLessThan(segment.bytes() / 2);
        }
        assertThat(picture.keyBitRate()).isBetween(1L, picture.peakBitRate());
        assertThat(stream.renditions().get(1).keyBitRate()).isNull();
    }

    private static long endOfFirstFrame(Path file) throws Exception {
        JsonNode packet = JSON.readTree(probed(file, "packet=pos,size")).at("/packets/0");
        return packet.path("pos").asLong() + packet.path("size").asLong();
    }

    @Test
    void soundIsARenditionOfItsOwn() throws Exception {
        makeStream("testsrc2=s=320x240:r=25:d=9", "sine=frequency=440:duration=9", "[\"hls\"]");

        Rendition sound = stream.renditions().get(1);
        assertThat(sound.name()).isEqualTo("sound");
        assertThat(sound.codecs()).isEqualTo("mp4a.40.2");
        assertThat(sound.segments())
                .extracting(segment -> Math.round(segment.seconds()))
                .containsExactly(0L, 1L, 3L, 4L, 1L);
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

    @Test
    void filmRatesGetWholeFramesASegment() throws Exception {
        makeStream("testsrc2=s=320x240:r=24000/1001:d=9", null, "[\"hls\"]");

        assertWhole((int) source.rate().framesIn(source.seconds()));
        assertThat(pictures().get(0).segments())
                .extracting(segment -> String.format(Locale.ROOT, "%.3f", segment.seconds()))
                .startsWith("0.000", "1.001", "3.003", "4.004");
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
    void variableRatesGetConstantSegments() throws Exception {
        useFile("-f lavfi -i testsrc2=s=320x240:r=30:d=9 -vf select='not(mod(n\\,7))+gt(n\\,60)' -fps_mode vfr"
                + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mp4");
        makeStream("[\"hls\"]");

        assertWhole((int) made().frames());
        assertThat(pictures().get(0).segments()).extracting(Segment::seconds).startsWith(0.0, 1.0, 3.0, 4.0);
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
