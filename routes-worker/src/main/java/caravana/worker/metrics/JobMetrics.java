package caravana.worker.metrics;

import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import caravana.worker.intake.Intake;
import caravana.worker.job.JobLease;
import caravana.worker.job.RunningJob;
import caravana.worker.media.MediaFacts;
import caravana.worker.settings.WorkerProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Counts what becomes of jobs. Label values come from fixed sets: outcomes, stable error codes, phases, and versions of the routes. */
@Component("jobMetrics")
public class JobMetrics {

    private static final List<String> REASONS =
            List.of("database", "storage", "disk", "tool", "route_defect", "paused", "stopping");
    private static final String NONE = "none";
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
    }

    /**
     * Which routes this worker runs.
     *
     * @param rollBackTo the version that a defect of these is rolled back to; null when none is known
     */
    @StepOnly
    public void routes(String version, String rollBackTo) {
        Tags tags = Tags.of("version", version, "roll_back_to", rollBackTo == null ? NONE : rollBackTo);
        routes.register(List.of(MultiGauge.Row.of(tags, 1)), true);
    }

    /**
     * A job has come to an end on this worker; the exchange property {@code ended} then says how.
     *
     * @param outcome {@code processed}, {@code rejected}, {@code released}, {@code handed_back}, {@code given_up},
     *     {@code lost}, {@code cancelled} or {@code poison}
     */
    @StepOnly
    public void ended(
            Exchange exchange,
            @OneOf({"processed", "rejected", "released", "handed_back", "given_up", "lost", "cancelled", "poison"})
                    String outcome) {
        boolean processed = outcome.equals("processed");
        String code = exchange.getProperty("error_code", NONE, String.class);
        String lastCode = exchange.getProperty("last_code", NONE, String.class);
        meters.counter("caravana.jobs", "outcome", outcome, "code", processed ? NONE : code, "last_code", lastCode)
                .increment();
        exchange.setProperty("ended", outcome);
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
                    .increment(job.getResult().length());
            meters.counter("caravana.media.seconds")
                    .increment(exchange.getProperty("facts", MediaFacts.class).durationSeconds());
            meters.counter("caravana.transcode.seconds").increment(phases.getOrDefault("transcode", 0L) / MILLIS);
        }
    }

    /** A message has claimed nothing, for that reason. */
    @StepOnly
    public void refused(String outcome) {
        meters.counter("caravana.claims.refused", "reason", outcome).increment();
    }
}
