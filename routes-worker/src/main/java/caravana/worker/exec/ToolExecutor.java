package caravana.worker.exec;

import caravana.job.FailureCode;
import caravana.tracing.Span;
import caravana.tracing.SpanTree;
import caravana.worker.exec.ToolExecBinding.JobCommand;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.job.RunningJob;
import caravana.worker.tool.KillReason;
import caravana.worker.tool.ProcessTree;
import caravana.worker.tool.TaskLimit;
import caravana.worker.tool.ToolControl;
import caravana.worker.tool.ToolMeter;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Runs a tool for a job: it checks the exit status, limits time and stalls, kills the whole process tree at the end,
 * limits the output, and passes on none of our credentials.
 *
 * <p>It replaces Camel's executor, which kills the tool as soon as the JVM begins to stop, treats a time-out as a
 * success, leaves grandchildren running, and keeps all output in memory.
 */
@Component("toolExecutor")
public class ToolExecutor implements ExecCommandExecutor {

    private static final Logger log = LoggerFactory.getLogger(ToolExecutor.class);

    private static final int STDERR_TAIL_BYTES = 8 * 1024;
    /** The most bytes of a document that are kept; of a longer one, its end is kept. */
    public static final int DOCUMENT_BYTES = 1024 * 1024;

    private static final long WATCH_MILLIS = 200;

    /**
     * The time until the first check of a tool, because some end early. Each further interval is twice as long, up to
     * the usual one.
     */
    private static final long FIRST_WATCH_MILLIS = 20;

    private static final long JOIN_MILLIS = 500;

    /**
     * How long the reader of lines may take after the tool's end. No line may be lost, even on a machine with little
     * CPU time for the worker.
     */
    private static final long LINES_JOIN_MILLIS = 30_000;

    /**
     * The most elapsed time of a tool, as a multiple of its limit of CPU time, for a machine with little CPU time for
     * the tool.
     */
    private static final int MACHINE_FACTOR = 10;

    /**
     * The first exit status that Java uses for a process that a signal has killed: 128 plus the signal's number. ffmpeg
     * uses higher statuses for its own errors since version 6.
     */
    private static final int FIRST_SIGNAL = 128 + 1;

    private static final int LAST_SIGNAL = 128 + 31;
    private static final int KILLED = 128 + 9;

    /** The phase in which tools only read the original. */
    private static final String PROBING = "probe";

    /**
     * Signals of a crash: invalid instruction, abort, division by zero, invalid memory access. Nothing else sends them.
     */
    private static final Set<Integer> CRASHED = Set.of(128 + 4, 128 + 6, 128 + 8, 128 + 11);

    /**
     * Messages of ffmpeg, its libraries and x264 about a failed allocation, or a thread without a stack. The last one
     * is about the fonts of the cards: ffmpeg reports only that drawing text cannot start, and {@link ToolCheck} has
     * shown that it can.
     */
    private static final Pattern MEMORY_REFUSED = Pattern.compile("Cannot allocate memory|malloc of size|std::bad_alloc"
            + "|Resource temporarily unavailable|Error initializing filter 'drawtext'");

    /**
     * The message about a thread that could not be created, for lack of memory for its stack or because of the limit of
     * processes.
     */
    private static final String THREAD_REFUSED = "Resource temporarily unavailable";

    private static final List<String> DISK_FULL = List.of("No space left on device", "Disk quota exceeded");

    /** The limits of a run. Only its own tool is killed when it exceeds one. */
    private enum Exceeded {
        NONE,
        /** The CPU time, which is a fault of the media. */
        CPU_TIME,
        /** The elapsed time, which also depends on the machine: it may be busy or suspended. */
        ELAPSED_TIME,
        /** The time without output and without CPU time. */
        STALL
    }

    private final ToolLauncher launcher;

    ToolExecutor(ToolLauncher launcher) {
        this.launcher = launcher;
    }

