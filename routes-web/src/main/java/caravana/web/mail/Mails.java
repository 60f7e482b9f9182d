package caravana.web.mail;

import caravana.web.http.Problem;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** The settings and checks that calls need before they queue a mail. */
@Component
public class Mails {

    private static final int UNAVAILABLE = 503;

    private final MailProperties settings;

    Mails(MailProperties settings) {
        this.settings = settings;
    }

    /** Returns whether this deployment can send mails. */
    public boolean isConfigured() {
        return settings.configured();
    }

    /** @throws Problem 503 {@code mail_not_configured} when this deployment cannot send mails */
    public void requireConfigured() {
        if (!isConfigured()) {
            // No Retry-After: a missing setting does not change within seconds.
            throw new Problem(
                    UNAVAILABLE,
                    "mail_not_configured",
                    "This server cannot send mails: its operator must set CARAVANA_SMTP_HOST.",
                    null);
        }
    }

    /** Returns how long a link to reset the password or change the e-mail address is valid. */
    public Duration linkLife() {
        return settings.linkLife();
    }

    /** Returns how long a link that confirms the address of a sign-up is valid. */
    public Duration verificationLife() {
        return settings.verificationLife();
    }

    /** Returns the limits of requested mails. */
    public MailProperties.Limits limits() {
        return settings.limits();
    }

    /**
     * Returns the language of the mail: {@code es} or {@code en}.
     *
     * @param accepted the header {@code Accept-Language}; null for none
     */
    public String language(String accepted) {
        return MailText.language(accepted);
    }
}
