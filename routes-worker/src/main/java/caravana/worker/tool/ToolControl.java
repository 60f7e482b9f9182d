package caravana.worker.tool;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The handle to the tools that a job runs, usually one at a time. Any thread may kill them, before, during and after the
 * run, and read their progress.
 */
public final class ToolControl {

    private final Set<ProcessHandle> running = new HashSet<>();
    private KillReason killed;
    private volatile ToolProgress progress;

    /**
     * Kills the running tools with all their children, and prevents later tools of the job from starting. It may be called
     * more than once.
     */
    public synchronized void kill(KillReason reason) {
        if (killed == null || killed == KillReason.BESIDE_FAILED) {
            killed = reason;
            notifyAll();
        }
        running.forEach(ProcessTree::kill);
    }

    /** Permits tools again after a step beside them has failed. After any other reason, none may run. */
    public synchronized void permit() {
        if (killed == KillReason.BESIDE_FAILED) {
            killed = null;
        }
    }

    /** Returns why the tool was killed; null when it was not. */
    public synchronized KillReason killed() {
        return killed;
    }

    /**
     * Waits until the tool must be killed, or the time is over.
     *
     * @return the reason; null when there is none
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

    /** Returns the latest progress of a running transcoding; null before the first. */
    public ToolProgress progress() {
        return progress;
    }

    /** Notes that a tool was started. If it must be killed already, it is killed now. */
    public synchronized void started(ProcessHandle started) {
        running.add(started);
        if (killed != null) {
            ProcessTree.kill(started);
        }
    }

    /** Notes that a tool has ended. */
    public synchronized void ended(ProcessHandle process) {
        running.remove(process);
    }

    /** Sets the latest progress; null before the next run. */
    public void progress(ToolProgress newest) {
        progress = newest;
    }
}
