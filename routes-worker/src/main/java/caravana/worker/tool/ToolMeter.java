package caravana.worker.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Measures the cost of one tool. While it runs, its figures are read from time to time. When it ends, the kernel adds
 * its use to the sum of all ended children of this JVM, and the tool gets the increase of this sum: so its use since
 * the last reading counts too. When several tools end at the same moment, each gets at least its last reading, and
 * together they get the increase.
 *
 * <p>Outside Linux there are no such figures, and all costs are 0.
 */
public final class ToolMeter {

    /**
     * The resources that a tool has used.
     *
     * @param cpuMillis CPU time in user and kernel mode, in milliseconds
     * @param peakMemory the largest measured memory in bytes
     */
    public record Use(long cpuMillis, long peakMemory) {}

    /** The unit of CPU time in /proc: a hundredth of a second on all supported architectures. */
    private static final long TICK_MILLIS = 10;

    /**
     * The largest sum of rounding errors: each of the four values that were read of a tool is rounded down, and so is
     * its start.
     */
    private static final long ROUNDED_TICKS = 5;

    private static final long KIBIBYTE = 1024;

    /**
     * The index of user and kernel time in /proc/PID/stat, counted after the program's name, which may contain spaces.
     */
    private static final int FIRST_OWN = 11;

    /** The index of the same times of ended children that were waited for. */
    private static final int FIRST_OF_CHILDREN = 13;

    private static final int END = 15;

    private static final long NONE = -1;

    private static final Set<ToolMeter> OPEN = new HashSet<>();

    /** The part of the ended children's time that belongs to tools whose use was reported. */
    private static long settledTicks;

    private final Process process;
    private final Path folder;
    private long seenTicks;
    private long lastLook = System.nanoTime();
    private long peakMemory;

    private ToolMeter(Process process) {
        this.process = process;
        this.folder = Path.of("/proc", String.valueOf(process.pid()));
    }

    /** Starts to measure a tool that was just started. */
    public static ToolMeter of(Process process) {
        synchronized (OPEN) {
            if (OPEN.isEmpty()) {
                // The use of programs that were not measured belongs to no tool.
                settledTicks = ofEndedChildren();
            }
            ToolMeter meter = new ToolMeter(process);
            OPEN.add(meter);
            return meter;
        }
    }

    /** Reads the values of the running tool. After its end, it changes nothing. */
    public void look() {
        if (!process.isAlive()) {
            return;
        }
        long ticks = ticks(folder, FIRST_OWN);
        long memory = peakMemory();
        synchronized (OPEN) {
            if (ticks >= seenTicks) {
                seenTicks = ticks;
                lastLook = System.nanoTime();
            }
            peakMemory = Math.max(peakMemory, memory);
        }
    }

    /** Returns the tool's use after its end. Call it only once. */
    public Use end() {
        synchronized (OPEN) {
            OPEN.remove(this);
            long ticks = seenTicks;
            if (!process.isAlive()) {
                // Read first: a tool that ends later is not in the sum.
                long ended = ofEndedChildren();
                long endedTogether = OPEN.stream()
                        .filter(other -> !other.process.isAlive())
                        .mapToLong(other -> other.seenTicks)
                        .sum();
                long unsettled = ended - settledTicks - endedTogether;
                ticks = Math.max(seenTicks, Math.min(unsettled, seenTicks + possibleSinceLastLook()));
                settledTicks += ticks;
            }
            return new Use(ticks * TICK_MILLIS, peakMemory);
        }
    }

    /**
     * Returns the most CPU time since the last reading: all processors together. More would belong to a program that
     * was not measured.
     */
    private long possibleSinceLastLook() {
        long millis = (System.nanoTime() - lastLook) / 1_000_000;
        return Runtime.getRuntime().availableProcessors() * (millis / TICK_MILLIS) + ROUNDED_TICKS;
    }

    private static long ofEndedChildren() {
        return ticks(Path.of("/proc/self"), FIRST_OF_CHILDREN);
    }

    /**
     * Returns the sum of the two fields from an index on; {@link #NONE} for a process that has ended, and outside of
     * Linux.
     */
    private static long ticks(Path folder, int first) {
        try {
            String stat = Files.readString(folder.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long sum = 0;
            for (int field = first; field < END; field++) {
                sum += Long.parseLong(fields[field]);
            }
            return sum;
        } catch (IOException goneOrNotLinux) {
            return NONE;
        }
    }

    private long peakMemory() {
        try {
            return Files.readAllLines(folder.resolve("status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE)
                    .findFirst()
                    .orElse(0);
        } catch (IOException goneOrNotLinux) {
            return 0;
        }
    }
}
