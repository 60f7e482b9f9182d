package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** The steps of setting a new password with a mailed link. */
@Component("passwordResets")
public class PasswordResets {

    private final Accounts accounts;
    private final PasswordHashing passwords;
    private final LogInAttempts attempts;
    private final ObjectMapper json;

    PasswordResets(Accounts accounts, PasswordHashing passwords, LogInAttempts attempts, ObjectMapper json) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.attempts = attempts;
        this.json = json;
    }

    /**
     * Reads the properties {@code email}, {@code presented_hash} and {@code new_password}. Begins an attempt, the property
     * {@code attempt}, which {@link #check} or {@link Accounts#leave} ends.
     *
     * @throws Problem 400 {@code passwords_differ}; 404 {@code accounts_elsewhere}; 429 {@code too_many_attempts}
     */
    @StepOnly
    public void read(@Body String body, Exchange exchange) throws JsonProcessingException {
        accounts.checkKeptHere();
        JsonNode reset = json.readTree(body);
        String wanted = Accounts.chosen(
                reset.path("password1").textValue(), reset.path("password2").textValue());
        String email = Accounts.email(reset.path("email").textValue());
        exchange.setProperty("email", email);
        exchange.setProperty("presented_hash", Sessions.hash(reset.path("token").textValue()));
        exchange.setProperty("new_password", wanted);
        exchange.setProperty(
                "attempt",
                attempts.begin(
                        email, Accounts.source(exchange), limit -> exchange.setProperty(RateLimit.PROPERTY, limit)));
    }

    /**
     * Hashes the new password into the property {@code new_hash}.
     *
     * @param link the account of the link; null when the link is not valid
     * @throws Problem 400 {@code link_invalid}; 503 {@code busy}
     */
    @StepOnly
    public void check(
            @Body Object link,
            @ExchangeProperty("attempt") LogInAttempts.Attempt attempt,
            @ExchangeProperty("new_password") String password,
            Exchange exchange) {
        if (link == null) {
            attempts.wrong(attempt);
            throw MailLinks.invalid();
        }
        exchange.setProperty("new_hash", passwords.hash(password, Accounts.source(exchange)));
        attempts.right(attempt);
    }

    /**
     * Checks the result of {@code reset-password.sql}.
     *
     * @param account null when the link was used in the meantime
     * @throws Problem 400 {@code link_invalid}
     */
    public void done(@Body Object account) {
        if (account == null) {
            throw MailLinks.invalid();
        }
    }
}
