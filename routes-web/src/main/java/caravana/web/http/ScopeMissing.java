package caravana.web.http;

/** 403: an API key does not permit the call or a part of it. */
public final class ScopeMissing extends Problem {

    private static final long serialVersionUID = 1L;

    private final String scope;

    /**
     * {@code insufficient_scope}: a key with another scope may make the call.
     *
     * @param scope the missing scope
     */
    public ScopeMissing(String scope, String detail) {
        super(403, "insufficient_scope", detail);
        this.scope = scope;
    }

    private ScopeMissing() {
        super(403, "not_for_api_keys", "No API key may make this call. Log in, and send the token of the log-in.");
        this.scope = null;
    }

    /** Returns {@code not_for_api_keys}: no key may make the call. */
    public static ScopeMissing ofAnyKey() {
        return new ScopeMissing();
    }

    @Override
    public String getChallenge() {
        return CHALLENGE + ", error=\"insufficient_scope\"" + (scope == null ? "" : ", scope=\"" + scope + "\"");
    }
}
