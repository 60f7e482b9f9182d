package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import caravana.web.mail.Mails;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** The steps of the calls that send a mail, or use the link in one. */
@Component("accountMails")
public class AccountMails {

    private static final int CONFLICT = 409;

    private final Accounts accounts;
    private final Mails mails;
    private final MailThrottle throttle;
    private final KnownSources knownSources;
    private final ObjectMapper json;

    AccountMails(Accounts accounts, Mails mails, MailThrottle throttle, KnownSources knownSources, ObjectMapper json) {
        this.accounts = accounts;
        this.mails = mails;
        this.throttle = throttle;
        this.knownSources = knownSources;
        this.json = json;
    }

    /**
     * Reads a request for a link that resets a password. Sets the property {@code order} with {@code email}, {@code
     * language} and {@code seconds}, the validity of the link.
     *
     * @throws Problem 404 {@code accounts_elsewhere}; 429 {@code too_many_mails}; 503 {@code mail_not_configured}
     */
    @StepOnly
    public void readReset(Exchange exchange) throws JsonProcessingException {
        accounts.checkKeptHere();
        order(body(exchange).get("email"), mails.linkLife(), exchange);
        count(exchange);
    }

    /**
     * Reads a request for a link that confirms the caller's own address. Sets the same property as {@link #readReset}.
     *
     * @param account the caller's row
     * @throws Problem 409 {@code already_verified}; otherwise as {@link #readReset}
     */
    @StepOnly
    public void readVerification(@Variable("own_account") Map<String, Object> account, Exchange exchange) {
        accounts.checkKeptHere();
        checkExists(account);
        if (Boolean.TRUE.equals(account.get("verified"))) {
            throw new Problem(CONFLICT, "already_verified", "The e-mail address is already confirmed.");
        }
        order(account.get("email"), mails.verificationLife(), exchange);
        count(exchange);
    }

    /**
     * Reads a change of the e-mail address of the caller's account; {@link #count} counts it after the check of the
     * password.
     *
     * @param account the caller's row
     * @throws Problem 404 {@code accounts_elsewhere}; 503 {@code mail_not_configured}
     */
    @StepOnly
    public void readChange(@Variable("own_account") Map<String, Object> account, Exchange exchange)
            throws JsonProcessingException {
        accounts.checkKeptHere();
        checkExists(account);
        order(body(exchange).get("email"), mails.linkLife(), exchange);
    }

    private Map<?, ?> body(Exchange exchange) throws JsonProcessingException {
        return json.readValue(exchange.getMessage().getBody(String.class), Map.class);
    }

    private static void checkExists(Map<String, Object> account) {
        if (account == null) {
            throw PasswordChanges.deleted();
        }
    }

    private void order(Object email, Duration linkLife, Exchange exchange) {
        mails.requireConfigured();
        exchange.setProperty(
                "order",
                Map.of(
                        "email",
                        Accounts.email(email),
                        "language",
                        language(exchange),
                        "seconds",
                        linkLife.toSeconds()));
    }

    private String language(Exchange exchange) {
        return mails.language(Accounts.request(exchange).getHeader("Accept-Language"));
    }

    /**
     * Counts a mail.
     *
     * @throws Problem 429 {@code too_many_mails}
     */
    @StepOnly
    public void count(Exchange exchange) {
        throttle.begin(
                (String) exchange.getProperty("order", Map.class).get("email"),
                Accounts.source(exchange),
                limit -> exchange.setProperty(RateLimit.PROPERTY, limit));
    }

    /**
     * Checks the result of {@code order-change.sql}.
     *
     * @param account null when the password has changed since it was checked
     * @throws Problem 409 {@code password_changed}
     */
    public void checkOrdered(@Body Object account) {
        if (account == null) {
            throw new Problem(
                    CONFLICT,
                    "password_changed",
                    "Another call changed the password at the same time. Log in with the new password.");
        }
    }

    /** Composes the answer to a call that has queued a mail. */
    public Map<String, Object> ordered(@ExchangeProperty("order") Map<String, Object> order) {
        return Map.of("link_expires_in", order.get("seconds"));
    }

    /**
     * Reads the token of a link, and sets the property {@code presented_hash}.
     *
     * @throws Problem 404 {@code accounts_elsewhere}
     */
    public void readConfirmation(Exchange exchange) throws JsonProcessingException {
        accounts.checkKeptHere();
        exchange.setProperty(
                "presented_hash", Sessions.hash((String) body(exchange).get("token")));
    }

    /**
     * Composes the answer to the confirmation of an address.
     *
     * @param row of {@code confirm-email.sql}; null when the link is not valid
     * @throws Problem 400 {@code link_invalid}; 409 {@code email_taken}
     */
    @StepOnly
    public Map<String, Object> confirmed(@Body Map<String, Object> row) {
        if (row == null) {
            throw MailLinks.invalid();
        }
        Object email = row.get("email_address");
        if (email == null) {
            throw new Problem(
                    CONFLICT,
                    "email_taken",
                    "Another account has taken this e-mail address in the meantime. Log in to that "
                            + "account, or choose another address.");
        }
        if (!email.equals(row.get("former_address"))) {
            knownSources.forget((String) row.get("former_address"));
        }
        return Map.of("email", email);
    }
}
