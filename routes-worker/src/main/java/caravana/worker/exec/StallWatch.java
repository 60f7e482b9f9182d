package caravana.worker.exec;

import caravana.worker.tool.ProcessTree;
import java.time.Duration;

/**
 * Detects a stalled tool: neither its output nor the CPU time of its process tree has changed for the limit. Elapsed
 * time alone is not enough: on a busy machine, a healthy tool may get little CPU time for long.
 */
final class StallWatch {

    /** The CPU time is read only after this fraction of the limit without output, because reading it costs more. */
    private static final int READ_CPU_AFTER = 10;

    private final long limitNanos;
    private volatile long outputMoved = System.nanoTime();
    private long lastMoved = outputMoved;
    private Duration cpuTime;

    StallWatch(Duration limit) {
        limitNanos = limit.toNanos();
    }

    /** Notes new output of the tool. Any thread may call it. */
    void outputMoved() {
        outputMoved = System.nanoTime();
    }

    /** Returns whether the tool is stalled. One thread calls it repeatedly. */
    boolean isStalled(ProcessHandle tool) {
        long now = System.nanoTime();
        long output = outputMoved;
        if (output - lastMoved > 0) {
            lastMoved = output;
        }
        if (now - output < limitNanos / READ_CPU_AFTER) {
            cpuTime = null;
            return false;
        }
        Duration used = ProcessTree.cpuTime(tool);
        if (!used.equals(cpuTime)) {
            lastMoved = now;
            cpuTime = used;
        }
        return now - lastMoved > limitNanos;
    }
}
