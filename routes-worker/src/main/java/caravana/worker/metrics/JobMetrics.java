package caravana.worker.metrics;

import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import caravana.job.FailureCode;
import caravana.worker.intake.Intake;
import caravana.worker.job.JobLease;
import caravana.worker.job.RunningJob;
import caravana.worker.media.MadeOutput;
import caravana.worker.media.MadeOutputs;
import caravana.worker.media.SourceInfo;
import caravana.worker.settings.WorkerProperties;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Counts the outcomes of jobs. Label values come from fixed sets: outcomes, stable error codes, phases, and versions of
 * the routes.
 */
@Component("jobMetrics")
public class JobMetrics {

    private static final List<String> REASONS =
            List.of("database", "storage", "disk", "tool", "route_defect", "paused", "stopping");
    private static final String NONE = "none";

    /** The former names of some results, which the label {@code outcome} still has. */
    private static final Map<String, String> OUTCOMES =
            Map.of("requeued", "handed_back", "retry_scheduled", "released", "failed_permanently", "given_up");

    /** Codes of jobs that are requeued without counting the attempt. */
    private static final Set<FailureCode> REQUEUED = EnumSet.of(
            FailureCode.TOOL_UNAVAILABLE,
            FailureCode.STORE_UNAVAILABLE,
            FailureCode.DATABASE_UNAVAILABLE,
            FailureCode.QUEUE_UNAVAILABLE,
            FailureCode.ROUTE_DEFECT,
            FailureCode.WORKER_STOPPED);

    private static final double MILLIS = 1000.0;

    private final MeterRegistry meters;
    private final MultiGauge routes;

    JobMetrics(MeterRegistry meters, WorkerProperties worker, JobLease lease, Intake intake) {
        this.meters = meters;
        this.routes = MultiGauge.builder("caravana.routes").register(meters);
        meters.gauge(
                "caravana.slots",
                Tags.of("state", "used"),
                lease,
                l -> l.running().size());
        meters.gauge(
                "caravana.slots",
                Tags.of("state", "free"),
                lease,
                l -> Math.max(0, worker.slots() - l.running().size()));
        for (String reason : REASONS) {
            meters.gauge(
                    "caravana.intake.closed",
                    Tags.of("by", reason),
                    intake,
                    i -> i.closedBy().contains(reason) ? 1 : 0);
        }
        registerOutcomes();
    }

    /**
     * Creates a counter with the value 0 for every usual outcome. A counter that appears with 1 would hide its first
     * event from rates.
     */
    private void registerOutcomes() {
        jobs("processed", NONE, NONE);
        for (FailureCode code : FailureCode.values()) {
            if (code == FailureCode.POISON_MESSAGE) {
                jobs("poison", code.code(), NONE);
            } else if (code == FailureCode.CLAIM_LOST) {
                jobs("lost", code.code(), NONE);
            } else if (!code.retryable()) {
                jobs("rejected", code.code(), NONE);
            } else if (code != FailureCode.ATTEMPTS_EXHAUSTED) {
                boolean outage = REQUEUED.contains(code);
                if (outage) {
                    jobs("requeued", code.code(), NONE);
                }
                // A mistake in the routes that only one job meets uses up its attempts.
                if (!outage || code == FailureCode.ROUTE_DEFECT) {
                    jobs("retry_scheduled", code.code(), NONE);
                    jobs("failed_permanently", FailureCode.ATTEMPTS_EXHAUSTED.code(), code.code());
                }
            }
        }
    }

    private Counter jobs(String result, String code, String lastCode) {
        String outcome = OUTCOMES.getOrDefault(result, result);
        Tags tags = Tags.of("result", result, "outcome", outcome, "code", code, "last_code", lastCode);
        return meters.counter("caravana.jobs", tags);
    }

    /**
     * Sets the metric of this worker's routes.
     *
     * @param rollBackTo the version to which operators can roll back when these routes have a defect; null when
     *     none is known
     */
    @StepOnly
    public void routes(String version, String rollBackTo) {
        Tags tags = Tags.of("version", version, "roll_back_to", rollBackTo == null ? NONE : rollBackTo);
        routes.register(List.of(MultiGauge.Row.of(tags, 1)), true);
    }

    /**
     * Counts a job that ended on this worker, and sets the exchange property {@code ended} to the result.
     *
     * @param result {@code processed}, {@code rejected}, {@code retry_scheduled}, {@code requeued},
     *     {@code failed_permanently}, {@code lost}, {@code cancelled} or {@code poison}
     */
    @StepOnly
    public void ended(
            Exchange exchange,
            @OneOf({
                        "processed",
                        "rejected",
                        "retry_scheduled",
                        "requeued",
                        "failed_permanently",
                        "lost",
                        "cancelled",
                        "poison"
                    })
                    String result) {
        boolean processed = result.equals("processed");
        String code = exchange.getProperty("error_code", NONE, String.class);
        String lastCode = exchange.getProperty("last_code", NONE, String.class);
        jobs(result, processed ? NONE : code, lastCode).increment();
        exchange.setProperty("ended", result);
        RunningJob job = exchange.getProperty("job", RunningJob.class);
        if (job == null) {
            return;
        }
        Map<String, Long> phases = job.getPhaseMillis();
        phases.forEach((phase, millis) ->
                meters.timer("caravana.job.phase", "phase", phase).record(Duration.ofMillis(millis)));
        meters.counter("caravana.bytes", "direction", "in")
                .increment(job.getOriginal().length());
        if (processed) {
            meters.summary("caravana.job.attempts").record(exchange.getProperty("attempt", 1, Integer.class));
            meters.counter("caravana.bytes", "direction", "out")
                    .increment(exchange.getProperty("outputs", MadeOutputs.class).getFiles().stream()
                            .mapToLong(MadeOutput::bytes)
                            .sum());
            meters.counter("caravana.media.seconds")
                    .increment(exchange.getProperty("source_info", SourceInfo.class)
                            .durationSeconds());
            meters.counter("caravana.transcode.seconds").increment(phases.getOrDefault("transcode", 0L) / MILLIS);
        }
    }

    /**
     * Counts a message that did not lead to a claim.
     *
     * @param outcome the reason
     */
    @StepOnly
    public void refused(@OneOf(property = "outcome") String outcome) {
        meters.counter("caravana.claims.refused", "reason", outcome).increment();
    }
}
