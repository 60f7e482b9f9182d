package caravana.web.caller;

import java.time.Instant;
import java.util.Set;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** The authentication of a request by an API key. */
public final class KeyAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;
    private final String hash;
    private final String prefix;
    private final Set<String> scopes;
    private final Instant expiresAt;

    /**
     * @param caller the account that the key belongs to, with the roles that the key has
     * @param hash the stored hash of the key, see {@link KeyText#hash}
     * @param prefix the first characters of the key
     * @param scopes what the key permits
     * @param expiresAt when the key expires; null for never
     */
    public KeyAuthentication(Caller caller, String hash, String prefix, Set<String> scopes, Instant expiresAt) {
        super(caller.roles().stream()
                .map(role -> new SimpleGrantedAuthority(Callers.ROLE_PREFIX + role))
                .toList());
        this.caller = caller;
        this.hash = hash;
        this.prefix = prefix;
        this.scopes = scopes;
        this.expiresAt = expiresAt;
        setAuthenticated(true);
    }

    /** Returns the stored hash of the key. */
    public String hash() {
        return hash;
    }

    /** Returns the first characters of the key. */
    public String prefix() {
        return prefix;
    }

    public boolean hasScope(String scope) {
        return scopes.contains(scope);
    }

    Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    /** Returns an empty value: the key is not kept. */
    @Override
    public Object getCredentials() {
        return null;
    }
}
