package caravana.worker.exec;

import caravana.worker.job.WorkFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Looks whether ffmpeg and ffprobe can be run, by running them as jobs do. */
@Component
public class ToolProbe {

    private static final List<String> TOOLS = List.of("ffmpeg", "ffprobe");

    /** For what takes a tenth of a second on an idle machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ToolLauncher launcher;
    private final WorkFolder workFolder;

    ToolProbe(ToolLauncher launcher, WorkFolder workFolder) {
        this.launcher = launcher;
        this.workFolder = workFolder;
    }

    /**
     * Runs each tool for its version.
     *
     * @throws ToolUnavailableException when one of them cannot be started, does not end within 30 s, or does not say what
     *     it is; the message says which and why
     * @throws IOException when the work folder is missing
     */
    public void check() throws IOException {
        for (String tool : TOOLS) {
            check(tool);
        }
    }

    /** Runs one tool. */
    void check(String tool) throws IOException {
        Process process = launcher.start(tool, List.of("-version"), workFolder.path());
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new ToolUnavailableException(tool, "it did not end within " + PATIENCE.toSeconds() + " s");
            }
            // What it says fits into the pipe, so that nobody need read while it runs.
            String said = text(process.getInputStream().readNBytes(200));
            if (process.exitValue() != 0 || !said.startsWith(tool + " version")) {
                throw new ToolUnavailableException(
                        tool,
                        "`" + tool + " -version` ended with status " + process.exitValue() + ": "
                                + (text(process.getErrorStream().readNBytes(500)) + " " + said).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolUnavailableException(tool, "interrupted");
        } finally {
            ProcessTree.kill(process.toHandle());
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
