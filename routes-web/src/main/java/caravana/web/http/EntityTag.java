package caravana.web.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The {@code ETag} of an answer, by which a client that has the same already is spared its body. */
public final class EntityTag {

    private EntityTag() {}

    /**
     * Replaces all headers by the {@code ETag}; if the request has that tag in {@code If-None-Match}, the answer becomes
     * 304 without a body.
     *
     * @param content by which one answer is told from another
     */
    public static void set(Message message, String content) {
        String known = message.getHeader("If-None-Match", String.class);
        String tag = of(content);
        message.removeHeaders("*");
        message.setHeader("ETag", tag);
        if (known != null && (known.strip().equals("*") || names(known, tag))) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
            message.setBody(null);
        }
    }

    /** Weak, since what stands between may compress. */
    private static String of(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "W/\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean names(String known, String tag) {
        return Arrays.stream(known.split(",")).map(String::strip).anyMatch(tag::equals);
    }
}
