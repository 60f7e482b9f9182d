package caravana.worker.intake;

import caravana.worker.job.JobLease;
import caravana.worker.settings.WorkerProperties;
import caravana.worker.tool.KillReason;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Stops a worker without losing work: it takes no new jobs, running jobs get the grace period, and the rest is stopped
 * and requeued, so that another worker starts it immediately.
 *
 * <p>It runs before all other components stop (highest phase), because Camel's own shutdown would end the heartbeat
 * first, and would run no step after its time-out. Readiness is 503 from the beginning, and the management port still
 * answers.
 */
@Component
class Drain implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private final Intake intake;
    private final JobLease lease;
    private final Duration grace;
    private volatile boolean running;

    Drain(Intake intake, JobLease lease, WorkerProperties worker) {
        this.intake = intake;
        this.lease = lease;
        this.grace = worker.grace();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        intake.stopping();
        int jobs = lease.running().size();
        log.info("Stopping; {} running jobs have {} s to finish", jobs, grace.toSeconds());
        if (!lease.awaitNone(grace)) {
            log.info("{} jobs are requeued", lease.running().size());
        }
        // From now on, a job that was received at the last moment is requeued too.
        lease.stopAll(KillReason.SHUTDOWN);
        if (!lease.awaitNone(WorkerProperties.REQUEUE_TIME)) {
            log.warn(
                    "{} jobs could not be requeued in time; other workers claim them when their leases " + "expire",
                    lease.running().size());
        }
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
