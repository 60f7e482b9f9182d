package caravana.web.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** Decodes and verifies the tokens of an outside issuer. */
final class OutsideIssuer implements JwtDecoder, AutoCloseable {

    /** The algorithms with public keys that the JDK can verify. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final IssuerKeys keys;
    private final NimbusJwtDecoder verifier;
    private final VerifiedTokens tokens;

    /** @throws SettingRefusedException when the issuer's address is invalid, or no audience is set */
    OutsideIssuer(IdentityProperties identity) {
        checkAddress(identity.issuerUri());
        if (identity.audience().isBlank()) {
            throw new SettingRefusedException(
                    "JWT_ISSUER_URI is set and JWT_AUDIENCE is not. Without it, web would accept tokens that the issuer"
                            + " made for other applications.",
                    "Set JWT_AUDIENCE to the value that the issuer puts into `aud` of access tokens for this API; of"
                            + " Cognito's, to the id of the app client.");
        }
        OAuth2TokenValidator<Jwt> rules = TokenRules.ofOutside(identity.issuerUri(), identity.audience());
        this.tokens = new VerifiedTokens(this::verify, rules);
        this.keys = new IssuerKeys(new IssuerMetadata(identity.issuerUri()), tokens::forget);
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                // The type of RFC 9068, in both forms that RFC 7515 allows for a media type.
                new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), JOSEObjectType.JWT, null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        // The claims are checked by the rules.
        processor.setJWTClaimsSetVerifier((claims, context) -> {});
        this.verifier = new NimbusJwtDecoder(processor);
        verifier.setJwtValidator(rules);
    }

    private static void checkAddress(String issuer) {
        try {
            URI address = new URI(issuer);
            if (!Set.of("http", "https").contains(String.valueOf(address.getScheme()))
                    || address.getHost() == null
                    || address.getRawQuery() != null
                    || address.getRawFragment() != null) {
                throw new URISyntaxException(issuer, "not an address of an issuer");
            }
        } catch (URISyntaxException e) {
            throw new SettingRefusedException(
                    "JWT_ISSUER_URI is \"" + issuer + "\", which is not the address of an issuer.",
                    "Set it to the issuer's address as it stands in `iss` of its tokens, such as"
                            + " https://login.example.org/realms/videos.");
        }
    }

    /** @throws IssuerUnavailableException when the keys to verify the token are not available */
    @Override
    public Jwt decode(String token) {
        return tokens.decode(token);
    }

    private Jwt verify(String token) {
        try {
            return verifier.decode(token);
        } catch (JwtException e) {
            if (e.getCause() instanceof IssuerUnavailableException unavailable) {
                throw unavailable;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        keys.close();
    }
}
