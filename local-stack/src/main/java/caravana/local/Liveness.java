package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks whether a process still runs, and ends processes that need not be our children.
 *
 * <p>{@link ProcessHandle#isAlive} is not enough: where process 1 does not reap orphans, as in a container without an
 * init, an ended orphan stays as a zombie, and counts as alive for ever.
 */
public final class Liveness {

    private static final Duration AFTER_KILL = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 20;

    private Liveness() {}

    /** Whether it runs: it exists, and is not a zombie. */
    public static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && !isGoneOrZombie(process.pid());
    }

    private static boolean isGoneOrZombie(long pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            String stat = Files.readString(process.resolve("stat"));
            // "pid (name) state …", and the name may hold anything. The first thread can be one while others still end.
            return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0 && threads.count() <= 1;
        } catch (IOException | UncheckedIOException goneOrNoProc) {
            // A zombie can be collected while this looks at it.
            return Files.isDirectory(Path.of("/proc/self"));
        }
    }

    /** Sends processes a signal; one that has ended already needs none. */
    static void signal(String signal, List<ProcessHandle> processes) {
        String pids = processes.stream()
                .filter(Liveness::isRunning)
                .map(p -> String.valueOf(p.pid()))
                .collect(Collectors.joining(" "));
        if (!pids.isEmpty()) {
            // The shell's own kill, since a minimal Debian has no other.
            Command.succeeds(List.of("sh", "-c", "kill -" + signal + " " + pids));
        }
    }

    /**
     * Asks a process to stop, and kills it with all its children when it takes longer than that.
     *
     * @throws LocalStackException when it survives even that
     */
    static void stop(ProcessHandle process, Duration patience) {
        List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
        process.destroy();
        if (!awaitEnd(process, patience)) {
            tree.addAll(process.descendants().toList());
        }
        process.destroyForcibly();
        tree.forEach(ProcessHandle::destroyForcibly);
        if (!awaitEnd(process, AFTER_KILL)) {
            throw new LocalStackException(
                    "Process " + process.pid() + " does not end; find out why, and end it by hand");
        }
    }

    /** Whether it ends within the patience. */
    static boolean awaitEnd(ProcessHandle process, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (isRunning(process)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
