package caravana.worker.intake;

import caravana.worker.WorkerProperties;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Whether this worker takes jobs. It is closed as long as anything stands against it: a system that jobs need is away,
 * operators have paused all workers, or this worker stops.
 */
@Component("intake")
public class Intake {

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private static final String PAUSED = "paused";
    private static final String STOPPING = "stopping";
    private static final Set<String> ORDERS = Set.of(PAUSED, STOPPING);

    /** What stands against it, and why. */
    private final Map<String, String> closedBy = new ConcurrentHashMap<>();

    private final Duration probe;

    Intake(WorkerProperties worker) {
        probe = worker.probe();
    }

    /** Whether jobs are taken now. */
    public boolean isOpen() {
        return closedBy.isEmpty();
    }

    /** Whether a system that jobs need is known to be away: what fails meanwhile is not the job's fault. */
    public boolean isSystemDown() {
        return !ORDERS.containsAll(closedBy.keySet());
    }

    /** How long a job waits that an outage has failed, in seconds: until the next look at the systems. */
    public int outageDelay() {
        return (int) Math.max(1, probe.toSeconds());
    }

    /** What stands against it: names of systems, {@code paused}, {@code stopping}. */
    public Set<String> closedBy() {
        return Set.copyOf(closedBy.keySet());
    }

    /** A system that jobs need answers as it should. */
    public void available(String system) {
        open(system);
    }

    /**
     * A system that jobs need does not answer as it should.
     *
     * @param why for operators
     */
    public void unavailable(String system, String why) {
        close(system, why);
    }

    /** What operators have ordered all workers to do. */
    public void paused(boolean paused) {
        if (paused) {
            close(PAUSED, "by an operator");
        } else {
            open(PAUSED);
        }
    }

    /** This worker stops, and takes no job any more. */
    void stopping() {
        close(STOPPING, "this worker stops");
    }

    private void close(String what, String why) {
        if (closedBy.put(what, why) == null) {
            log.warn("No jobs are taken: {}: {}", what, why);
        }
    }

    private void open(String what) {
        if (closedBy.remove(what) != null) {
            log.info("No longer in the way of jobs: {}{}", what, isOpen() ? "; they are taken again" : "");
        }
    }
}
