package caravana.worker.exec;

import caravana.worker.job.WorkFolder;
import caravana.worker.tool.ProcessTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Looks whether ffmpeg and ffprobe can be run, by running them as jobs do. */
@Component
public class ToolProbe {

    /**
     * @param arguments with which a tool that can do jobs ends with status 0
     * @param answer what it then writes first
     */
    private record Trial(String tool, List<String> arguments, String answer) {}

    /** ffmpeg draws a letter: without a font it runs, and does no job. */
    private static final List<Trial> TRIALS = List.of(
            new Trial("ffmpeg", ToolCheck.drawing("framecrc"), "#software: Lavf"),
            new Trial("ffprobe", List.of("-version"), "ffprobe version"));

    /** For what takes a tenth of a second on an idle machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ToolLauncher launcher;
    private final WorkFolder workFolder;

    ToolProbe(ToolLauncher launcher, WorkFolder workFolder) {
        this.launcher = launcher;
        this.workFolder = workFolder;
    }

    /**
     * Runs each tool once.
     *
     * @throws ToolUnavailableException when one of them cannot be started, does not end within 30 s, or does not answer as
     *     it should; the message says which and why
     * @throws IOException when the work folder is missing
     */
    public void check() throws IOException {
        for (Trial trial : TRIALS) {
            check(trial.tool(), trial.arguments(), trial.answer());
        }
    }

    /** Runs one tool. */
    void check(String tool, List<String> arguments, String answer) throws IOException {
        Process process = launcher.start(tool, arguments, workFolder.path());
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new ToolUnavailableException(tool, "it did not end within " + PATIENCE.toSeconds() + " s");
            }
            // What it says fits into the pipe, so that nobody need read while it runs.
            String said = text(process.getInputStream().readNBytes(200));
            if (process.exitValue() != 0 || !said.startsWith(answer)) {
                throw new ToolUnavailableException(
                        tool,
                        "`" + tool + " " + String.join(" ", arguments) + "` ended with status " + process.exitValue()
                                + ": " + (text(process.getErrorStream().readNBytes(500)) + " " + said).strip());
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
