package caravana.worker.tool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The handle to the tool that a job runs. Any thread may kill the tool, before, during and after the run, and read its
 * progress.
 */
public final class ToolControl {

    private ProcessHandle process;
    private KillReason killed;
    private volatile ToolProgress progress;

    /** Kills the running tool with all its children, and keeps a later one from starting. Idempotent. */
    public synchronized void kill(KillReason reason) {
        if (killed == null) {
            killed = reason;
            notifyAll();
        }
        if (process != null) {
            ProcessTree.kill(process);
        }
    }

    /** Why the tool was killed; null when it was not. */
    public synchronized KillReason killed() {
        return killed;
    }

    /**
     * Waits until there is a reason to kill, or for that long.
     *
     * @return why; null when there is none
     */
    public synchronized KillReason awaitKill(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (killed == null) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                return null;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return KillReason.SHUTDOWN;
            }
        }
        return killed;
    }

    /** The newest figures of a running transcoding; null before the first. */
    public ToolProgress progress() {
        return progress;
    }

    /** The tool runs; one that was to be killed before is killed now. */
    public synchronized void started(ProcessHandle started) {
        process = started;
        if (killed != null) {
            ProcessTree.kill(started);
        }
    }

    /** The tool has ended. */
    public synchronized void ended() {
        process = null;
    }

    /** Its figures have changed; null before those of the next run. */
    public void progress(ToolProgress newest) {
        progress = newest;
    }
}
