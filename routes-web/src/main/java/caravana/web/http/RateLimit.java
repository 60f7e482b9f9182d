package caravana.web.http;

import jakarta.servlet.http.HttpServletResponse;

/**
 * How many more calls a client may make now, for the headers {@code RateLimit-Policy} and {@code RateLimit}
 * (draft-ietf-httpapi-ratelimit-headers-10).
 *
 * @param policy the name of the limit
 * @param quota calls within the window
 * @param windowSeconds how long it takes until that many calls are forgotten
 * @param remaining calls that need not wait
 * @param resetSeconds until a further one is
 */
public record RateLimit(String policy, long quota, long windowSeconds, long remaining, long resetSeconds) {

    /** The exchange property by which a route's answer gets them. */
    public static final String PROPERTY = "rate_limit";

    /** Writes the headers. */
    public void write(HttpServletResponse response) {
        response.setHeader("RateLimit-Policy", "\"%s\";q=%d;w=%d".formatted(policy, quota, windowSeconds));
        response.setHeader("RateLimit", "\"%s\";r=%d;t=%d".formatted(policy, remaining, resetSeconds));
    }
}
