package caravana.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Generates videos for tests with ffmpeg. */
public final class Samples {

    private Samples() {}

    /**
     * Makes a video.
     *
     * @param file replaced when it is there; its extension names the format
     * @param arguments of ffmpeg, separated by spaces, such as {@code -f lavfi -i testsrc2=duration=2 -pix_fmt yuv420p}
     * @param more arguments of ffmpeg that may contain spaces
     * @return the file
     * @throws IllegalStateException with ffmpeg's output when it reports anything
     */
    public static Path make(Path file, String arguments, String... more) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        line.addAll(List.of(arguments.split(" ")));
        line.addAll(List.of(more));
        line.add(file.toString());
        Process ffmpeg = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (ffmpeg.waitFor() != 0 || !output.isEmpty()) {
            throw new IllegalStateException(line + ": " + output);
        }
        return file;
    }
}
