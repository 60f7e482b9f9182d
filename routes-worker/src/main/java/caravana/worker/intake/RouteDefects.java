package caravana.worker.intake;

import caravana.checks.StepOnly;
import caravana.job.FailureCode;
import caravana.routes.RouteVersion;
import caravana.routes.RoutesReloaded;
import caravana.worker.job.JobFailure;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.job.JobLease;
import caravana.worker.settings.WorkerProperties;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Handles mistakes in the routes of this worker. A job that meets one is requeued without using up its attempt, and the
 * intake gate closes, because the next job would meet it too.
 *
 * <p>But the mistake may concern this job only. So the worker tries one job at a time: the first after the configured
 * pause, and further ones as soon as a trial has ended without a result:
 *
 * <ul>
 *   <li>if the job of a trial is processed, the gate opens. From then on, the mistakes that were met so far, each
 *       identified by its step and its kind, count as failures of the jobs that meet them: they use up attempts, and do not close
 *       the gate;
 *   <li>if the trial meets a mistake, the pause starts again.
 * </ul>
 *
 * <p>Routes that are loaded again, by a restart or by {@code up --watch}, begin without known mistakes. A mistake in
 * the route of a timer closes the gate until that timer has run without it.
 */
@Component("routeDefects")
public class RouteDefects {

    private static final Logger log = LoggerFactory.getLogger(RouteDefects.class);

    /** SQS's longest delivery delay in seconds. */
    private static final int LONGEST_DELAY = 900;

    private static final String TRIAL = "caravana.on_trial";

    /** The id of the timer's route that renews leases. */
    private static final String HEARTBEAT = "keep-lease";

    private final Intake intake;
    private final JobFailure failures;
    private final JobLease lease;
    private final RouteVersion routes;
    private final Duration pause;

    /** Mistakes that jobs have met since the last successful trial. */
    private final Set<String> unproven = new HashSet<>();

    /** Mistakes that concern only single jobs. */
    private final Set<String> ofSingleJobs = new HashSet<>();

    /** Mistakes of timers, by the ids of their routes. */
    private final Map<String, String> ofTimers = new TreeMap<>();

    /** The videos whose jobs have met a mistake. */
    private final Set<String> victims = new HashSet<>();

    private String lastMistake;
    private String rollBackTo;
    private long trialFrom;
    private boolean onTrial;
    private String messageOnTrial;
    private volatile boolean processed;

    RouteDefects(Intake intake, JobFailure failures, JobLease lease, RouteVersion routes, WorkerProperties worker) {
        this.intake = intake;
        this.failures = failures;
        this.lease = lease;
        this.routes = routes;
        this.pause = worker.routeDefectPause();
    }

    /**
     * Handles a job that has met a mistake: closes the gate, unless the mistake concerns only this job.
     *
     * @return whether the routes are at fault, so that the attempt is not counted
     */
    @StepOnly
    public synchronized boolean judge(
            @ExchangeProperty("failed_step") String step,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        String mistake = step + " " + kind(failure);
        if (ofSingleJobs.contains(mistake)) {
            return false;
        }
        unproven.add(mistake);
        lastMistake = describe(step, failure);
        trialFrom = System.nanoTime() + pause.toNanos();
        update();
        return true;
    }

    /**
     * Sets the property {@code delay}: the seconds for which a job that met a mistake waits. The first time, it is as
     * short as after an outage, so that a worker with other routes can take the job soon. The second time, it is so
     * long that another job is tried next.
     */
    @StepOnly
    public synchronized void setDelay(Exchange exchange, @ExchangeProperty("video_id") String videoId) {
        boolean first = victims.add(videoId);
        exchange.setProperty(
                "delay", first ? intake.outageDelay() : (int) Math.min(LONGEST_DELAY, 2 * pause.toSeconds()));
    }

    /**
     * Checks for mistakes before work whose result a later step may be unable to store or commit.
     *
     * @throws JobInterruptedException while the routes have a mistake, unless this job is the trial
     */
    public synchronized void requireNone(Exchange exchange) {
        if (isAny() && exchange.getProperty(TRIAL) == null) {
            throw JobInterruptedException.byRouteDefect("Not begun, because the routes have a defect: " + what());
        }
    }

