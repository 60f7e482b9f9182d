package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;

class VerifiedTokensTest {

    private static final String ISSUER = "https://login.example.org";

    private final List<String> verified = new ArrayList<>();
    private Instant expiry = Instant.now().plusSeconds(600);
    private final VerifiedTokens tokens = new VerifiedTokens(this::verify, TokenRules.ofOurs(ISSUER));

    @Test
    void aTokenIsVerifiedOnce() {
        Jwt first = tokens.decode("good.one");
        Jwt second = tokens.decode("good.one");
        tokens.decode("good.two");

        assertThat(second).isSameAs(first);
        assertThat(verified).containsExactly("good.one", "good.two");
    }

    @Test
    void oneThatIsRefusedIsNotRemembered() {
        assertThatThrownBy(() -> tokens.decode("bad")).isInstanceOf(BadJwtException.class);
        assertThatThrownBy(() -> tokens.decode("bad")).isInstanceOf(BadJwtException.class);

        assertThat(verified).hasSize(2);
    }

    @Test
    void oneThatHasExpiredSinceIsVerifiedAgain() {
        expiry = Instant.now().minusSeconds(3600);

        tokens.decode("good.old");
        tokens.decode("good.old");

        assertThat(verified).hasSize(2);
    }

    @Test
    void otherKeysMakeItForgetAll() {
        tokens.decode("good.one");

        tokens.forget();
        tokens.decode("good.one");

        assertThat(verified).hasSize(2);
    }

    private Jwt verify(String token) {
        verified.add(token);
        if (!token.startsWith("good")) {
            throw new BadJwtException("The signature is wrong.");
        }
        return Jwt.withTokenValue(token)
                .header("alg", "RS256")
                .issuer(ISSUER)
                .subject("ana")
                .expiresAt(expiry)
                .build();
    }
}
