package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SigningKeyTest {

    @Test
    void pemOrItsBase64IsRead() throws Exception {
        KeyPair pair = pair(2048);
        String base64 = Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded());
        String lines = Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
        String pem = "-----BEGIN PRIVATE KEY-----\n" + lines + "\n-----END PRIVATE KEY-----\n";

        for (String text : new String[] {base64, pem, pem.replaceAll("\\R", "\\\\n"), pem.replaceAll("\\R", "")}) {
            assertThat(SigningKey.parse(text).toRSAPublicKey()).isEqualTo(pair.getPublic());
        }
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutBeingRepeated() throws Exception {
        String tooShort =
                Base64.getEncoder().encodeToString(pair(1024).getPrivate().getEncoded());
        assertRefused("", "is not set");
        assertRefused(null, "is not set");
        assertRefused("my secret", "is not an RSA key");
        assertRefused("bXkgc2VjcmV0", "is not an RSA key");
        assertRefused(tooShort, "shorter than 2048 bits");
    }

    private static void assertRefused(String text, String why) {
        assertThatThrownBy(() -> SigningKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("JWT_PRIVATE_KEY")
                .hasMessageContaining(why)
                .hasNoCause()
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain(text == null || text.isEmpty() ? "no such text" : text));
    }

    private static KeyPair pair(int bits) throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(bits);
        return keys.generateKeyPair();
    }
}
