package caravana.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads the memory and CPU time of a process from Linux's {@code /proc}. */
public final class ProcessFigures {

    private static final double TICKS_PER_SECOND = 100;

    /** Where the fields are after the name, which is in brackets and may hold blanks: proc(5) counts them from 3. */
    private static final int USER_TIME = 14 - 3;

    private static final int SYSTEM_TIME = 15 - 3;
    private static final int CHILDREN_USER_TIME = 16 - 3;
    private static final int CHILDREN_SYSTEM_TIME = 17 - 3;

    private ProcessFigures() {}

    /**
     * The memory of a process that is not swapped out, in bytes.
     *
     * @throws IOException when there is no such process
     */
    public static long residentBytes(long pid) throws IOException {
        return status(pid, "VmRSS:") * 1024;
    }

    /**
     * The threads of a process.
     *
     * @throws IOException when there is no such process
     */
    public static long threads(long pid) throws IOException {
        return status(pid, "Threads:");
    }

    private static long status(long pid, String field) throws IOException {
        return Files.readAllLines(proc(pid, "status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("Process " + pid + " has ended"));
    }

    /**
     * The seconds of processor time that a process has used, without its children's.
     *
     * @throws IOException when there is no such process
     */
    public static double cpuSeconds(long pid) throws IOException {
        return ticks(pid, USER_TIME, SYSTEM_TIME) / TICKS_PER_SECOND;
    }

    /**
     * The same, with that of its children that have ended.
     *
     * @throws IOException when there is no such process
     */
    public static double cpuSecondsWithChildren(long pid) throws IOException {
        return ticks(pid, USER_TIME, SYSTEM_TIME, CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME) / TICKS_PER_SECOND;
    }

    private static long ticks(long pid, int... wanted) throws IOException {
        String line = Files.readString(proc(pid, "stat"));
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Arrays.stream(wanted)
                .mapToLong(field -> Long.parseLong(fields[field]))
                .sum();
    }

    private static Path proc(long pid, String file) {
        return Path.of("/proc", String.valueOf(pid), file);
    }
}
