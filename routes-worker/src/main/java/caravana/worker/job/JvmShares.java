package caravana.worker.job;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Divides the CPU time of this JVM (threads of jobs, compiler, garbage collector) among its jobs: at any time, running
 * jobs get equal parts. CPU time after a job's receipt is written and before the next claim goes to the next job, as
 * long as the worker has work. While the worker waits for jobs, CPU time is assigned to no job.
 */
final class JvmShares {

    /** After this time without a claim, the worker counts as waiting for jobs. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier cpuNanos;
    private final LongSupplier clockNanos;
    private final Map<String, Share> shares = new HashMap<>();
    private long settled;
    private long emptySince;

    /** CPU time since the end of the last job, in nanoseconds. */
    private long between;

    /** CPU time of ended jobs after their receipts were written, in nanoseconds. */
    private long unwritten;

    /**
     * The CPU time of a running job.
     *
     * @param nanos nanoseconds so far
     * @param written nanoseconds of these that its receipt contains
     */
    private record Share(long nanos, long written) {}

    JvmShares() {
        this(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime, System::nanoTime);
    }

    /**
     * @param cpuNanos returns the CPU time of the JVM since its start, in nanoseconds
     * @param clockNanos returns the time in nanoseconds
     */
    JvmShares(LongSupplier cpuNanos, LongSupplier clockNanos) {
        this.cpuNanos = cpuNanos;
        this.clockNanos = clockNanos;
        this.settled = cpuNanos.getAsLong();
        // The CPU time of the start belongs to no job.
        this.emptySince = clockNanos.getAsLong() - PAUSE_NANOS - 1;
    }

    /** Adds a job that begins. */
    synchronized void add(String claimToken) {
        settle();
        boolean busy = shares.isEmpty() && clockNanos.getAsLong() - emptySince <= PAUSE_NANOS;
        shares.put(claimToken, new Share(unwritten + (busy ? between : 0), 0));
        unwritten = 0;
        between = 0;
    }

    /** Removes a job that has ended. */
    synchronized void remove(String claimToken) {
        settle();
        Share ended = shares.remove(claimToken);
        if (ended != null && ended.written() > 0) {
            unwritten += ended.nanos() - ended.written();
        }
        emptySince = clockNanos.getAsLong();
    }

    /** Returns the nanoseconds of a running job so far, for its receipt; 0 for any other job. */
    synchronized long of(String claimToken) {
        settle();
        Share share = shares.computeIfPresent(claimToken, (claim, got) -> new Share(got.nanos(), got.nanos()));
        return share == null ? 0 : share.nanos();
    }

    private void settle() {
        long now = cpuNanos.getAsLong();
        if (shares.isEmpty()) {
            between += now - settled;
        } else {
            long part = (now - settled) / shares.size();
            shares.replaceAll((claim, share) -> new Share(share.nanos() + part, share.written()));
        }
        settled = now;
    }
}
