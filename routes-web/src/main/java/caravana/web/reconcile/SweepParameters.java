package caravana.web.reconcile;

import caravana.aws.QueueProperties;
import caravana.job.FailureCode;
import caravana.job.JobProperties;
import caravana.web.StatementParameters;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Builds the parameters of the reconciler's statements. */
@Component("sweepParameters")
public class SweepParameters {

    private final ReconcilerProperties reconciler;
    private final QueueProperties queue;
    private final JobProperties job;
    private final SqsClient sqs;

    private boolean wasEmpty;

    SweepParameters(ReconcilerProperties reconciler, QueueProperties queue, JobProperties job, SqsClient sqs) {
        this.reconciler = reconciler;
        this.queue = queue;
        this.job = job;
        this.sqs = sqs;
    }

    /** The settings that the sweeps' statements name. */
    public void all(Exchange exchange) {
        StatementParameters.set(exchange, settings());
    }

    /**
     * The same, with whether the queue was empty at two sweeps in a row: then no message names a video that still waits.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException when SQS does not tell
     */
    public synchronized void withQueue(Exchange exchange) {
        boolean empty = queueIsEmpty();
        Map<String, Object> parameters = settings();
        parameters.put("queue_empty", empty && wasEmpty);
        wasEmpty = empty;
        StatementParameters.set(exchange, parameters);
    }

    /** For {@code give-up-job.sql}: of a video that no claim holds. */
    public void exhausted(Exchange exchange) {
        Map<String, Object> parameters = settings();
        parameters.put("video_id", exchange.getProperty("video_id"));
        parameters.put("claim_token", null);
        parameters.put("error_code", exchange.getProperty("error_code"));
        parameters.put("last_code", exchange.getProperty("last_code"));
        parameters.put("retryable", FailureCode.ATTEMPTS_EXHAUSTED.retryable());
        parameters.put("error_detail", exchange.getProperty("error_detail"));
        parameters.put(
                "dead_lettered_ms",
                exchange.getProperty("dead_lettered_at", Date.class).getTime());
        StatementParameters.set(exchange, parameters);
    }

    /** For the statements of {@code sweep-video}. */
    public void swept(Exchange exchange) {
        StatementParameters.set(
                exchange,
                Map.of("video_id", exchange.getProperty("video_id"), "claims", exchange.getProperty("claims")));
    }

    private Map<String, Object> settings() {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("unpublished_seconds", reconciler.unpublished().toMillis() / 1000.0);
        parameters.put("abandoned_seconds", 2.0 * queue.visibilitySeconds());
        parameters.put("visibility_seconds", (double) queue.visibilitySeconds());
        parameters.put("resend_seconds", reconciler.resend().toMillis() / 1000.0);
        parameters.put("max_attempts", job.maxAttempts());
        return parameters;
    }

    private boolean queueIsEmpty() {
        return sqs
                .getQueueAttributes(q -> q.queueUrl(queue.queueUrl())
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributes()
                .values()
                .stream()
                .allMatch("0"::equals);
    }
}
