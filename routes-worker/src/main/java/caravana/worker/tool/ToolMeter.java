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
     * The use of a tool.
     *
     * @param cpuMillis CPU time in user and in kernel mode
     * @param peakMemory the most bytes of memory that it had at a time when it was looked at
     */
    public record Use(long cpuMillis, long peakMemory) {}

    /** Of the figures in /proc: a hundredth of a second, on every architecture of ours. */
    private static final long TICK_MILLIS = 10;

    /** Each of the four figures that were seen of a tool is rounded down, and so is its start. */
    private static final long ROUNDED_TICKS = 5;

    private static final long KIBIBYTE = 1024;

    /** Of /proc/PID/stat, counted behind the program's name, which may have blanks: user and kernel time of its own. */
    private static final int FIRST_OWN = 11;

    /** The same of children that have ended and were waited for. */
    private static final int FIRST_OF_CHILDREN = 13;

    private static final int END = 15;

    private static final long NONE = -1;

    private static final Set<ToolMeter> OPEN = new HashSet<>();

    /** How much of the ended children's time belongs to tools whose meters have been read. */
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

    /** Begins with a tool that was just started. */
    public static ToolMeter of(Process process) {
        synchronized (OPEN) {
            if (OPEN.isEmpty()) {
                // What programs used that nobody measured is no tool's.
                settledTicks = ofEndedChildren();
            }
            ToolMeter meter = new ToolMeter(process);
            OPEN.add(meter);
            return meter;
        }
    }

    /** Reads the figures of the running tool; once it has ended, nothing changes. */
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

    /** What the tool used, after its end. To be called once. */
    public Use end() {
        synchronized (OPEN) {
            OPEN.remove(this);
            long ticks = seenTicks;
            if (!process.isAlive()) {
                // First: what ends after this is not in the sum.
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

    /** A program that nobody measured may have ended as well: a tool gets no more than all processors could do. */
    private long possibleSinceLastLook() {
        long millis = (System.nanoTime() - lastLook) / 1_000_000;
        return Runtime.getRuntime().availableProcessors() * (millis / TICK_MILLIS) + ROUNDED_TICKS;
    }

    private static long ofEndedChildren() {
        return ticks(Path.of("/proc/self"), FIRST_OF_CHILDREN);
    }

    /** The sum of the fields from there on; {@link #NONE} of a process that is gone, and outside Linux. */
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
