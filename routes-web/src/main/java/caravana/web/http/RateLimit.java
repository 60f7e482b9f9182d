package caravana.web.http;

import jakarta.servlet.http.HttpServletResponse;

/**
 * How many more calls a client may make now, for the headers {@code RateLimit-Policy} and {@code RateLimit}
 * (draft-ietf-httpapi-ratelimit-headers-10). Both are lists of structured fields (RFC 9651): a call may have several
 * limits.
 *
 * @param policy the name of the limit
 * @param quota calls within the window, or concurrent calls
 * @param windowSeconds seconds after which so many calls are forgotten; 0 for a limit of concurrent calls
 * @param remaining calls that are possible now
 * @param resetSeconds seconds until one more call is possible; 0 for a limit of concurrent calls, because their
 *     ends are unknown
 */
public record RateLimit(String policy, long quota, long windowSeconds, long remaining, long resetSeconds) {

    /** The exchange property with the limits for a route's answer. */
    public static final String PROPERTY = "rate_limit";

    private static final String POLICY = "RateLimit-Policy";
    private static final String STATE = "RateLimit";

    /** Returns a limit of concurrent calls. */
    public static RateLimit atOnce(String policy, long quota, long remaining) {
        return new RateLimit(policy, quota, 0, remaining, 0);
    }

    /** Adds the headers in front of other limits that the answer has already. */
    public void write(HttpServletResponse response) {
        boolean timed = windowSeconds > 0;
        add(
                response,
                POLICY,
                "\"%s\";q=%d%s"
                        .formatted(policy, quota, timed ? ";w=" + windowSeconds : ";qu=\"concurrent-requests\""));
        add(response, STATE, "\"%s\";r=%d%s".formatted(policy, remaining, timed ? ";t=" + resetSeconds : ""));
    }

    private static void add(HttpServletResponse response, String header, String item) {
        String others = response.getHeader(header);
        response.setHeader(header, others == null ? item : item + ", " + others);
    }
}
