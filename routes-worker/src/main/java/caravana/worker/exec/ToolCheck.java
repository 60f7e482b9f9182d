package caravana.worker.exec;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Refuses to start a worker that could not do a single job. */
@Component
public class ToolCheck {

    private static final int PATIENCE_SECONDS = 20;

    ToolCheck() {
        List.of("ffmpeg", "ffprobe").forEach(ToolCheck::require);
    }

    /** @throws IllegalStateException when the tool does not run; the message says what to install */
    static void require(String tool) {
        try {
            Process process = new ProcessBuilder(tool, "-version")
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
                "The worker needs " + tool + " on its PATH, and it does not run; install Debian's package ffmpeg");
    }
}
