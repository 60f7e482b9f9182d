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

    private Videos() {}

    /** A moving test picture with a tone. */
    static Path make(Path file, String size, int seconds, String... more) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of("-f", "lavfi", "-i", "testsrc2=size=" + size + ":rate=30:duration=" + seconds));
        line.addAll(List.of("-f", "lavfi", "-i", "sine=frequency=440:duration=" + seconds));
        line.addAll(List.of("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"));
        line.addAll(List.of(more));
        line.add(file.toString());
        assertThat(output(line)).isEmpty();
        return file;
    }

    /** ffprobe's description of format and streams. */
    public static JsonNode probe(Path file) throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(output(List.of(
                        "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", file.toString())));
    }

    /** The grey value, 0 to 255, of one pixel of the frame at a time. */
    static int luma(Path file, int second, int x, int y) throws IOException, InterruptedException {
        Process ffmpeg = new ProcessBuilder(
                        "ffmpeg",
                        "-nostdin",
                        "-v",
                        "error",
                        "-ss",
                        String.valueOf(second),
                        "-i",
                        file.toString(),
                        "-frames:v",
                        "1",
                        "-vf",
                        "crop=2:2:" + x + ":" + y + ",format=gray",
                        "-f",
                        "rawvideo",
                        "-")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] pixels = ffmpeg.getInputStream().readAllBytes();
        assertThat(ffmpeg.waitFor()).isZero();
        return pixels[0] & 0xff;
    }

    private static String output(List<String> line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