    /**
     * Returns whether one job may be received although the gate is closed. The caller must then call {@link
     * #tryMessage}.
     */
    synchronized boolean beginTrial() {
        boolean due = !unproven.isEmpty() && System.nanoTime() - trialFrom >= 0;
        if (!due || onTrial || !ofTimers.isEmpty() || !intake.closedBy().equals(Set.of(Intake.ROUTE_DEFECT))) {
            return false;
        }
        onTrial = true;
        return true;
    }

    /**
     * @param messageId the message received for the trial; null when there was none, so that the next receive may
     *     have one
     */
    synchronized void tryMessage(String messageId) {
        messageOnTrial = messageId;
        onTrial = messageId != null;
    }

    /** Notes that a message has entered the route of jobs. */
    synchronized void begins(Exchange exchange) {
        if (onTrial && messageId(exchange).equals(messageOnTrial)) {
            exchange.setProperty(TRIAL, true);
            log.info("Trying one job to see whether the defect still exists: {}", what());
        }
    }

    /**
     * Notes that the route of jobs has finished a message.
     *
     * @param wasProcessed whether its job was processed
     */
    synchronized void ends(Exchange exchange, boolean wasProcessed) {
        processed |= wasProcessed;
        FailedStep failed = FailedStep.last(exchange);
        if (exchange.getException() != null && failed != null && isDefect(failed.failure())) {
            // The handling of the failure has failed: nothing was done about the job, and its lease expires.
            judge(failed.step(), failed.failure());
        }
        if (exchange.getProperty(TRIAL) != null) {
            onTrial = false;
            if (wasProcessed) {
                ofSingleJobs.addAll(unproven);
                unproven.clear();
                update();
            }
        }
    }

    /** Notes that the route of a timer has run. */
    synchronized void timerRan(String route, Exchange exchange) {
        FailedStep failed = FailedStep.first(exchange);
        if (failed != null && isDefect(failed.failure())) {
            ofTimers.put(route, describe(failed.step(), failed.failure()));
            if (route.equals(HEARTBEAT)) {
                // Other workers would take the jobs that still run, and count an attempt for each.
                lease.stopUnrenewed();
            }
        } else {
            ofTimers.remove(route);
        }
        update();
    }

    @EventListener
    synchronized void reloaded(RoutesReloaded event) {
        unproven.clear();
        ofSingleJobs.clear();
        ofTimers.clear();
        update();
    }

    /**
     * @param version the version of the routes, other than this worker's, that processed a job last; null when
     *     there is none
     */
    @StepOnly
    public synchronized void rollBackTo(String version) {
        rollBackTo = version;
        update();
    }

    /** Returns whether a job was processed since the last call. */
    @StepOnly
    public boolean takeProcessed() {
        boolean was = processed;
        processed = false;
        return was;
    }

    private void update() {
        if (unproven.isEmpty()) {
            victims.clear();
        }
        if (isAny()) {
            intake.unavailable(Intake.ROUTE_DEFECT, what());
        } else {
            intake.available(Intake.ROUTE_DEFECT);
        }
    }

    private boolean isAny() {
        return !unproven.isEmpty() || !ofTimers.isEmpty();
    }

    private String what() {
        String mistakes = unproven.isEmpty() ? String.join("; ", ofTimers.values()) : lastMistake;
        return rollBackTo == null ? mistakes : mistakes + "; roll back to routes " + rollBackTo;
    }

    private boolean isDefect(Throwable failure) {
        return failures.is(failure, FailureCode.ROUTE_DEFECT.code());
    }

    private String describe(String step, Throwable failure) {
        return "step " + step + " of routes " + routes.name() + ": " + failures.reason(failure);
    }

    private static String messageId(Exchange exchange) {
        return String.valueOf(exchange.getMessage().getHeader("CamelAwsSqsMessageId"));
    }

    /** Returns the type of the deepest cause. Messages are ignored, because they may differ from job to job. */
    private static String kind(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getName();
    }
}
