package caravana.web.upload;

import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;

/**
 * The result of {@code open-upload.sql}.
 *
 * @param originalKey key under which to store the original; null when the upload repeats an earlier one
 * @param earlier row of the earlier upload
 */
record Opening(String originalKey, Map<?, ?> earlier) {

    private static final int RUNNING_SECONDS = 5;

    /**
     * Reads the variable {@code opening}.
     *
     * @throws Problem 403 {@code quota_exceeded}, 409 {@code idempotency_in_progress}, 429 {@code too_many_uploads}
     */
    static Opening of(Exchange exchange) {
        Map<?, ?> row = exchange.getVariable("opening", Map.class);
        // No row: another request with this key has opened an upload at the same moment.
        String outcome = row == null ? "running" : (String) row.get("outcome");
        if (row != null) {
            UploadRules.noteRateLimit(row, exchange);
        }
        return switch (outcome) {
            case "opened" -> new Opening(exchange.getProperty("original_key", String.class), null);
            case "done" -> new Opening(null, row);
            case "running" ->
                throw new Problem(
                        409,
                        "idempotency_in_progress",
                        "An upload with this Idempotency-Key is still running. Try again when it has ended.",
                        RUNNING_SECONDS);
            case "too_many" -> throw UploadRules.tooMany(row);
            case "quota" -> throw QuotaExceeded.of((String) row.get("quota"), row);
            default -> throw new IllegalStateException("open-upload.sql answered " + outcome);
        };
    }

    /** @throws Problem 409 {@code idempotency_mismatch} when the earlier upload differed */
    void checkSame(Map<?, ?> upload) throws JsonProcessingException {
        RepeatedUpload.check(earlier, upload);
        RepeatedUpload.require(
                Objects.equals(earlier.get("original_bytes"), upload.get("original_bytes")), "another length");
    }
}
