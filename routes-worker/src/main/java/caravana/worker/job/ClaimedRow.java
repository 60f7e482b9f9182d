package caravana.worker.job;

import caravana.checks.OneOf;
import caravana.logging.LogContext;
import caravana.logging.TraceParent;
import caravana.transformation.TransformationRecipe;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Copies the result of {@code claim-job.sql} into exchange properties. */
@Component("claimedRow")
public class ClaimedRow {

    /**
     * Sets {@code outcome}, {@code video_id} as the row has it, {@code attempt}, {@code first_failed_at}, {@code
     * previous_error} and {@code previous_detail} (if an attempt has failed before) and, without a claim, {@code delay}
     * (seconds). The claimed video may be another one than the message names. After a claim, also sets its {@code
     * original_key}, {@code owner_id}, {@code message_body}, {@code kept_recipe}, {@code queued_ms}, {@code
     * predicted_seconds} and {@code announced_sha256} (if the client announced it); {@code names_other} when the
     * message names another video, and that video's {@code other_message} and {@code other_delay} (seconds) when it
     * waits. An empty result means that the video was deleted: there is nothing to do.
     */
    @OneOf(
            property = "outcome",
            value = {"claimed", "settled", "owned", "last", "early", "exhausted", "raced", "disagrees"})
    public void read(@Body Map<String, Object> row, Exchange exchange) {
        if (row == null) {
            exchange.setProperty("outcome", "settled");
            return;
        }
        exchange.setProperty("outcome", row.get("outcome"));
        // The message may have the id in upper case; keys of objects and of progress need lower case.
        exchange.setProperty("video_id", row.get("video_id"));
        LogContext.put(LogContext.VIDEO_ID, row.get("video_id"));
        exchange.setProperty("attempt", row.get("attempts"));
        LogContext.put(LogContext.ATTEMPT, row.get("attempts"));
        exchange.setProperty("first_failed_at", row.get("first_failed_at"));
        exchange.setProperty("previous_error", row.get("previous_error"));
        exchange.setProperty("previous_detail", row.get("previous_detail"));
        if (!"claimed".equals(row.get("outcome"))) {
            exchange.setProperty("delay", row.get("delay"));
            return;
        }
        exchange.setProperty("original_key", row.get("original_key"));
        exchange.setProperty("owner_id", row.get("owner_id"));
        exchange.setProperty("message_body", row.get("job_message"));
        exchange.setProperty("names_other", row.get("names_other"));
        exchange.setProperty("other_message", row.get("other_message"));
        exchange.setProperty("other_delay", row.get("delay"));
        if (Boolean.TRUE.equals(row.get("names_other"))) {
            LogContext.put(
                    LogContext.TRACE_ID,
                    TraceParent.of((String) row.get("traceparent")).traceId());
        }
        JobSpans.claimed(row, exchange.getFromRouteId());
        exchange.setProperty("queued_ms", row.get("queued_ms"));
        exchange.setProperty("predicted_seconds", row.get("predicted_seconds"));
        exchange.setProperty("announced_sha256", row.get("announced_sha256"));
        exchange.setProperty("kept_recipe", recipe(row));
    }

    private static TransformationRecipe recipe(Map<String, Object> row) {
        return new TransformationRecipe(
                (String) row.get("transformations"), (String) row.get("transformation_parameters"));
    }

    /**
     * Sets {@code part} to the result of {@code claim-part.sql}, or to null. For another worker's job, also sets {@code
     * predicted_seconds} and {@code kept_recipe}, as for a claim.
     */
    public void readPart(@Body Map<String, Object> row, Exchange exchange) {
        exchange.setProperty("part", row);
        if (row != null) {
            exchange.setProperty("predicted_seconds", row.get("predicted_seconds"));
            exchange.setProperty("kept_recipe", recipe(row));
        }
    }
}
