package caravana.worker.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks whether this machine allows only a few more processes and threads. */
public final class TaskLimit {

    /**
     * A distance from the limit larger than the threads of one ffmpeg, which have ended when the cause of a failure is
     * examined.
     */
    private static final long MARGIN = 64;

    private static final String ROOT = "0";

    private TaskLimit() {}

    /**
     * Returns whether the error means that the kernel created no thread because of the limit of processes, and not for
     * lack of memory.
     */
    public static boolean isReachedBy(OutOfMemoryError error) {
        return String.valueOf(error.getMessage()).contains("native thread");
    }

    /** Returns whether the limit of this user, or of this control group, is nearly reached. */
    public static boolean isNear() {
        return isNearUserLimit() || isNearGroupLimit();
    }

    private static boolean isNearUserLimit() {
        String user = field(Path.of("/proc/self/status"), "Uid:", 1);
        // The kernel does not apply the limit to root.
        if (user == null || user.equals(ROOT)) {
            return false;
        }
        String limit = field(Path.of("/proc/self/limits"), "Max processes", 2);
        return isNumber(limit) && tasksOf(user) + MARGIN > Long.parseLong(limit);
    }

    private static long tasksOf(String user) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> isNumber(process.getFileName().toString()))
                    .map(process -> process.resolve("status"))
                    .filter(status -> user.equals(field(status, "Uid:", 1)))
                    .map(status -> field(status, "Threads:", 1))
                    .filter(TaskLimit::isNumber)
                    .mapToLong(Long::parseLong)
                    .sum();
        } catch (IOException notLinux) {
            return 0;
        }
    }

    /** Returns whether the limit of the control group (version 2, systemd's {@code TasksMax}) is nearly reached. */
    private static boolean isNearGroupLimit() {
        String group = field(Path.of("/proc/self/cgroup"), "0::", 0);
        if (group == null) {
            return false;
        }
        Path folder = Path.of("/sys/fs/cgroup" + group.substring("0::".length()));
        String limit = firstLine(folder.resolve("pids.max"));
        String current = firstLine(folder.resolve("pids.current"));
        return isNumber(limit) && isNumber(current) && Long.parseLong(current) + MARGIN > Long.parseLong(limit);
    }

    private static String firstLine(Path file) {
        return lines(file).stream().findFirst().map(String::strip).orElse(null);
    }

    /**
     * Returns a word of the first line with that beginning; null when there is none.
     *
     * @param word its number, counted from 0
     */
    private static String field(Path file, String beginning, int word) {
        return lines(file).stream()
                .filter(line -> line.startsWith(beginning))
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length > word)
                .map(words -> words[word])
                .findFirst()
                .orElse(null);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException goneOrNotOnThisKernel) {
            return List.of();
        }
    }

    private static boolean isNumber(String text) {
        return text != null && text.matches("\\d{1,18}");
    }
}
