package caravana.web.upload;

import caravana.logging.LogContext;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The steps of an upload that distinguish a new one from a repetition. */
@Component("idempotentUpload")
public class IdempotentUpload {

    private static final String KEY_HEADER = "Idempotency-Key";

    private final UploadRules rules;

    IdempotentUpload(UploadRules rules) {
        this.rules = rules;
    }

    /** Sets {@code video_id}, {@code original_key} and, if the client sent one, {@code idempotency_key}. */
    public void open(Exchange exchange) {
        String id = UUID.randomUUID().toString();
        exchange.setProperty("video_id", id);
        LogContext.put(LogContext.VIDEO_ID, id);
        exchange.setProperty("original_key", "uploads/" + id + ".mp4");
        exchange.setProperty(
                "idempotency_key", rules.idempotencyKey(exchange.getMessage().getHeader(KEY_HEADER, String.class)));
    }

    /** Returns whether the upload is new. For a repetition, {@code video_id} becomes the id of the first upload. */
    public boolean isNew(Exchange exchange) throws JsonProcessingException {
        Opening opening = Opening.of(exchange);
        if (opening.earlier() == null) {
            return true;
        }
        opening.checkSame(exchange.getProperty("upload", Map.class));
        exchange.setProperty("video_id", opening.earlier().get("video_id"));
        return false;
    }
}
