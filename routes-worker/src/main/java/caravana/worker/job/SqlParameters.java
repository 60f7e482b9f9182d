package caravana.worker.job;

import caravana.job.FailureCode;
import caravana.job.JobProperties;
import caravana.routes.RouteVersion;
import caravana.worker.WorkerName;
import caravana.worker.WorkerProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Builds the parameters of the worker's statements from exchange properties, as the one header that camel-jdbc prefers
 * over all others: nothing that came with a message can become a parameter by its name.
 */
@Component("sqlParameters")
public class SqlParameters {

    private static final String HEADER = "CamelJdbcParameters";

    private final WorkerProperties worker;
    private final JobProperties job;
    private final ObjectMapper json;
    private final WorkerName name;
    private final RouteVersion routes;

    SqlParameters(WorkerProperties worker, JobProperties job, ObjectMapper json, WorkerName name, RouteVersion routes) {
        this.worker = worker;
        this.job = job;
        this.json = json;
        this.name = name;
        this.routes = routes;
    }

    /** For {@code claim-job.sql}. */
    public void claim(Exchange exchange) {
        Map<String, Object> parameters = identity(exchange);
        parameters.put("original_key", exchange.getProperty("original_key"));
        parameters.put("owner_id", exchange.getProperty("owner_id"));
        parameters.put("sent_ms", exchange.getProperty("sent_ms"));
        parameters.put("worker", name.get());
        parameters.put("lease_seconds", seconds(worker.lease()));
        parameters.put("max_attempts", job.maxAttempts());
        put(exchange, parameters);
    }

    /**
     * For {@code note-worker.sql}: this worker, its routes, and what keeps it from taking jobs.
     *
     * @param processed whether it has processed a job since the last note
     */
    public void note(Set<String> closedBy, String closedWhy, boolean processed, Exchange exchange) {
        put(
                exchange,
                Map.of(
                        "worker", name.get(),
                        "slots", worker.slots(),
                        "closed_by", String.join(",", new TreeSet<>(closedBy)),
                        "closed_why", closedWhy,
                        "routes", routes.name(),
                        "processed", processed));
    }

    /** For {@code keep-lease.sql}: all these jobs at once. */
    public void renew(List<RunningJob> running, Exchange exchange) {
        put(exchange, Map.of("claim_tokens", claimTokens(running), "lease_seconds", seconds(worker.lease())));
    }

    /** For {@code watch-orders.sql}. */
    public void orders(List<RunningJob> running, Exchange exchange) {
        put(exchange, Map.of("claim_tokens", claimTokens(running)));
    }

    /** As PostgreSQL writes an array of uuid. */
    private static String claimTokens(List<RunningJob> running) {
        return running.stream().map(RunningJob::getClaimToken).collect(Collectors.joining(",", "{", "}"));
    }

    /** For {@code commit-result.sql}. */
    public void commit(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = identity(exchange);
        parameters.put("processed_key", exchange.getProperty("processed_key"));
        parameters.put("poster_key", exchange.getProperty("poster_key"));
        parameters.put("original_sha256", exchange.getProperty("original_sha256"));
        parameters.put("facts", json.writeValueAsString(exchange.getProperty("facts")));
        parameters.put("phase_ms", phases(exchange));
        put(exchange, parameters);
    }

    /** For {@code release-job.sql}. */
    public void release(Exchange exchange) {
        Map<String, Object> parameters = failure(exchange);
        parameters.put("backoff_seconds", seconds(worker.backoff()));
        parameters.put("max_backoff_seconds", seconds(worker.maxBackoff()));
        parameters.put("fixed_delay_seconds", exchange.getProperty("release_delay"));
        put(exchange, parameters);
    }

    /** For {@code hand-back-job.sql}. */
    public void handBack(Exchange exchange) {
        Map<String, Object> parameters = identity(exchange);
        parameters.put("delay_seconds", exchange.getProperty("delay"));
        put(exchange, parameters);
    }

    /** For the statement of {@code let-go-job}. */
    public void identify(Exchange exchange) {
        put(exchange, identity(exchange));
    }

    /** For {@code give-up-job.sql} and {@code reject-job.sql}. */
    public void fail(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = failure(exchange);
        parameters.put("last_code", exchange.getProperty("last_code"));
        parameters.put("retryable", isRetryable(exchange.getProperty("error_code", String.class)));
        parameters.put("max_attempts", job.maxAttempts());
        parameters.put("phase_ms", phases(exchange));
        // Only what is given up has a dead letter.
        Date deadLettered = exchange.getProperty("dead_lettered_at", Date.class);
        parameters.put("dead_lettered_ms", deadLettered == null ? null : deadLettered.getTime());
        parameters.put("original_sha256", exchange.getProperty("original_sha256"));
        put(exchange, parameters);
    }

    private static boolean isRetryable(String code) {
        return FailureCode.of(code).map(FailureCode::retryable).orElse(false);
    }

    private static Map<String, Object> identity(Exchange exchange) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("video_id", exchange.getProperty("video_id"));
        parameters.put("claim_token", exchange.getProperty("claim_token"));
        return parameters;
    }

    private static Map<String, Object> failure(Exchange exchange) {
        Map<String, Object> parameters = identity(exchange);
        parameters.put("error_code", exchange.getProperty("error_code"));
        parameters.put("error_detail", exchange.getProperty("error_detail"));
        return parameters;
    }

    private String phases(Exchange exchange) throws JsonProcessingException {
        RunningJob running = exchange.getProperty("job", RunningJob.class);
        return json.writeValueAsString(running == null ? Map.of() : running.getPhaseMillis());
    }

    private static void put(Exchange exchange, Map<String, Object> parameters) {
        exchange.getMessage().removeHeaders("CamelJdbc*");
        exchange.getMessage().setHeader(HEADER, parameters);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
