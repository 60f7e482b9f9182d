package caravana.web.caller;

import caravana.web.caller.Caller.Priorities;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Determines the {@link Caller} of a request. */
public final class Callers {

    /** Before a role's name, as Spring Security wants it. */
    public static final String ROLE_PREFIX = "ROLE_";

    /** The {@code iss} of the tokens that this app signs. */
    public static final String OWN_ISSUER = "caravana";

    /** The claim of our own tokens that says to the millisecond when the token was issued. */
    public static final String ISSUED_MILLIS = "issued_ms";

    private Callers() {}

    /** The caller of this thread's request; null for a request without credentials. */
    public static Caller current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication instanceof KeyAuthentication key) {
            return key.getPrincipal();
        }
        return authentication instanceof JwtAuthenticationToken token ? of(token) : null;
    }

    /** The caller that a token names. */
    public static Caller of(JwtAuthenticationToken token) {
        List<String> roles = token.getAuthorities().stream()
                .map(authority -> authority.getAuthority().substring(ROLE_PREFIX.length()))
                .sorted()
                .toList();
        return new Caller(id(token.getToken()), email(token.getToken()), roles, Priorities.of(roles));
    }

    /** When a token was issued, to the millisecond if it has that claim; null when it has neither claim. */
    public static Instant issuedAt(JwtAuthenticationToken token) {
        return token.getToken().getClaims().get(ISSUED_MILLIS) instanceof Number millis
                ? Instant.ofEpochMilli(millis.longValue())
                : token.getToken().getIssuedAt();
    }

    /** When the token or key of this thread's request expires; never, if it does not say. */
    public static Instant currentUntil() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        Instant until = null;
        if (authentication instanceof JwtAuthenticationToken token) {
            until = token.getToken().getExpiresAt();
        } else if (authentication instanceof KeyAuthentication key) {
            until = key.expiresAt();
        }
        return until == null ? Instant.MAX : until;
    }

    /** An issuer may put anything there. */
    private static String email(Jwt token) {
        return token.getClaims().get("email") instanceof String email ? email : null;
    }

    /** Our own subjects are UUIDs; another issuer's become one, always the same, and no other issuer's. */
    private static UUID id(Jwt token) {
        String issuer = token.getClaimAsString("iss");
        if (OWN_ISSUER.equals(issuer)) {
            return UUID.fromString(token.getSubject());
        }
        return UUID.nameUUIDFromBytes((issuer + " " + token.getSubject()).getBytes(StandardCharsets.UTF_8));
    }
}
