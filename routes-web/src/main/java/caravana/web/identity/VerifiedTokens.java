package caravana.web.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Caches for a minute which tokens have a valid signature: programs poll with the same token, and verifying a signature
 * takes longer than most of their calls. The claims, including the expiry, are checked for each request.
 */
final class VerifiedTokens implements JwtDecoder {

    /** How long a token may still be accepted after its signing key was withdrawn. */
    private static final Duration LIFE = Duration.ofMinutes(1);

    /** The most characters of all cached tokens. Their decoded claims occupy three times as much memory. */
    private static final long MOST_CHARACTERS = 2L << 20;

    private final JwtDecoder verifier;
    private final OAuth2TokenValidator<Jwt> rules;
    private final Cache<String, Jwt> verified = Caffeine.newBuilder()
            .expireAfterWrite(LIFE)
            .maximumWeight(MOST_CHARACTERS)
            .weigher((String token, Jwt read) -> token.length())
            .executor(Runnable::run)
            .build();

    /**
     * @param verifier verifies a token's signature and the rules
     * @param rules are checked again for each request with a cached token
     */
    VerifiedTokens(JwtDecoder verifier, OAuth2TokenValidator<Jwt> rules) {
        this.verifier = verifier;
        this.rules = rules;
    }

    /**
     * @throws org.springframework.security.oauth2.jwt.JwtException when the verifier throws it, or a rule is
     *     violated
     */
    @Override
    public Jwt decode(String token) {
        Jwt known = verified.getIfPresent(token);
        if (known != null && !rules.validate(known).hasErrors()) {
            return known;
        }
        Jwt read = verifier.decode(token);
        verified.put(token, read);
        return read;
    }

    /** Forgets all tokens, because the keys have changed. */
    void forget() {
        verified.invalidateAll();
    }
}
