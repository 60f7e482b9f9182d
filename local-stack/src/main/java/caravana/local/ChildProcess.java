package caravana.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A process that we started: it gets a clean environment and writes to a log file. On Linux it dies with us, even when we
 * are killed, and a terminal's Ctrl-C reaches us alone, so that the apps still have their servers while they stop.
 */
final class ChildProcess {

    private static final Set<String> INHERITED = Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME");
    private static final int TAIL_LINES = 30;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it. The calling thread has to live as long as this program: Linux ends the child with the thread that
     * started it.
     */
    static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path log) {
        List<String> line = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
            line.addAll(List.of("setsid", "setpriv", "--pdeathsig", "KILL"));
        }
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> !INHERITED.contains(key) && !key.startsWith("CARAVANA_"));
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(log.getParent());
            return new ChildProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new LocalStackException("Could not start " + name + ": " + e.getMessage());
        }
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
     * Waits until it answers.
     *
     * @throws LocalStackException with the end of its log, when it ends instead or takes longer than that
     */
    void awaitReady(BooleanSupplier answers, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!answers.getAsBoolean()) {
            boolean tooLate = System.nanoTime() > deadline;
            if (!isAlive() || tooLate) {
                String what =
                        tooLate ? " did not answer within " + patience.toSeconds() + " s" : " ended while starting";
                throw new LocalStackException(name + what + ". The end of " + log + ":\n" + tail());
            }
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

    /** Asks it to stop, and kills it with all its children when it takes longer than that. */
    void stop(Duration patience) {
        Liveness.stop(handle(), patience);
    }
}