    /**
     * Runs the command to its end.
     *
     * @throws ToolFailedException when it failed for a reason of this machine: a signal, a full disk, a limit, or a
     *     status that the command does not interpret as a fault of the media
     * @throws RuntimeException the command's interpretation of an error or of its time limit
     * @throws ClaimLostException when it was killed because the claim was lost
     * @throws JobInterruptedException when it was killed because the worker stops
     * @throws ToolUnavailableException when this machine cannot run it at the moment
     * @throws IOException when the job's folder is missing
     * @throws IllegalArgumentException when no machine could start it with these arguments
     */
    @Override
    public ExecResult execute(ExecCommand planned) throws IOException, ToolFailedException {
        return SpanTree.<ExecResult, IOException>span(planned.getExecutable(), span -> run((JobCommand) planned, span));
    }

    /** @param span null when nothing is traced */
    private ExecResult run(JobCommand command, Span span) throws IOException, ToolFailedException {
        ToolControl control = command.job().getTool();
        if (control.killed() != null) {
            fail(command, control.killed(), Exceeded.NONE, -1, "not started", false);
        }
        OutOfMemoryWatch memory = new OutOfMemoryWatch();
        Process process = launcher.start(command.getExecutable(), command.getArgs(), Path.of(command.getWorkingDir()));
        ToolMeter meter = ToolMeter.of(process);
        control.started(process.toHandle());
        ByteTail stderr = new ByteTail(STDERR_TAIL_BYTES);
        ByteTail document = new ByteTail(DOCUMENT_BYTES);
        Exceeded exceeded = Exceeded.NONE;
        try {
            StallWatch stall = new StallWatch(command.command().stallLimit());
            boolean progress = command.command().output() == ToolCommand.Output.PROGRESS;
            boolean lines = command.command().output() == ToolCommand.Output.LINES;
            StreamReader read =
                    switch (command.command().output()) {
                        case PROGRESS -> in -> followProgress(in, command.job(), stall, span);
                        case LINES -> in -> readLines(in, command.command().lines());
                        case DOCUMENT, SILENT -> in -> drain(in, document);
                    };
            Thread out = reader(progress ? "progress" : "stdout", process.getInputStream(), read);
            Thread err = reader("stderr", process.getErrorStream(), in -> drain(in, stderr));
            boolean watched = progress || command.command().output() == ToolCommand.Output.SILENT;
            exceeded = watch(process, command.command(), meter, watched ? stall : null);
            // With a limit, because a process that the tool left behind may keep the pipes open.
            out.join(lines ? LINES_JOIN_MILLIS : JOIN_MILLIS);
            err.join(JOIN_MILLIS);
        } catch (OutOfMemoryError noThread) {
            throw ToolLauncher.noThreadFor(command.getExecutable(), noThread);
        } catch (InterruptedException e) {
            control.kill(KillReason.SHUTDOWN);
            Thread.currentThread().interrupt();
        } finally {
            ProcessTree.kill(process.toHandle());
            control.ended(process.toHandle());
            command.job().used(command.getExecutable(), meter.end());
        }
        int exit = process.isAlive() ? -1 : process.exitValue();
        if (span != null) {
            span.attribute("process.exit.code", exit);
        }
        if (control.killed() != null || exceeded != Exceeded.NONE || exit != 0) {
            boolean outOfMemory = exit == KILLED && memory.sawKill() || wasRefusedMemory(stderr.text());
            fail(command, control.killed(), exceeded, exit, stderr.text(), outOfMemory);
        }
        return new ExecResult(command, stream(document), stream(stderr), exit);
    }

