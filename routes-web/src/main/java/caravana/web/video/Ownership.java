package caravana.web.video;

import caravana.logging.LogContext;
import caravana.web.caller.Caller;
import caravana.web.http.Problem;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Checks that the caller owns a video. Nobody else may see it. */
@Component("ownership")
public class Ownership {

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /**
     * Reads the video's id from the path into the property {@code video_id}, or keeps the one that is set, because
     * sending a message removes all headers.
     *
     * @throws Problem 404 when it is not an id
     */
    public void identify(Exchange exchange) {
        String id = exchange.getMessage()
                .getHeader("video_id", exchange.getProperty("video_id", String.class), String.class);
        if (id == null || !ID.matcher(id).matches()) {
            throw unknown();
        }
        exchange.setProperty("video_id", id);
        LogContext.put(LogContext.VIDEO_ID, id);
    }

    /**
     * @param row the video's row; null when there is no such video
     * @throws Problem 404 {@code not_found}, the same for an unknown, an unfinished and a deleted video; 403 {@code
     *     not_owner}
     */
    public void check(@ExchangeProperty("row") Map<String, Object> row, @ExchangeProperty("caller") Caller caller) {
        if (row == null) {
            throw unknown();
        }
        if (!caller.getId().equals(row.get("owner_id"))) {
            throw new Problem(403, "not_owner", "This video belongs to another account.");
        }
    }

    /**
     * Refuses the call because the video was deleted at the same moment.
     *
     * @throws Problem always: 404 {@code not_found}
     */
    public void gone() {
        throw unknown();
    }

    /** @throws Problem always: 409 {@code not_retryable} */
    public void notRetryable() {
        throw new Problem(409, "not_retryable", "Only a video whose failure may be temporary can be retried.");
    }

    /** @throws Problem always: 409 {@code not_cancellable} */
    public void notCancellable() {
        throw new Problem(
                409,
                "not_cancellable",
                "The video is neither waiting nor being processed, so there is no job to cancel.");
    }

    /** Returns 404 {@code not_found}. */
    static Problem unknown() {
        return new Problem(404, "not_found", "There is no video with this id.");
    }
}
