package caravana.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Generates a video for the demo, tests and benchmarks with ffmpeg: a moving test picture with a tone, in H.264 and
 * AAC.
 */
public final class SampleVideo {

    private SampleVideo() {}

    /**
     * Makes one.
     *
     * @param file replaced when it is there; its extension names the format
     * @param size as {@code 1920x1080}
     * @param options more ffmpeg options for the output
     * @return the file
     * @throws LocalStackException with ffmpeg's output when it reports anything
     */
    public static Path make(Path file, String size, int seconds, String... options)
            throws IOException, InterruptedException {
        return make(file, size, seconds, List.of(), List.of(options));
    }

    /**
     * Makes one.
     *
     * @param filters of ffmpeg, for the picture
     */
    public static Path make(Path file, String size, int seconds, List<String> filters, List<String> options)
            throws IOException, InterruptedException {
        List<String> picture = new ArrayList<>();
        picture.add("testsrc2=size=" + size + ":rate=30:duration=" + seconds);
        picture.addAll(filters);
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of("-f", "lavfi", "-i", String.join(",", picture)));
        line.addAll(List.of("-f", "lavfi", "-i", "sine=frequency=440:duration=" + seconds));
        line.addAll(List.of("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"));
        line.addAll(options);
        line.add(file.toString());
        run(line);
        return file;
    }

    /**
     * Joins copies of a video, without encoding it again.
     *
     * @param file replaced when it is there
     * @param times how many copies
     * @return the file
     * @throws LocalStackException with ffmpeg's output when it reports anything
     */
    public static Path repeat(Path video, int times, Path file) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of("-stream_loop", String.valueOf(times - 1), "-i", video.toString()));
        line.addAll(List.of("-c", "copy", "-movflags", "+faststart", file.toString()));
        run(line);
        return file;
    }

    private static void run(List<String> line) throws IOException, InterruptedException {
        Process ffmpeg = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (ffmpeg.waitFor() != 0 || !said.isEmpty()) {
            throw new LocalStackException("ffmpeg could not make a sample: " + said);
        }
    }
}
