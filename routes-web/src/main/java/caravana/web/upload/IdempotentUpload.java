package caravana.web.upload;

import caravana.logging.LogContext;
import caravana.web.StatementParameters;
import caravana.web.http.Caller;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The steps of an upload that tell a new one from a repetition. */
@Component("idempotentUpload")
public class IdempotentUpload {

    private static final String KEY_HEADER = "Idempotency-Key";
    private static final int KEY_HOURS = 24;

    private final UploadRules rules;
    private final UploadProperties limits;
    private final ObjectMapper json;

    IdempotentUpload(UploadRules rules, UploadProperties limits, ObjectMapper json) {
        this.rules = rules;
        this.limits = limits;
        this.json = json;
    }

    /**
     * Names the video ({@code video_id}, {@code original_key}, {@code owner_id}) and sets the parameters of
     * {@code open-upload.sql}.
     */
    public void open(Exchange exchange) {
        String id = UUID.randomUUID().toString();
        Caller caller = exchange.getProperty("caller", Caller.class);
        exchange.setProperty("video_id", id);
        LogContext.put(LogContext.VIDEO_ID, id);
        exchange.setProperty("original_key", "uploads/" + id + ".mp4");
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("video_id", id);
        parameters.put("owner_id", caller.getId());
        parameters.put("traceparent", exchange.getProperty("traceparent"));
        parameters.put("original_key", exchange.getProperty("original_key"));
        parameters.put("patience_seconds", limits.patience().toSeconds());
        parameters.put("per_hour", limits.perHour());
        parameters.put("key", rules.idempotencyKey(exchange.getMessage().getHeader(KEY_HEADER, String.class)));
        parameters.put("key_hours", KEY_HOURS);
        StatementParameters.set(exchange, parameters);
    }

    /** Whether the upload is a new one; if it is a repetition, {@code video_id} is from here on that of the first. */
    public boolean isNew(Exchange exchange) throws JsonProcessingException {
        Opening opening = Opening.of(exchange);
        if (opening.earlier() == null) {
            return true;
        }
        opening.checkSame(exchange.getProperty("upload", Map.class), json);
        exchange.setProperty("video_id", opening.earlier().get("video_id"));
        return false;
    }
}
