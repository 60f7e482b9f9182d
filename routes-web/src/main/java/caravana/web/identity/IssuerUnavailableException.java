package caravana.web.identity;

import org.springframework.security.core.AuthenticationException;

/** A token cannot be verified, because the keys of its issuer cannot be fetched. */
final class IssuerUnavailableException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final int retryAfter;

    /** @param retryAfter seconds until the next attempt to fetch the keys, 1 or more */
    IssuerUnavailableException(int retryAfter) {
        super("The keys of the tokens' issuer cannot be fetched");
        this.retryAfter = retryAfter;
    }

    int retryAfter() {
        return retryAfter;
    }
}