    private static ByteArrayInputStream stream(ByteTail tail) {
        return new ByteArrayInputStream(tail.text().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean wasRefusedMemory(String stderr) {
        // A decoder gets no picture for lack of memory, or because the size of the picture is not allowed.
        boolean noPicture = stderr.contains("get_buffer() failed") && !stderr.contains("is invalid");
        return noPicture || MEMORY_REFUSED.matcher(stderr).find();
    }

    /**
     * Waits for the end, and kills a tool that takes too long.
     *
     * @param stall null when the tool need not make progress
     * @return the first limit that it exceeded
     */
    private static Exceeded watch(Process process, ToolCommand command, ToolMeter meter, StallWatch stall)
            throws InterruptedException {
        boolean judged = command.onTimeLimit() != null;
        Duration patience = judged ? command.timeLimit().multipliedBy(MACHINE_FACTOR) : command.timeLimit();
        Exceeded exceeded = Exceeded.NONE;
        long started = System.nanoTime();
        long pause = FIRST_WATCH_MILLIS;
        while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
            pause = Math.min(WATCH_MILLIS, 2 * pause);
            meter.look();
            long taken = System.nanoTime() - started;
            if (exceeded == Exceeded.NONE) {
                if (judged && ProcessTree.cpuTime(process.toHandle()).compareTo(command.timeLimit()) >= 0) {
                    exceeded = Exceeded.CPU_TIME;
                } else if (taken > patience.toNanos()) {
                    exceeded = Exceeded.ELAPSED_TIME;
                } else if (stall != null && stall.isStalled(process.toHandle())) {
                    exceeded = Exceeded.STALL;
                }
            }
            if (exceeded != Exceeded.NONE) {
                ProcessTree.kill(process.toHandle());
            }
        }
        return exceeded;
    }

    private static void fail(
            JobCommand command, KillReason killed, Exceeded exceeded, int exit, String stderr, boolean outOfMemory)
            throws ToolFailedException {
        String tool = command.getExecutable();
        if (killed == KillReason.CLAIM_LOST) {
            throw new ClaimLostException(tool + " was stopped: the claim is lost");
        }
        if (killed == KillReason.SHUTDOWN) {
            throw JobInterruptedException.byStop(tool + " was stopped: the worker stops");
        }
        if (killed == KillReason.UNRENEWED) {
            throw JobInterruptedException.byRouteDefect(tool + " was stopped: the job's lease cannot be renewed");
        }
        if (killed == KillReason.BESIDE_FAILED) {
            throw new ToolFailedException(
                    FailureCode.KILLED, tool + " was stopped: a step that ran at the same time has failed", exit);
        }
        if (exceeded == Exceeded.CPU_TIME) {
            throw command.command().onTimeLimit().get();
        }
        if (exceeded != Exceeded.NONE) {
            FailureCode code = exceeded == Exceeded.STALL ? FailureCode.STALLED : FailureCode.TIME_LIMIT;
            throw new ToolFailedException(code, tool + " was killed (" + exceeded + "): " + stderr, exit);
        }
        if (ToolLauncher.wasNotReached(exit, stderr)) {
            throw new ToolUnavailableException(tool, stderr);
        }
        if (stderr.contains(THREAD_REFUSED) && TaskLimit.isNear()) {
            throw new ToolUnavailableException(tool, "the limit of processes is reached: " + stderr);
        }
        String ended = tool + " ended with status " + exit + ": " + stderr;
        if (outOfMemory) {
            throw new ToolOutOfMemoryException(tool + " ran out of memory: " + stderr, exit);
        }
        if (DISK_FULL.stream().anyMatch(stderr::contains)) {
            throw new ToolFailedException(FailureCode.DISK_FULL, ended, exit);
        }
        if (CRASHED.contains(exit)) {
            throw PROBING.equals(command.job().getPhase())
                    ? new ToolCrashedException(tool, exit, stderr)
                    : new ToolFailedException(FailureCode.TOOL_FAILED, ended, exit);
        }
        if (exit >= FIRST_SIGNAL && exit <= LAST_SIGNAL) {
            throw new ToolFailedException(FailureCode.KILLED, ended, exit);
        }
        RuntimeException refusal = command.command().onError().meaning(exit, stderr);
        if (refusal == null) {
            throw new ToolFailedException(FailureCode.TOOL_FAILED, ended, exit);
        }
        log.info("{} refused the original of video {}: {}", tool, command.job().getVideoId(), stderr);
        throw refusal;
    }

    private static void followProgress(InputStream in, RunningJob job, StallWatch stall, Span span) throws IOException {
        ToolControl control = job.getTool();
        ProgressSpan events = new ProgressSpan(span, job);
        ProgressReader.read(in, newest -> {
            if (newest.hasMovedSince(control.progress())) {
                stall.outputMoved();
            }
            control.progress(newest);
            events.moved(newest);
        });
    }

    private static void readLines(InputStream in, Consumer<String> lines) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.accept(line);
        }
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
