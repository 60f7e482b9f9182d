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

    /** SQS's longest delivery delay, in seconds. */
    private static final int LONGEST_DELAY = 900;

    private static final String TRIAL = "caravana.on_trial";

    /** The timer's route that renews leases. */
    private static final String HEARTBEAT = "keep-lease";

    private final Intake intake;
    private final JobFailure failures;
    private final JobLease lease;
    private final RouteVersion routes;
    private final Duration pause;

    /** Mistakes by jobs, since the last trial that was processed. */
    private final Set<String> unproven = new HashSet<>();

    /** Mistakes that other jobs do not meet. */
    private final Set<String> ofSingleJobs = new HashSet<>();

    /** By the route of the timer, what is wrong with it. */
    private final Map<String, String> ofTimers = new TreeMap<>();

    /** Jobs that have met one of them. */
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
     * A job has met a mistake: closes the intake, unless it is that job's own fault.
     *
     * @return whether it is the fault of the routes, so that the attempt is not counted
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
     * Sets the property {@code delay}, how long a job waits that has met one, in seconds: as after an outage, so that a worker with other routes takes it
     * soon; at the second time so long that the next to be tried is another job.
     */
    @StepOnly
    public synchronized void setDelay(Exchange exchange, @ExchangeProperty("video_id") String videoId) {
        boolean first = victims.add(videoId);
        exchange.setProperty(
                "delay", first ? intake.outageDelay() : (int) Math.min(LONGEST_DELAY, 2 * pause.toSeconds()));
    }

    /**
     * Before work that a later step may be unable to store or to commit.
     *
     * @throws JobInterruptedException while the routes have a defect, unless the job is on trial
     */
    public synchronized void requireNone(Exchange exchange) {
        if (isAny() && exchange.getProperty(TRIAL) == null) {
            throw JobInterruptedException.byRouteDefect("Not begun, because the routes have a defect: " + what());
        }
    }

    /** Whether one job may be received although the intake is closed. Then the caller says which, or that there is none. */
    synchronized boolean beginTrial() {
        boolean due = !unproven.isEmpty() && System.nanoTime() - trialFrom >= 0;
        if (!due || onTrial || !ofTimers.isEmpty() || !intake.closedBy().equals(Set.of(Intake.ROUTE_DEFECT))) {
            return false;
        }
        onTrial = true;
        return true;
    }

    /** @param messageId that was received on trial; null for none, and the next receive may have one */
    synchronized void tryMessage(String messageId) {
        messageOnTrial = messageId;
        onTrial = messageId != null;
    }

    /** A message comes into the route of jobs. */
    synchronized void begins(Exchange exchange) {
        if (onTrial && messageId(exchange).equals(messageOnTrial)) {
            exchange.setProperty(TRIAL, true);
            log.info("Trying one job to see whether the defect still exists: {}", what());
        }
    }

    /**
     * The route of jobs is done with a message.
     *
     * @param wasProcessed whether it was a job that was processed
     */
    synchronized void ends(Exchange exchange, boolean wasProcessed) {
        processed |= wasProcessed;
        FailedStep failed = FailedStep.last(exchange);
        if (exchange.getException() != null && failed != null && isDefect(failed.failure())) {
            // In what handles failures: nothing has been done about the job, its lease runs out.
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

    /** A timer's route has run. */
    synchronized void timerRan(String route, Exchange exchange) {
        FailedStep failed = FailedStep.first(exchange);
        if (failed != null && isDefect(failed.failure())) {
            ofTimers.put(route, describe(failed.step(), failed.failure()));
            if (route.equals(HEARTBEAT)) {
                // Others would take the jobs while they run, and count that as an attempt.
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

    /** @param version the routes that processed a job last, beside this worker's; null when there are none */
    @StepOnly
    public synchronized void rollBackTo(String version) {
        rollBackTo = version;
        update();
    }

    /** Whether a job has been processed since the last call. */
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

    /** The deepest cause's type: what it says may differ from job to job. */
    private static String kind(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getName();
    }
}
