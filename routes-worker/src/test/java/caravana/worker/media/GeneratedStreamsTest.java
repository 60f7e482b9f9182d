package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import caravana.test.Sample;
import caravana.worker.media.MadeStream.Rendition;
import caravana.worker.media.MadeStream.Segment;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Renditions of originals by chance: of any rate, also one that varies, of any size and length, with sound or without. */
class GeneratedStreamsTest extends StreamFixture {

    private static final List<String> RATES =
            List.of("24000/1001", "24", "25", "30000/1001", "30", "50", "60", "12", "15", "10");
    private static final List<String> ASKED = List.of(
            "[\"hls\"]",
            "[\"hls\", \"transcodificacion\"]",
            "[\"hls\", \"formato_16_9\"]",
            "[\"hls\", {\"nombre\": \"escalar\", \"alto\": 300}]",
            "[\"hls\", \"sin_audio\"]");

    /** How far the sound may be longer or shorter than that of the clip: two blocks of AAC, and what it begins with. */
    private static final double SOUND_SLACK = 0.1;

    /** An original, and what is requested of it. */
    private record Generated(
            int number, String size, String rate, int frames, String variable, String sound, String asked) {

        static Generated of(int number, Random random) {
            String rate = RATES.get(random.nextInt(RATES.size()));
            double perSecond = perSecond(rate);
            int frames =
                    random.nextInt(8) == 0 ? 1 + random.nextInt(3) : 1 + (int) (random.nextDouble() * 10 * perSecond);
            int width = 64 + random.nextInt(500);
            int height = 64 + random.nextInt(450);
            boolean variable = random.nextInt(4) == 0 && frames > 4;
            String sound = random.nextInt(4) == 0
                    ? null
                    : "sine=frequency=440:sample_rate=" + (random.nextBoolean() ? 44_100 : 48_000)
                            + (random.nextBoolean() ? ",pan=stereo|c0=c0|c1=c0" : "");
            return new Generated(
                    number,
                    width + "x" + height,
                    rate,
                    frames,
                    variable ? "not(mod(n\\," + (2 + random.nextInt(5)) + "))+gt(n\\," + frames / 2 + ")" : null,
                    sound,
                    ASKED.get(random.nextInt(ASKED.size())));
        }

        static double perSecond(String rate) {
            String[] parts = rate.split("/");
            return Double.parseDouble(parts[0]) / (parts.length == 1 ? 1 : Double.parseDouble(parts[1]));
        }

        String arguments() {
            String seconds = String.format(Locale.ROOT, "%.3f", Math.max(0.1, frames / perSecond(rate)));
            return "-f lavfi -i testsrc2=s=" + size + ":r=" + rate
                    + (sound == null ? "" : " -f lavfi -i " + sound.replaceFirst(",|$", ":d=" + seconds + "$0"))
                    + " -frames:v " + frames
                    + (variable == null ? "" : " -vf select='" + variable + "' -fps_mode vfr")
                    // Odd sizes need a picture whose colours are as fine as its brightness.
                    + " -c:v libx264 -preset ultrafast -pix_fmt yuv444p"
                    + (sound == null ? "" : " -c:a aac") + " -f mp4";
        }
    }

    @TestFactory
    Stream<DynamicTest> renditionsFitTogether() {
        int size = Sample.size("streams of generated originals", 4, 200);
        Random random = new Random(Sample.SEED);
        System.out.println("Originals by seed " + Sample.SEED);
        return Stream.iterate(1, number -> number + 1)
                .limit(size)
                .map(number -> Generated.of(number, random))
                .map(generated -> DynamicTest.dynamicTest(generated.toString(), () -> assertFits(generated)));
    }

    private void assertFits(Generated generated) throws Exception {
        openAgain();
        useFile(generated.arguments());
        makeStream(generated.asked());

        int frames = (int) made().frames();
        assertWhole(frames);
        for (Rendition picture : pictures()) {
            assertSegments(picture, frames);
        }
        for (Rendition rendition : stream.renditions()) {
            if (rendition.height() == null) {
                assertThat(rendition.segments().stream()
                                .mapToDouble(Segment::seconds)
                                .sum())
                        .isCloseTo(soundOfClip(), within(SOUND_SLACK));
                assertThat(steps(packets(rendition, 1)).distinct().count())
                        .as("steps of decode times of the sound")
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    private double soundOfClip() throws Exception {
        for (JsonNode track : JSON.readTree(probed(job.getResult().toPath(), "stream=codec_type,duration"))
                .path("streams")) {
            if (track.path("codec_type").asText().equals("audio")) {
                return track.path("duration").asDouble();
            }
        }
        throw new AssertionError("The clip has no sound");
    }

    /** Each begins with a key frame, at the same frame in all renditions, and ends where the next one begins. */
    private void assertSegments(Rendition picture, int frames) throws Exception {
        JsonNode packets = packets(picture, 1);
        assertThat(packets).hasSize(frames);
        double frame = 1 / picture.frameRate();
        assertThat(steps(packets).distinct().count())
                .as("steps of decode times")
                .isLessThanOrEqualTo(1);
        double begin = 0;
        int place = 0;
        for (Segment segment : picture.segments().subList(1, picture.segments().size())) {
            assertThat(packets.path(place).path("flags").asText()).startsWith("K");
            int own = (int) Math.round(segment.seconds() / frame);
            assertThat(segment.seconds()).isCloseTo(own * frame, within(frame / 2));
            assertThat(packets.path(place).path("dts_time").asDouble()
                            - packets.path(0).path("dts_time").asDouble())
                    .isCloseTo(begin, within(frame / 2));
            begin += segment.seconds();
            place += own;
        }
        assertThat(place).isEqualTo(frames);
    }

    private JsonNode packets(Rendition rendition, int from) throws Exception {
        return JSON.readTree(probed(join(rendition, from), "packet=dts,dts_time,flags"))
                .path("packets");
    }

    private static Stream<Long> steps(JsonNode packets) {
        return LongStream.range(1, packets.size())
                .mapToObj(i -> packets.path((int) i).path("dts").asLong()
                        - packets.path((int) i - 1).path("dts").asLong());
    }
}
