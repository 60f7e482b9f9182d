package caravana.web.http;

/** 429: a client has reached a limit. The answer names it. */
public final class TooMany extends Problem {

    private static final long serialVersionUID = 1L;

    private final transient RateLimit limit;

    /**
     * @param retryAfter seconds after which a retry may succeed
     * @param limit the limit that was reached
     */
    public TooMany(String code, String detail, int retryAfter, RateLimit limit) {
        super(429, code, detail, retryAfter);
        this.limit = limit;
    }

    RateLimit limit() {
        return limit;
    }
}
