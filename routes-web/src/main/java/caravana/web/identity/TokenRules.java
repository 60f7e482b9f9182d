package caravana.web.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/** The claims that a token must have, besides its signature. Clients see the descriptions. */
final class TokenRules {

    /** The claim {@code typ} of Keycloak's tokens that are not access tokens. */
    private static final Set<String> NOT_FOR_CALLS = Set.of("id", "refresh", "offline", "logout");

    /** The largest difference between the issuer's clock and ours. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    private TokenRules() {}

    /** Returns the rules for our own tokens. */
    static OAuth2TokenValidator<Jwt> ofOurs(String issuer) {
        return new DelegatingOAuth2TokenValidator<>(
                rule("The token is from another issuer (iss).", token -> issuer.equals(token.getClaimAsString("iss"))),
                rule("The token has no subject (sub).", TokenRules::hasSubject),
                rule("The token has no expiry (exp).", token -> token.getExpiresAt() != null),
                rule(
                        "The token has expired.",
                        token -> token.getExpiresAt() == null
                                || token.getExpiresAt().isAfter(Instant.now().minus(CLOCK_SKEW))),
                rule(
                        "The token is not valid yet (nbf).",
                        token -> token.getNotBefore() == null
                                || token.getNotBefore().isBefore(Instant.now().plus(CLOCK_SKEW))));
    }

    /** Returns the rules for tokens of an outside issuer, which may also issue tokens for other applications. */
    static OAuth2TokenValidator<Jwt> ofOutside(String issuer, String audience) {
        return new DelegatingOAuth2TokenValidator<>(
                ofOurs(issuer),
                rule(
                        "The token is for another audience (aud); ask the issuer for one for this API.",
                        token -> isFor(audience, token)),
                rule("The token is not an access token.", TokenRules::isAccessToken));
    }

    private static boolean hasSubject(Jwt token) {
        return token.getSubject() != null && !token.getSubject().isBlank();
    }

    /**
     * Returns whether the token is for this API. Cognito's access tokens have no audience; their client id is compared
     * instead.
     */
    private static boolean isFor(String audience, Jwt token) {
        return token.getAudience() == null
                ? "access".equals(token.getClaim("token_use")) && audience.equals(token.getClaim("client_id"))
                : token.getAudience().contains(audience);
    }

    /**
     * Returns whether the token is an access token. An ID token only says who logged in, and permits no calls. If its
     * audience is the API's, it is recognized by claims that only ID tokens have.
     */
    private static boolean isAccessToken(Jwt token) {
        Object use = token.getClaim("token_use");
        String type = String.valueOf(token.getClaims().get("typ")).toLowerCase(Locale.ROOT);
        String headerType = String.valueOf(token.getHeaders().get("typ")).toLowerCase(Locale.ROOT);
        boolean declared = "access".equals(use) || type.equals("bearer") || headerType.endsWith("at+jwt");
        boolean otherUse = use != null && !"access".equals(use);
        boolean bound = token.hasClaim("at_hash") || token.hasClaim("c_hash");
        // Older versions of Keycloak also put the nonce into access tokens, and declare these as bearer tokens.
        boolean nonce = token.hasClaim("nonce") && !declared;
        return !otherUse && !NOT_FOR_CALLS.contains(type) && !bound && !nonce;
    }

    private static OAuth2TokenValidator<Jwt> rule(String otherwise, Predicate<Jwt> holds) {
        OAuth2TokenValidatorResult refused =
                OAuth2TokenValidatorResult.failure(new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, otherwise, null));
        return token -> holds.test(token) ? OAuth2TokenValidatorResult.success() : refused;
    }
}
