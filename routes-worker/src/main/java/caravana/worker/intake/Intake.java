package caravana.worker.intake;

import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import caravana.worker.settings.WorkerProperties;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The intake gate: decides whether this worker takes jobs. It is closed while a system or a tool that jobs need is
 * unavailable, while its routes have a defect, while operators have paused all workers, and when this worker stops.
 */
@Component("intake")
public class Intake {

    /** The reason of a gate that is closed because ffmpeg or ffprobe cannot be run. */
    static final String TOOL = "tool";

    /** The reason of a gate that is closed because a job has met a mistake in the routes; see {@link RouteDefects}. */
    static final String ROUTE_DEFECT = "route_defect";

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private static final String PAUSED = "paused";
    private static final String STOPPING = "stopping";

    /** Reasons that do not make running jobs fail. */
    private static final Set<String> NO_OUTAGE = Set.of(PAUSED, STOPPING, ROUTE_DEFECT);

    /**
     * @param why for operators
     * @param since time of {@link System#nanoTime()}
     */
    private record Closure(String why, long since) {}

    private final Map<String, Closure> closures = new ConcurrentHashMap<>();

    private final Duration probe;

    Intake(WorkerProperties worker) {
        probe = worker.probe();
    }

    /** Returns whether the worker takes jobs. */
    public boolean isOpen() {
        return closures.isEmpty();
    }

    /**
     * Returns whether something that jobs need is known to be unavailable. Failures in that time are not the fault of
     * jobs.
     */
    public boolean isSystemDown() {
        return !NO_OUTAGE.containsAll(closures.keySet());
    }

    /** Returns whether the gate is closed for this reason, perhaps among others. */
    public boolean isClosedBy(
            @OneOf({"database", "storage", "disk", "tool", "route_defect", "paused", "stopping"}) String reason) {
        return closures.containsKey(reason);
    }

    /** Returns how long the gate has been closed for this reason without a break; zero when it is not. */
    Duration closedFor(String reason) {
        Closure closure = closures.get(reason);
        return closure == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - closure.since());
    }

    /**
     * Returns the delay in seconds of a job that an outage has failed: the time until the next check of the systems.
     */
    public int outageDelay() {
        return (int) Math.max(1, probe.toSeconds());
    }

    /**
     * Returns the reasons for which the gate is closed, sorted: names of systems, {@code tool}, {@code route_defect},
     * {@code paused}, {@code stopping}.
     */
    public Set<String> closedBy() {
        return new TreeSet<>(closures.keySet());
    }

    /** Returns the reasons with details, for operators; empty when the gate is open. */
    public String closedWhy() {
        return new TreeMap<>(closures)
                .entrySet().stream()
                        .map(closure ->
                                closure.getKey() + ": " + closure.getValue().why())
                        .collect(Collectors.joining("; "));
    }

    /** Notes that a system works. */
    @StepOnly
    public void available(@OneOf({"database", "storage", "disk", "tool"}) String system) {
        open(system);
    }

    /**
     * Notes that a system does not work.
     *
     * @param why the details, for operators
     */
    @StepOnly
    public void unavailable(@OneOf({"database", "storage", "disk", "tool"}) String system, String why) {
        close(system, why);
    }

    /** Notes whether operators have paused all workers. */
    @StepOnly
    public void paused(boolean paused) {
        if (paused) {
            close(PAUSED, "by an operator");
        } else {
            open(PAUSED);
        }
    }

    /** Closes the gate for good, because this worker stops. */
    void stopping() {
        close(STOPPING, "this worker stops");
    }

    private void close(String reason, String why) {
        Closure before = closures.get(reason);
        closures.put(reason, new Closure(why, before == null ? System.nanoTime() : before.since()));
        if (before == null) {
            log.warn("No jobs are taken: {}: {}", reason, why);
        }
    }

    private void open(String reason) {
        if (closures.remove(reason) != null) {
            log.info("Resolved: {}{}", reason, isOpen() ? "; jobs are taken again" : "");
        }
    }
}
