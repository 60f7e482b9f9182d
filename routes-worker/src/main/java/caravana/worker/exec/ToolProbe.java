package caravana.worker.exec;

import caravana.worker.job.WorkFolder;
import caravana.worker.tool.ProcessTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Checks whether ffmpeg and ffprobe can be run, by running them in the same way as jobs do. */
@Component
public class ToolProbe {

    /**
     * A test run.
     *
     * @param arguments with which a working tool ends with status 0
     * @param answer the beginning of the output of a working tool
     */
    private record Trial(String tool, List<String> arguments, String answer) {}

    /** The test runs. ffmpeg draws a letter, because without a font it starts but cannot process jobs. */
    private static final List<Trial> TRIALS = List.of(
            new Trial("ffmpeg", ToolCheck.drawing("framecrc"), "#software: Lavf"),
            new Trial("ffprobe", List.of("-version"), "ffprobe version"));

    /**
     * The longest time without CPU time; a tool that exceeds it hangs. ffmpeg may take longer in total, because it may
     * be collecting the machine's fonts.
     */
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

    private final ToolLauncher launcher;
    private final WorkFolder workFolder;

    ToolProbe(ToolLauncher launcher, WorkFolder workFolder) {
        this.launcher = launcher;
        this.workFolder = workFolder;
    }

    /**
     * Runs each tool once.
     *
     * @throws ToolUnavailableException when a tool cannot be started, hangs, takes longer than three minutes, or
     *     has unexpected output; the message has the tool and the reason
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
            awaitEnd(process, tool);
            // The output fits into the pipe, so it need not be read while the tool runs.
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

    private static void awaitEnd(Process process, String tool) throws InterruptedException {
        Duration waited = Duration.ZERO;
        Object used = null;
        while (!process.waitFor(IDLE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            waited = waited.plus(IDLE_LIMIT);
            Object usedNow = process.info().totalCpuDuration();
            if (usedNow.equals(used) || waited.compareTo(ToolCheck.PATIENCE) >= 0) {
                throw new ToolUnavailableException(tool, "it did not end within " + waited.toSeconds() + " s");
            }
            used = usedNow;
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
