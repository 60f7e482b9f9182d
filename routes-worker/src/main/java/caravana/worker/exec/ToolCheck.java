package caravana.worker.exec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Refuses to start a worker that could not do a single job. */
@Component
public class ToolCheck {

    private static final int PATIENCE_SECONDS = 20;

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
                "-nostdin",
                "-f",
                "lavfi",
                "-i",
                "color=size=64x64:duration=0.04,drawtext=text=x:font=Sans",
                "-f",
                "null",
                "-");
    }

    /**
     * Runs a tool once.
     *
     * @throws IllegalStateException when that fails; the message says what to do
     */
    static void require(String tool, String remedy, String... arguments) {
        List<String> line = new ArrayList<>(List.of(tool));
        line.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return;
            }
            process.destroyForcibly();
        } catch (IOException notThere) {
            // Told below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException(
                "The worker needs " + tool + " on its PATH, and it does not run as it has to; " + remedy);
    }
}
