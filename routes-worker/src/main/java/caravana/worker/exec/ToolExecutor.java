package caravana.worker.exec;

import caravana.worker.exec.ToolExecBinding.JobCommand;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.JobInterruptedException;
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
import java.util.regex.Pattern;
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
     * Exit statuses that are not the tool's own: 126 and 127 say that it could not be run, and to Java a process that a
     * signal ended has 128 plus the signal's number. Above them come ffmpeg's own again, from version 6 on.
     */
    private static final int CANNOT_RUN = 126;

    private static final int LAST_SIGNAL = 128 + 31;
    private static final int KILLED = 128 + 9;

    /**
     * What ffmpeg, its libraries and x264 say when an allocation fails, or when a thread gets no stack. Text on the cards
     * needs memory for the fonts, and says no more than that it cannot begin: that it can, ToolCheck has tried.
     */
    private static final Pattern MEMORY_REFUSED = Pattern.compile("Cannot allocate memory|malloc of size"
            + "|Resource temporarily unavailable|Error initializing filter 'drawtext'");

    private static final Path PROGRAMS = Path.of("/usr/bin");

    private final List<String> prefix = new ArrayList<>();

    /**
     * On Linux, a tool dies with the worker, even with one that is killed: the signal hangs on the thread that started the
     * tool, and that thread waits here until it ends. It is the first that the kernel takes when memory is short, and
     * stands back behind what has to be quick, such as the heartbeat.
     */
    ToolExecutor(ToolProperties tool) {
        prefix("setpriv", "--pdeathsig", "KILL");
        prefix("choom", "-n", "1000", "--");
        prefix("nice", "-n", String.valueOf(tool.niceness()));
        prefix("prlimit", "--as=" + tool.memory().toBytes());
    }

    private void prefix(String program, String... arguments) {
        if (Files.isExecutable(PROGRAMS.resolve(program))) {
            prefix.add(program);
            prefix.addAll(List.of(arguments));
        }
    }

    /**
     * Runs the command to its end.
     *
     * @throws ToolFailedException when it failed for a reason of this machine: a signal, a full disk, a limit, a
     *     status that the command takes for none of the media's
     * @throws RuntimeException what the command says of an end with an error, or of its time limit
     * @throws ClaimLostException when it was killed because the claim is lost
     * @throws JobInterruptedException when it was killed because the worker stops
     * @throws IOException when it could not be started
     */
    @Override
    public ExecResult execute(ExecCommand planned) throws IOException, ToolFailedException {
        JobCommand command = (JobCommand) planned;
        ToolControl control = command.job().getTool();
        if (control.killed() != null) {
            fail(command, control.killed(), -1, "not started", false);
        }
        List<String> line = new ArrayList<>(prefix);
        line.add(command.getExecutable());
        line.addAll(command.getArgs());
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(new File(command.getWorkingDir()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().keySet().retainAll(ENVIRONMENT);

        OutOfMemoryWatch memory = new OutOfMemoryWatch();
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
            boolean outOfMemory = exit == KILLED && memory.sawKill() || wasRefusedMemory(stderr.text());
            fail(command, control.killed(), exit, stderr.text(), outOfMemory);
        }
        return new ExecResult(planned, stream(document), stream(stderr), exit);
    }

    private static ByteArrayInputStream stream(ByteTail tail) {
        return new ByteArrayInputStream(tail.text().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean wasRefusedMemory(String stderr) {
        // A decoder gets no picture for want of memory, or because the picture has a size that is not allowed.
        boolean noPicture = stderr.contains("get_buffer() failed") && !stderr.contains("is invalid");
        return noPicture || MEMORY_REFUSED.matcher(stderr).find();
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

    private static void fail(JobCommand command, KillReason killed, int exit, String stderr, boolean outOfMemory)
            throws ToolFailedException {
        String tool = command.getExecutable();
        if (killed == KillReason.CLAIM_LOST) {
            throw new ClaimLostException(tool + " was stopped: the claim is lost");
        }
        if (killed == KillReason.SHUTDOWN) {
            throw new JobInterruptedException(tool + " was stopped: the worker stops");
        }
        if (killed == KillReason.TIME_LIMIT && command.command().onTimeLimit() != null) {
            throw command.command().onTimeLimit().get();
        }
        if (killed != null) {
            throw new ToolFailedException(tool + " was killed (" + killed + "): " + stderr, exit);
        }
        if (outOfMemory) {
            throw new ToolOutOfMemoryException(tool + " ran out of memory: " + stderr, exit);
        }
        if (exit >= CANNOT_RUN && exit <= LAST_SIGNAL || stderr.contains("No space left on device")) {
            throw new ToolFailedException(tool + " ended with status " + exit + ": " + stderr, exit);
        }
        RuntimeException refusal = command.command().onError().apply(exit);
        if (refusal == null) {
            throw new ToolFailedException(tool + " ended with status " + exit + ": " + stderr, exit);
        }
        log.info("{} refused the original of video {}: {}", tool, command.job().getVideoId(), stderr);
        throw refusal;
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
