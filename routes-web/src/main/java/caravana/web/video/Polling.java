package caravana.web.video;

import caravana.web.http.EntityTag;
import caravana.web.links.PresignedLinks;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** Answers clients that poll: whether anything has changed, and when to poll again. */
@Component("polling")
public class Polling {

    private static final int SHORTEST_SECONDS = 1;
    private static final int UNKNOWN_SECONDS = 2;
    private static final int LONGEST_SECONDS = 30;

    private final Clock clock = Clock.systemUTC();

    /** Sets {@code ETag} and {@code Retry-After} for the video in the message's body. */
    public void advise(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<?, ?> video = message.getBody(Map.class);
        EntityTag.set(message, content(video));
        Integer seconds = retryAfter(video);
        if (seconds != null) {
            message.setHeader("Retry-After", seconds);
        }
    }

    /**
     * Compares the video in the message's body with the version in the request's {@code If-Match}, if it has one.
     *
     * @throws caravana.web.http.Problem 412 {@code precondition_failed}
     */
    public void checkUnchanged(Exchange exchange) {
        Message message = exchange.getMessage();
        EntityTag.check(message, content(message.getBody(Map.class)));
    }

    /**
     * Returns the content for the tag, without the links, which differ in each answer. The tag also changes every third
     * of the links' validity, so that clients do not keep expired links.
     */
    private String content(Map<?, ?> video) {
        Map<Object, Object> content = VideoDocument.withoutLinks(video);
        content.put("links", clock.millis() / PresignedLinks.VALID.dividedBy(3).toMillis());
        return content.toString();
    }

    /** Returns a quarter of the remaining time in seconds, as far as it is known; null when nothing will change. */
    private static Integer retryAfter(Map<?, ?> video) {
        Number left =
                switch (String.valueOf(video.get("status"))) {
                    case "uploaded" -> (Number) video.get("queue_position");
                    case "processing" -> (Number) video.get("eta_seconds");
                    default -> -1;
                };
        if (left == null) {
            return UNKNOWN_SECONDS;
        }
        return left.intValue() < 0
                ? null
                : Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, (left.intValue() + 3) / 4));
    }
}
