package caravana.web.webhook;

import caravana.web.http.Problem;
import caravana.web.secret.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Signs webhook calls according to <a
 * href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
 * Webhooks</a>.
 */
@Component
class WebhookSecrets {

    private static final String PURPOSE = "webhook secret";
    private static final String PREFIX = "whsec_";
    private static final int BYTES = 32;

    private final SecretBox box;
    private final SecureRandom random = new SecureRandom();

    WebhookSecrets(SecretBox box) {
        this.box = box;
    }

    /**
     * Makes a secret, in the form that its owner gets.
     *
     * @throws Problem 503 {@code unavailable} when this deployment has no key to encrypt it
     */
    String make() {
        if (!box.hasKey()) {
            throw new Problem(
                    503,
                    "unavailable",
                    "This server cannot sign webhook calls: its operator must set CARAVANA_SECRET_KEY.");
        }
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        return PREFIX + Base64.getEncoder().encodeToString(secret);
    }

    /** Returns the secret as the row stores it. */
    String sealed(String secret) {
        return box.seal(PURPOSE, Base64.getDecoder().decode(secret.substring(PREFIX.length())));
    }

    /**
     * Returns the header {@code webhook-signature}, with one signature for each valid secret.
     *
     * @param row {@code secret} and {@code previous_secret} as the row stores them; the second is null for none
     * @param id the header {@code webhook-id}
     * @param timestamp the header {@code webhook-timestamp}
     */
    String signatures(Map<String, Object> row, String id, long timestamp, byte[] body) {
        return Stream.of(row.get("secret"), row.get("previous_secret"))
                .filter(String.class::isInstance)
                .map(secret -> "v1," + signature(box.open(PURPOSE, (String) secret), id + "." + timestamp + ".", body))
                .collect(Collectors.joining(" "));
    }

    private static String signature(byte[] secret, String head, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
