package caravana.web.server;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The list of headers that a route may set on its answer. A Camel message has one set of headers for request and
 * answer, so all others are dropped, as they may be from the request. {@code check-routes} reports routes that set
 * another header.
 */
public final class AnswerHeaders {

    /** The names of the headers, compared without regard to case. */
    public static final Set<String> NAMES;

    static {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(List.of(
                "Allow",
                "Cache-Control",
                "Content-Disposition",
                "Content-Language",
                Exchange.CONTENT_TYPE,
                "ETag",
                "Idempotency-Replayed",
                "Link",
                "Location",
                "Retry-After",
                "Set-Cookie",
                "Upload-Complete",
                "Upload-Defer-Length",
                "Upload-Expires",
                "Upload-Incomplete",
                "Upload-Length",
                "Upload-Limit",
                "Upload-Metadata",
                "Upload-Offset",
                "Vary",
                "WWW-Authenticate",
                "X-Total-Count"));
        NAMES = Collections.unmodifiableSet(names);
    }

    private AnswerHeaders() {}

    /**
     * Removes headers from a request that would be mistaken for the route's answer. {@code Content-Type} stays, because
     * routes read it.
     */
    static void forget(Message request) {
        request.getHeaders()
                .keySet()
                .removeIf(name -> NAMES.contains(name) && !name.equalsIgnoreCase(Exchange.CONTENT_TYPE));
    }

    /** Removes all other headers from an answer. */
    static void keep(Message answer) {
        answer.getHeaders()
                .keySet()
                .removeIf(name -> !NAMES.contains(name) && !name.equals(Exchange.HTTP_RESPONSE_CODE));
    }
}
