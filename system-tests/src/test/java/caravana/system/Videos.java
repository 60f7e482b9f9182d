package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes videos with ffmpeg, and asks ffprobe what a video is. */
public final class Videos {

    private static final int CODING_LOSS = 14;

    private Videos() {}

    /** ffprobe's description of format and streams. */
    public static JsonNode probe(Path file) throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(output(List.of(
                        "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", file.toString())));
    }

    /** One colour, each part from 0 to 255. */
    public record Pixel(int red, int green, int blue) {

        /** How bright it is. */
        int luma() {
            return (int) Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        }

        /** Whether it is the same colour to the eye, after lossy coding. */
        public boolean isCloseTo(Pixel other) {
            return Math.abs(red - other.red) < CODING_LOSS
                    && Math.abs(green - other.green) < CODING_LOSS
                    && Math.abs(blue - other.blue) < CODING_LOSS;
        }
    }

    /** Footage of one colour in BT.709, without sound. */
    public static Path plain(Path file, Pixel colour, String size, int seconds)
            throws IOException, InterruptedException {
        String hex = String.format("0x%02x%02x%02x", colour.red(), colour.green(), colour.blue());
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of("-f", "lavfi", "-i", "color=" + hex + ":size=" + size + ":rate=30:duration=" + seconds));
        // Without the matrix ffmpeg converts to BT.601, which no player expects of a large picture without tags.
        line.addAll(List.of("-vf", "format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"));
        line.addAll(List.of("-colorspace", "bt709", "-c:v", "libx264", "-preset", "ultrafast", file.toString()));
        assertThat(output(line)).isEmpty();
        return file;
    }

    /** One pixel of the frame at a time in seconds. */
    public static Pixel pixel(Path file, int second, int x, int y) throws IOException, InterruptedException {
        byte[] pixels = pixels(file, second, "2:2:" + x + ":" + y);
        return new Pixel(pixels[0] & 0xff, pixels[1] & 0xff, pixels[2] & 0xff);
    }

    /** Whether any pixel of a region, {@code width:height:x:y}, of the frame at a time has another colour than that. */
    static boolean differs(Path file, int second, String region, Pixel colour)
            throws IOException, InterruptedException {
        byte[] pixels = pixels(file, second, region);
        for (int i = 0; i + 2 < pixels.length; i += 3) {
            if (!new Pixel(pixels[i] & 0xff, pixels[i + 1] & 0xff, pixels[i + 2] & 0xff).isCloseTo(colour)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] pixels(Path file, int second, String region) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
        if (second > 0) {
            line.addAll(List.of("-ss", String.valueOf(second)));
        }
        line.addAll(List.of("-i", file.toString(), "-frames:v", "1", "-vf", "crop=" + region + ",format=rgb24"));
        line.addAll(List.of("-f", "rawvideo", "-"));
        Process ffmpeg = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] pixels = ffmpeg.getInputStream().readAllBytes();
        assertThat(ffmpeg.waitFor()).isZero();
        assertThat(pixels).isNotEmpty();
        return pixels;
    }

    private static String output(List<String> line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
