package caravana.web.identity;

import caravana.web.http.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Tells who makes a request. */
public final class Callers {

    private Callers() {}

    /** The caller of this thread's request, as its token says; null for nobody. */
    public static Caller current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (!(authentication instanceof JwtAuthenticationToken token)) {
            return null;
        }
        return new Caller(id(token.getToken()));
    }

    /** When the token of this thread's request expires; never, if it does not say. */
    public static Instant currentUntil() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        Instant until = authentication instanceof JwtAuthenticationToken token
                ? token.getToken().getExpiresAt()
                : null;
        return until == null ? Instant.MAX : until;
    }

    /** Our own subjects are UUIDs; another issuer's become one, always the same, and no other issuer's. */
    private static UUID id(Jwt token) {
        String issuer = token.getClaimAsString("iss");
        if (Tokens.ISSUER.equals(issuer)) {
            return UUID.fromString(token.getSubject());
        }
        return UUID.nameUUIDFromBytes((issuer + " " + token.getSubject()).getBytes(StandardCharsets.UTF_8));
    }
}
