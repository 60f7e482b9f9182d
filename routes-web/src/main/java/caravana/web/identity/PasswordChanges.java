package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** The steps of the calls that require the password of the caller's account. */
@Component("passwordChanges")
public class PasswordChanges {

    private final Accounts accounts;
    private final PasswordHashing passwords;
    private final LogInAttempts attempts;
    private final ObjectMapper json;

    PasswordChanges(Accounts accounts, PasswordHashing passwords, LogInAttempts attempts, ObjectMapper json) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.attempts = attempts;
        this.json = json;
    }

    /**
     * Reads the current and the new password into the properties {@code password} and {@code new_password}, and the
     * account's row into the property {@code account}. Begins an attempt (property {@code attempt}), which {@link
     * #check} or {@link Accounts#leave} ends.
     *
     * @param account the caller's row
     * @throws Problem 400 {@code passwords_differ}; 401 when the account was deleted; 404 {@code
     *     accounts_elsewhere}; 429 {@code too_many_attempts}
     */
    @StepOnly
    public void read(@Body String body, @Variable("own_account") Map<String, Object> account, Exchange exchange)
            throws JsonProcessingException {
        accounts.checkKeptHere();
        JsonNode change = json.readTree(body);
        String wanted = Accounts.chosen(
                change.path("password1").textValue(), change.path("password2").textValue());
        begin(account, change.path("current_password").textValue(), exchange);
        exchange.setProperty("new_password", wanted);
    }

    /**
     * Reads the password of a call that needs only the current one. Sets the same properties as {@link #read}, except
     * {@code new_password}.
     *
     * @throws Problem 400 without a password; 401 when the account was deleted; 429 {@code too_many_attempts}
     */
    @StepOnly
    public void enter(@Body String body, @Variable("own_account") Map<String, Object> account, Exchange exchange)
            throws JsonProcessingException {
        String password = json.readTree(body).path("password").textValue();
        if (password == null) {
            throw Problem.invalid("The field password is missing. Send the account's password.");
        }
        begin(account, password, exchange);
    }

    private void begin(Map<String, Object> account, String password, Exchange exchange) {
        if (account == null) {
            throw deleted();
        }
        exchange.setProperty("account", account);
        exchange.setProperty("password", password);
        exchange.setProperty(
                "attempt",
                attempts.begin(
                        (String) account.get("email"),
                        Accounts.source(exchange),
                        limit -> exchange.setProperty(RateLimit.PROPERTY, limit)));
    }

    static Problem deleted() {
        return new Problem(401, "unauthenticated", "The account does not exist any more.");
    }

    /**
     * Checks the current password.
     *
     * @throws Problem 403 {@code wrong_password}; 503 {@code busy}
     */
    @StepOnly
    public void check(
            @ExchangeProperty("account") Map<String, Object> account,
            @ExchangeProperty("password") String password,
            @ExchangeProperty("attempt") LogInAttempts.Attempt attempt) {
        if (!passwords.matches(password, (String) account.get("password_hash"), attempt.caller())) {
            attempts.wrong(attempt);
            throw new Problem(403, "wrong_password", "This is not the account's password.");
        }
        attempts.right(attempt);
    }

    /**
     * Hashes the new password into the property {@code new_hash}.
     *
     * @throws Problem 503 {@code busy}
     */
    public void hash(@ExchangeProperty("new_password") String password, Exchange exchange) {
        exchange.setProperty("new_hash", passwords.hash(password, Accounts.source(exchange)));
    }

    /**
     * Checks the result of {@code change-password.sql}, and sets the property {@code account}.
     *
     * @param row null when the password has changed since it was checked
     * @throws Problem 409 {@code password_changed}
     */
    public void changed(@Body Map<String, Object> row, Exchange exchange) {
        if (row == null) {
            throw new Problem(
                    409,
                    "password_changed",
                    "Another call changed the password at the same time. Log in with the new password.");
        }
        exchange.setProperty("account", row);
    }
}
