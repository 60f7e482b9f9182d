package caravana.web.identity;

import caravana.web.caller.Callers;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.stereotype.Component;

/** Issues and verifies the tokens of accounts that Caravana keeps: JWTs, signed with RS256. */
@Component("tokens")
public class Tokens {

    private final IdentityProperties identity;
    private final RSAKey key;
    private final NimbusJwtEncoder encoder;

    /** @throws SettingRefusedException when there is neither a signing key nor an outside issuer */
    Tokens(IdentityProperties identity) {
        this.identity = identity;
        this.key = identity.outside() ? null : SigningKey.parse(identity.signingKey());
        this.encoder = key == null ? null : new NimbusJwtEncoder(new ImmutableJWKSet<>(new JWKSet(key)));
    }

    /**
     * Composes the answer to a log-in.
     *
     * @param account the account's row
     */
    public Map<String, Object> issue(@ExchangeProperty("account") Map<String, Object> account) {
        Instant now = Instant.now();
        JwtClaimsSet claims = JwtClaimsSet.builder()
                .issuer(Callers.OWN_ISSUER)
                .subject((String) account.get("id"))
                .issuedAt(now)
                .expiresAt(now.plus(identity.tokenLife()))
                .claim(identity.rolesClaim(), List.of(account.get("role")))
                // The database's clock, which also decides when tokens end; iat has only whole seconds.
                .claim(Callers.ISSUED_MILLIS, account.get("issued_ms"))
                .build();
        String token = encoder.encode(JwtEncoderParameters.from(claims)).getTokenValue();
        return Map.of(
                "access_token",
                token,
                "token_type",
                "bearer",
                "expires_in",
                identity.tokenLife().toSeconds());
    }

    /** Returns the decoder of our own tokens. */
    JwtDecoder decoder() {
        try {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withPublicKey(key.toRSAPublicKey())
                    .signatureAlgorithm(SignatureAlgorithm.RS256)
                    .build();
            OAuth2TokenValidator<Jwt> rules = TokenRules.ofOurs(Callers.OWN_ISSUER);
            decoder.setJwtValidator(rules);
            return new VerifiedTokens(decoder, rules);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
