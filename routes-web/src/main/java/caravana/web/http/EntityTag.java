package caravana.web.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The {@code ETag} of an answer. With it, a client does not receive a body again that it already has, and changes only
 * the version that it has seen.
 */
public final class EntityTag {

    private static final String IF_MATCH = "If-Match";

    private EntityTag() {}

    /**
     * Replaces all headers by the {@code ETag}. If the request's {@code If-None-Match} has that tag, the answer becomes
     * 304 without a body.
     *
     * @param content a text that differs for different answers
     */
    public static void set(Message message, String content) {
        String known = message.getHeader("If-None-Match", String.class);
        String tag = of(content);
        message.removeHeaders("*");
        message.setHeader("ETag", tag);
        if (known != null && names(known, tag)) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
            message.setBody(null);
        }
    }

    /** Returns whether a request is conditional on a version. */
    public static boolean isCondition(Message request) {
        return request.getHeader(IF_MATCH) != null;
    }

    /**
     * Checks that the request is for this version, if it has {@code If-Match}. Unlike RFC 9110, tags are compared
     * weakly: all tags of this app are weak, because proxies may compress answers.
     *
     * @param content as for {@link #set}
     * @throws Problem 412 {@code precondition_failed}
     */
    public static void check(Message request, String content) {
        if (isCondition(request) && !names(request.getHeader(IF_MATCH, String.class), of(content))) {
            throw changed();
        }
    }

    /** Returns 412 {@code precondition_failed}: the version has changed. */
    public static Problem changed() {
        return new Problem(
                412,
                "precondition_failed",
                "Another call has changed the video since the answer whose ETag If-Match names. Get the video"
                        + " again, and repeat the change.");
    }

    /** Returns a weak tag, because proxies may compress answers. */
    private static String of(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "W/\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean names(String known, String tag) {
        return known.strip().equals("*")
                || Arrays.stream(known.split(",")).map(String::strip).anyMatch(tag::equals);
    }
}
