package caravana.worker.exec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Prevents the start of a worker whose tools cannot process any job. */
@Component
public class ToolCheck {

    /**
     * The limit of the first drawing. After a boot, it collects the machine's fonts, which takes a minute on a slow
     * machine.
     */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int TAIL_CHARACTERS = 500;

    ToolCheck(ToolFailureNote note) {
        try {
            requireAll();
        } catch (IllegalStateException e) {
            note.write();
            throw e;
        }
    }

    private static void requireAll() {
        require("ffmpeg", "install Debian's package ffmpeg", "-version");
        require("ffprobe", "install Debian's package ffmpeg", "-version");
        require(
                "ffmpeg",
                "it cannot draw text: install a build with drawtext, fontconfig and a font (Debian: fonts-dejavu-core)",
                drawing("null").toArray(String[]::new));
    }

    /** Returns ffmpeg's arguments to draw one letter and to write the result to its standard output. */
    static List<String> drawing(String format) {
        return List.of(
                "-nostdin",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "color=size=64x64:duration=0.04,drawtext=text=x:font=Sans",
                "-f",
                format,
                "-");
    }

    private static void require(String tool, String remedy, String... arguments) {
        require(PATIENCE, tool, remedy, arguments);
    }

    /**
     * Runs a tool once.
     *
     * @param patience the longest time that it may take
     * @param remedy what to do when the tool cannot be started or fails
     * @throws IllegalStateException when it cannot be started, fails or takes too long; the message says what to do
     */
    static void require(Duration patience, String tool, String remedy, String... arguments) {
        List<String> line = new ArrayList<>(List.of(tool));
        line.addAll(List.of(arguments));
        String command = "`" + String.join(" ", line) + "`";
        Path output = null;
        try {
            output = Files.createTempFile("caravana-tool-check-", ".txt");
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("The worker needs " + tool + ", and " + command + " did not end within "
                        + patience.toSeconds() + " s; check what keeps this machine busy, and start the worker again");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException("The worker needs " + tool + ", and " + command + " ended with status "
                        + process.exitValue() + "; " + remedy + ". The end of what it printed:\n" + tail(output));
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The worker needs " + tool + " on its PATH, and it could not be started (" + e.getMessage() + "); "
                            + remedy,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while " + command + " ran", e);
        } finally {
            delete(output);
        }
    }

    private static String tail(Path output) throws IOException {
        String text = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
        return text.substring(Math.max(0, text.length() - TAIL_CHARACTERS));
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
