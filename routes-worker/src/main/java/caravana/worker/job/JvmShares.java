package caravana.worker.job;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shares the CPU time of this JVM, in which the threads of all jobs, the compiler and the collector work, among the jobs: at any time
 * the running ones get equal parts. What the JVM uses while no job runs is nobody's.
 */
final class JvmShares {

    private final LongSupplier cpuNanos;
    private final Map<String, Long> nanosByClaim = new HashMap<>();
    private long settled;

    JvmShares() {
        this(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime);
    }

    /** @param cpuNanos what the JVM has used since its start */
    JvmShares(LongSupplier cpuNanos) {
        this.cpuNanos = cpuNanos;
        this.settled = cpuNanos.getAsLong();
    }

    /** A job begins. */
    synchronized void add(String claimToken) {
        settle();
        nanosByClaim.put(claimToken, 0L);
    }

    /** A job has ended. */
    synchronized void remove(String claimToken) {
        settle();
        nanosByClaim.remove(claimToken);
    }

    /** The nanoseconds that a running job has got so far; 0 of any other. */
    synchronized long of(String claimToken) {
        settle();
        return nanosByClaim.getOrDefault(claimToken, 0L);
    }

    private void settle() {
        long now = cpuNanos.getAsLong();
        if (!nanosByClaim.isEmpty()) {
            long part = (now - settled) / nanosByClaim.size();
            nanosByClaim.replaceAll((claim, nanos) -> nanos + part);
        }
        settled = now;
    }
}
