package caravana.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A process that we have started. It gets a clean environment, and writes to a log file. On Linux it ends when we end,
 * even if we are killed. Ctrl-C in a terminal reaches only us, so that the apps still have their servers while they
 * stop.
 */
final class ChildProcess {

    /**
     * The signals that end a process.
     *
     * @param asked when we ask it to stop
     * @param orphaned when we have ended without asking
     */
    record Signals(String asked, String orphaned) {}

    private static final Signals USUAL = new Signals("TERM", "KILL");
    private static final Set<String> INHERITED = Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME");

    /** Of each arena, glibc keeps memory that is free; by default there may be eight for each processor. */
    private static final Map<String, String> TWO_ARENAS = Map.of("MALLOC_ARENA_MAX", "2");

    private static final int TAIL_LINES = 30;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final String name;
    private final Process process;
    private final Path log;
    private final Signals signals;

    private ChildProcess(String name, Process process, Path log, Signals signals) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.signals = signals;
    }

    /**
     * Starts it. The calling thread must live as long as this program: Linux ends the child with the thread that started
     * it.
     *
     * @throws LocalStackException when it cannot be started
     */
    static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path log) {
        return start(name, command, environment, log, USUAL);
    }

    /** The same with signals of its own. */
    static ChildProcess start(
            String name, List<String> command, Map<String, String> environment, Path log, Signals signals) {
        try {
            Files.createDirectories(log.getParent());
            ProcessBuilder builder = builder(command, environment, log, signals).redirectInput(new File("/dev/null"));
            return new ChildProcess(name, builder.start(), log, signals);
        } catch (IOException e) {
            throw new LocalStackException("Could not start " + name + ": " + e.getMessage());
        }
    }

    /**
     * Runs a command of the same kind to its end.
     *
     * @param input lines for its standard input
     * @throws LocalStackException with the end of its log, when it fails
     */
    static void run(String name, List<String> command, List<String> input, Path log) {
        try {
            ChildProcess child = new ChildProcess(
                    name, builder(command, Map.of(), log, USUAL).start(), log, USUAL);
            try (var lines = child.process.outputWriter(StandardCharsets.UTF_8)) {
                for (String line : input) {
                    lines.write(line + "\n");
                }
            }
            child.await(() -> !child.isAlive());
            if (child.process.exitValue() != 0) {
                throw child.failure("ended with status " + child.process.exitValue());
            }
        } catch (IOException e) {
            throw new LocalStackException("Could not run " + name + ": " + e.getMessage());
        }
    }

    private static ProcessBuilder builder(
            List<String> command, Map<String, String> environment, Path log, Signals signals) {
        LocalUser user = LocalUser.current();
        ProcessBuilder builder = new ProcessBuilder(user.command(command, signals.orphaned()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> !INHERITED.contains(key) && !key.startsWith("CARAVANA_"));
        if (user.isSeparate()) {
            // Ours may be closed to it.
            builder.environment().remove("TMPDIR");
        }
        builder.environment().putAll(TWO_ARENAS);
        builder.environment().putAll(user.environment());
        builder.environment().putAll(environment);
        return builder;
    }

    String name() {
        return name;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until it answers, at most for {@link StartLimit}; every ten seconds, prints that it does.
     *
     * @throws LocalStackException with the end of its log, when it ends instead, does nothing or takes too long
     */
    void awaitReady(BooleanSupplier answers) {
        await(() -> {
            if (answers.getAsBoolean()) {
                return true;
            }
            if (!isAlive()) {
                throw failure("ended while starting");
            }
            return false;
        });
    }

    private void await(BooleanSupplier done) {
        StartLimit limit = new StartLimit(name, this::activity);
        while (!done.getAsBoolean()) {
            limit.exceeded().ifPresent(how -> {
                throw failure(how);
            });
            try {
                // It ends early when the process does.
                process.onExit().get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException stillRunning) {
                // Asked again.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LocalStackException("Stopped while waiting for " + name);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private LocalStackException failure(String what) {
        return new LocalStackException(name + " " + what + ". The end of " + log + ":\n" + tail());
    }

    /** Something that changes as long as it computes or writes. */
    private Object activity() {
        return List.of(process.info().totalCpuDuration(), log.toFile().length());
    }

    /** The last lines of its log. */
    String tail() {
        return tail(log);
    }

    /** The last lines of a log. */
    static String tail(Path log) {
        try {
            // Whatever a process writes; not all of it need be UTF-8.
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to stop. */
    void askToStop() {
        Liveness.signal(signals.asked(), List.of(handle()));
    }

    /** Asks it to stop, and kills it with all its children when it takes longer than that. */
    void stop(Duration patience) {
        askToStop();
        Liveness.stop(handle(), patience);
    }
}
