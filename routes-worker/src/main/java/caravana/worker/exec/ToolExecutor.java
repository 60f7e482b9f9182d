package caravana.worker.exec;

import caravana.worker.exec.ToolExecBinding.JobCommand;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.media.RejectedMediaException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Runs a tool for a job: exit status checked, time and standstill limited, its whole process tree killed at the end,
 * output bounded, and an environment without our credentials.
 *
 * <p>It replaces Camel's executor, which kills the tool as soon as the JVM is told to stop, takes a time-out for a
 * success, leaves grandchildren running and keeps all output in memory.
 */
@Component("toolExecutor")
public class ToolExecutor implements ExecCommandExecutor {

    private static final Logger log = LoggerFactory.getLogger(ToolExecutor.class);

    private static final int STDERR_TAIL_BYTES = 8 * 1024;
    private static final int DOCUMENT_BYTES = 1024 * 1024;
    private static final long WATCH_MILLIS = 200;
    private static final Set<String> ENVIRONMENT = Set.of("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR");

    /**
     * From here on the exit status is not the tool's own: 126 and 127 say that it could not be run, and to Java a
     * process that a signal ended has 128 plus the signal's number.
     */
    private static final int NOT_THE_TOOLS_OWN = 126;

    /**
     * On Linux a tool dies with the worker, even with one that is killed; the signal hangs on the thread that started
     * the tool, and that thread waits here until it ends.
     */
    private static final List<String> DIE_WITH_WORKER =
            Files.isExecutable(Path.of("/usr/bin/setpriv")) ? List.of("setpriv", "--pdeathsig", "KILL") : List.of();

    /**
     * Runs the command to its end.
     *
     * @throws ToolFailedException when it failed for a reason of this machine: a signal, a full disk, a limit
     * @throws RejectedMediaException when it ended with an error, which then lies with the original
     * @throws ClaimLostException when it was killed because the claim is lost
     * @throws JobInterruptedException when it was killed because the worker stops
     * @throws IOException when it could not be started
     */
    @Override
    public ExecResult execute(ExecCommand planned) throws IOException, ToolFailedException {
        JobCommand command = (JobCommand) planned;
        ToolControl control = command.job().getTool();
        if (control.killed() != null) {
            fail(command, control.killed(), -1, "not started");
        }
        List<String> line = new ArrayList<>(DIE_WITH_WORKER);
        line.add(command.getExecutable());
        line.addAll(command.getArgs());
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(new File(command.getWorkingDir()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().keySet().retainAll(ENVIRONMENT);

        Process process = builder.start();
        control.started(process.toHandle());
        ByteTail stderr = new ByteTail(STDERR_TAIL_BYTES);
        ByteTail document = new ByteTail(DOCUMENT_BYTES);
        AtomicLong lastMoved = new AtomicLong(System.nanoTime());
        boolean progress = command.command().output() == ToolCommand.Output.PROGRESS;
        Thread out = progress
                ? reader("progress", process.getInputStream(), in -> followProgress(in, control, lastMoved))
                : reader("stdout", process.getInputStream(), in -> drain(in, document));
        Thread err = reader("stderr", process.getErrorStream(), in -> drain(in, stderr));
        try {
            watch(process, command.command(), control, progress ? lastMoved : null);
            // Bounded: something that the tool left behind may hold the pipes open.
            out.join(500);
            err.join(500);
        } catch (InterruptedException e) {
            control.kill(KillReason.SHUTDOWN);
            Thread.currentThread().interrupt();
        } finally {
            ProcessTree.kill(process.toHandle());
            control.ended();
        }
        int exit = process.isAlive() ? -1 : process.exitValue();
        if (control.killed() != null || exit != 0) {
            fail(command, control.killed(), exit, stderr.text());
        }
        return new ExecResult(
                planned, new ByteArrayInputStream(document.text().getBytes(StandardCharsets.UTF_8)), null, exit);
    }

    private static void watch(Process process, ToolCommand command, ToolControl control, AtomicLong lastMoved)
            throws InterruptedException {
        long started = System.nanoTime();
        while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            if (now - started > command.timeLimit().toNanos()) {
                control.kill(KillReason.TIME_LIMIT);
            } else if (lastMoved != null
                    && now - lastMoved.get() > command.stallLimit().toNanos()) {
                control.kill(KillReason.STALLED);
            }
        }
    }

    private static void fail(JobCommand command, KillReason killed, int exit, String stderr)
            throws ToolFailedException {
        String tool = command.getExecutable();
        if (killed == KillReason.CLAIM_LOST) {
            throw new ClaimLostException(tool + " was stopped: the claim is lost");
        }
        if (killed == KillReason.SHUTDOWN) {
            throw new JobInterruptedException(tool + " was stopped: the worker stops");
        }
        if (killed != null) {
            throw new ToolFailedException(tool + " was killed (" + killed + "): " + stderr, exit);
        }
        if (exit >= NOT_THE_TOOLS_OWN || stderr.contains("No space left on device")) {
            throw new ToolFailedException(tool + " ended with status " + exit + ": " + stderr, exit);
        }
        log.info("{} refused the original of video {}: {}", tool, command.job().getVideoId(), stderr);
        throw new RejectedMediaException(
                command.command().rejectionCode(), command.command().rejectionSentence());
    }

    private static void followProgress(InputStream in, ToolControl control, AtomicLong lastMoved) throws IOException {
        ProgressReader.read(in, newest -> {
            if (newest.hasMovedSince(control.progress())) {
                lastMoved.set(System.nanoTime());
            }
            control.progress(newest);
        });
    }

    private static void drain(InputStream in, ByteTail tail) throws IOException {
        byte[] buffer = new byte[4096];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            tail.add(buffer, n);
        }
    }

    @FunctionalInterface
    private interface StreamReader {
        void read(InputStream in) throws IOException;
    }

    private static Thread reader(String name, InputStream stream, StreamReader reader) {
        Thread thread = new Thread(
                () -> {
                    try (stream) {
                        reader.read(stream);
                    } catch (IOException | UncheckedIOException e) {
                        log.debug("The tool's {} ended: {}", name, e.toString());
                    }
                },
                Thread.currentThread().getName() + "-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
