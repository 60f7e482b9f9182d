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

    /** What closes it when ffmpeg or ffprobe cannot be run. */
    static final String TOOL = "tool";

    /** What closes it when a job has met a mistake in the routes; see {@link RouteDefects}. */
    static final String ROUTE_DEFECT = "route_defect";

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private static final String PAUSED = "paused";
    private static final String STOPPING = "stopping";

    /** What closes it and makes no running job fail. */
    private static final Set<String> NO_OUTAGE = Set.of(PAUSED, STOPPING, ROUTE_DEFECT);

    /**
     * @param why for operators
     * @param since {@link System#nanoTime()}
     */
    private record Closure(String why, long since) {}

    private final Map<String, Closure> closures = new ConcurrentHashMap<>();

    private final Duration probe;

    Intake(WorkerProperties worker) {
        probe = worker.probe();
    }

    /** Whether jobs are taken now. */
    public boolean isOpen() {
        return closures.isEmpty();
    }

    /** Whether something that jobs need is known to be unavailable: what fails meanwhile is not the job's fault. */
    public boolean isSystemDown() {
        return !NO_OUTAGE.containsAll(closures.keySet());
    }

    /** Whether that is one of the reasons for which it is closed. */
    public boolean isClosedBy(
            @OneOf({"database", "storage", "disk", "tool", "route_defect", "paused", "stopping"}) String reason) {
        return closures.containsKey(reason);
    }

    /** How long it has been closed for that reason without a break; zero when it is not. */
    Duration closedFor(String reason) {
        Closure closure = closures.get(reason);
        return closure == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - closure.since());
    }

    /** How long a job waits that an outage has failed, in seconds: until the next look at the systems. */
    public int outageDelay() {
        return (int) Math.max(1, probe.toSeconds());
    }

    /** Why it is closed: names of systems, {@code tool}, {@code route_defect}, {@code paused}, {@code stopping}; in order. */
    public Set<String> closedBy() {
        return new TreeSet<>(closures.keySet());
    }

    /** The same with what is known of each, for operators; empty when it is open. */
    public String closedWhy() {
        return new TreeMap<>(closures)
                .entrySet().stream()
                        .map(closure ->
                                closure.getKey() + ": " + closure.getValue().why())
                        .collect(Collectors.joining("; "));
    }

    /** A system that jobs need answers as it should. */
    @StepOnly
    public void available(@OneOf({"database", "storage", "disk", "tool"}) String system) {
        open(system);
    }

    /**
     * A system that jobs need does not answer as it should.
     *
     * @param why for operators
     */
    @StepOnly
    public void unavailable(@OneOf({"database", "storage", "disk", "tool"}) String system, String why) {
        close(system, why);
    }

    /** What operators have ordered all workers to do. */
    @StepOnly
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
