package caravana.worker.exec;

import caravana.worker.tool.ProcessTree;
import java.time.Duration;

/**
 * Detects a stalled tool: neither its output nor the CPU time of its process tree has changed for the limit. Elapsed
 * time alone is not enough: on a busy machine, a healthy tool may get little CPU time for long.
 */
final class StallWatch {

    /** Output that moved within this part of the limit makes the CPU time, which costs more to read, needless. */
    private static final int READ_CPU_AFTER = 10;

    private final long limitNanos;
    private volatile long outputMoved = System.nanoTime();
    private long lastMoved = outputMoved;
    private Duration cpuTime;

    StallWatch(Duration limit) {
        limitNanos = limit.toNanos();
    }

    /** The tool's output has moved. May be called by any thread. */
    void outputMoved() {
        outputMoved = System.nanoTime();
    }

    /** Called repeatedly, by one thread. */
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
