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

    /** Spring Security's prefix of role names. */
    public static final String ROLE_PREFIX = "ROLE_";

    /** The {@code iss} of the tokens that this app signs. */
    public static final String OWN_ISSUER = "caravana";

    /** The claim of our own tokens with the time of issue in milliseconds. */
    public static final String ISSUED_MILLIS = "issued_ms";

    private Callers() {}

    /** Returns the caller of this thread's request; null for a request without credentials. */
    public static Caller current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication instanceof KeyAuthentication key) {
            return key.getPrincipal();
        }
        return authentication instanceof JwtAuthenticationToken token ? of(token) : null;
    }

    /** Returns the caller that a token identifies. */
    public static Caller of(JwtAuthenticationToken token) {
        List<String> roles = token.getAuthorities().stream()
                .map(authority -> authority.getAuthority().substring(ROLE_PREFIX.length()))
                .sorted()
                .toList();
        return new Caller(id(token.getToken()), email(token.getToken()), roles, Priorities.of(roles));
    }

    /**
     * Returns when a token was issued, to the millisecond if the token has that claim; null without a time of issue.
     */
    public static Instant issuedAt(JwtAuthenticationToken token) {
        return token.getToken().getClaims().get(ISSUED_MILLIS) instanceof Number millis
                ? Instant.ofEpochMilli(millis.longValue())
                : token.getToken().getIssuedAt();
    }

    /** Returns when the token or key of this thread's request expires; {@link Instant#MAX} when it does not expire. */
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

    /** Returns the claim only if it is a text: an outside issuer may put anything into it. */
    private static String email(Jwt token) {
        return token.getClaims().get("email") instanceof String email ? email : null;
    }

    /**
     * Returns the account's id. The subjects of our tokens are UUIDs. The subject of another issuer is mapped to a
     * UUID: always the same one, and a different one for each issuer.
     */
    private static UUID id(Jwt token) {
        String issuer = token.getClaimAsString("iss");
        if (OWN_ISSUER.equals(issuer)) {
            return UUID.fromString(token.getSubject());
        }
        return UUID.nameUUIDFromBytes((issuer + " " + token.getSubject()).getBytes(StandardCharsets.UTF_8));
    }
}
