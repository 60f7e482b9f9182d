package caravana.web.identity;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Keyed hashes that replace e-mail addresses and IP addresses in Redis, so that Redis does not contain these addresses.
 * The key is derived from the key that signs tokens: all nodes have it, and Redis does not. A new signing key changes
 * all pseudonyms.
 */
@Component
class Pseudonyms {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    Pseudonyms(IdentityProperties identity) {
        // With an outside issuer, nobody logs in or signs up here, so no pseudonyms are needed.
        String secret = "pseudonyms:" + identity.signingKey();
        this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** Returns the pseudonym of these parts. It is the same on every node. */
    String of(String... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] hash = mac.doFinal(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
