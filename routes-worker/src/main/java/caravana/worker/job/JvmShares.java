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

    /** When no job is claimed for so long, there was none. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier cpuNanos;
    private final LongSupplier clockNanos;
    private final Map<String, Share> shares = new HashMap<>();
    private long settled;
    private long emptySince;

    /** Used since the last job ended. */
    private long between;

    /** Used by jobs that have ended, after their receipts were written. */
    private long unwritten;

    /**
     * What a running job has got.
     *
     * @param nanos so far
     * @param written of these, in its receipt
     */
    private record Share(long nanos, long written) {}

    JvmShares() {
        this(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime, System::nanoTime);
    }

    /**
     * Begins without a job.
     *
     * @param cpuNanos what the JVM has used since its start
     * @param clockNanos the time
     */
    JvmShares(LongSupplier cpuNanos, LongSupplier clockNanos) {
        this.cpuNanos = cpuNanos;
        this.clockNanos = clockNanos;
        this.settled = cpuNanos.getAsLong();
        // The start is no job's.
        this.emptySince = clockNanos.getAsLong() - PAUSE_NANOS - 1;
    }

    /** A job begins. */
    synchronized void add(String claimToken) {
        settle();
        boolean busy = shares.isEmpty() && clockNanos.getAsLong() - emptySince <= PAUSE_NANOS;
        shares.put(claimToken, new Share(unwritten + (busy ? between : 0), 0));
        unwritten = 0;
        between = 0;
    }

    /** A job has ended. */
    synchronized void remove(String claimToken) {
        settle();
        Share ended = shares.remove(claimToken);
        if (ended != null && ended.written() > 0) {
            unwritten += ended.nanos() - ended.written();
        }
        emptySince = clockNanos.getAsLong();
    }

    /** The nanoseconds that a running job has got so far, for its receipt; 0 of any other. */
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
