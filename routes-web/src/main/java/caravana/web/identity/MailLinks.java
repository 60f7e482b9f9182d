package caravana.web.identity;

import caravana.web.http.Problem;
import java.security.SecureRandom;
import java.util.Base64;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The tokens in mailed links. The database stores only their hashes. */
@Component("mailLinks")
public class MailLinks {

    private static final int TOKEN_BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /** Makes a token, and sets the properties {@code link_token} and {@code link_hash}. */
    public void make(Exchange exchange) {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        exchange.setProperty("link_token", text);
        exchange.setProperty("link_hash", Sessions.hash(text));
    }

    /**
     * Returns the refusal of an invalid link. It is the same for all reasons, so that it reveals nothing about
     * accounts.
     */
    static Problem invalid() {
        return new Problem(
                400,
                "link_invalid",
                "The link is not valid: it was used, has expired, a newer one was sent, or it belongs "
                        + "to another account. Request another link.");
    }
}
