package caravana.web.credential;

import caravana.web.caller.Callers;
import caravana.web.caller.KeyAuthentication;
import caravana.web.http.Problem;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;

/** Decides whether tokens and keys with a valid signature or checksum are still valid. */
@Component
public class Credentials {

    private final KnownKeys keys;
    private final AccountStates accounts;

    Credentials(KnownKeys keys, AccountStates accounts) {
        this.keys = keys;
        this.accounts = accounts;
    }

    /** @throws CredentialRefusedException see {@link AccountStates#check} and {@link KnownKeys#check} */
    public void check(Authentication authentication) {
        if (authentication instanceof KeyAuthentication key) {
            keys.check(key.hash());
        } else if (authentication instanceof JwtAuthenticationToken token) {
            accounts.check(Callers.of(token).id(), Callers.issuedAt(token));
        }
    }

    /**
     * Returns whether a request that was accepted would still be accepted.
     *
     * @throws Problem 429 or 503 when the state of the credential is unknown
     */
    public boolean hold(Authentication authentication) {
        try {
            check(authentication);
            return true;
        } catch (CredentialRefusedException refused) {
            int status = refused.problem().getStatus();
            if (status != 401 && status != 403) {
                throw refused.problem();
            }
            return false;
        }
    }
}
