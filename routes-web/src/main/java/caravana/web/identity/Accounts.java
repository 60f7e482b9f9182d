package caravana.web.identity;

import caravana.web.StatementParameters;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** What {@code sign-up} and {@code log-in} do to what they are sent. */
@Component("accounts")
public class Accounts {

    private static final List<String> NAMES = List.of("first_name", "last_name", "city", "country");

    private final IdentityProperties identity;
    private final Passwords passwords;
    private final FailedLogIns failures;
    private final ObjectMapper json;

    Accounts(IdentityProperties identity, Passwords passwords, FailedLogIns failures, ObjectMapper json) {
        this.identity = identity;
        this.passwords = passwords;
        this.failures = failures;
        this.json = json;
    }

    /**
     * The parameters of {@code open-account.sql}. The contract has been checked: every field is there, and no longer
     * than allowed.
     *
     * @throws Problem 400 {@code passwords_differ}
     */
    public void open(Exchange exchange) throws JsonProcessingException {
        checkKeptHere();
        Map<?, ?> form = json.readValue(exchange.getMessage().getBody(String.class), Map.class);
        String password = (String) form.get("password1");
        if (!password.equals(form.get("password2"))) {
            throw new Problem(400, "passwords_differ", "password1 and password2 are not the same.");
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("email", email(form.get("email")));
        parameters.put("password_hash", passwords.hash(password));
        NAMES.forEach(name -> parameters.put(name, ((String) form.get(name)).strip()));
        StatementParameters.set(exchange, parameters);
    }

    /** @throws Problem always: 400 {@code email_taken} */
    public void taken() {
        throw new Problem(400, "email_taken", "There is an account with this e-mail address; log in.");
    }

    /**
     * Reads e-mail and password into the properties {@code email} and {@code password}, and the parameters of
     * {@code find-account.sql}.
     *
     * @throws Problem 400 when they are not there, 429 when there have been too many failures
     */
    public void enter(Exchange exchange) throws JsonProcessingException {
        checkKeptHere();
        HttpServletRequest request =
                exchange.getMessage().getHeader("CamelHttpServletRequest", HttpServletRequest.class);
        Map<?, ?> form = json.readValue(exchange.getMessage().getBody(String.class), Map.class);
        // A form's name for it is OAuth 2's.
        credentials(
                exchange,
                form.containsKey("username") ? form.get("username") : form.get("email"),
                form.get("password"));
        exchange.setProperty("address", request.getRemoteAddr());
        failures.check(exchange.getProperty("email", String.class), request.getRemoteAddr());
    }

    private static void credentials(Exchange exchange, Object email, Object password) {
        if (!(email instanceof String name)
                || !(password instanceof String secret)
                || name.isEmpty()
                || secret.isEmpty()) {
            throw new Problem(400, "invalid_request", "Send the e-mail address as username, and the password.");
        }
        exchange.setProperty("email", email(name));
        exchange.setProperty("password", secret);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("email", email(name));
        StatementParameters.set(exchange, parameters);
    }

    /**
     * Checks the password.
     *
     * @param account a row of {@code find-account.sql}; null when there is none
     * @throws Problem 401 {@code bad_credentials}, the same for a wrong password and an unknown account
     */
    public void check(
            @ExchangeProperty("account") Map<String, Object> account,
            @ExchangeProperty("email") String email,
            @ExchangeProperty("password") String password,
            @ExchangeProperty("address") String address) {
        if (!passwords.matches(password, account == null ? null : (String) account.get("password_hash"))) {
            failures.count(email, address);
            throw new Problem(401, "bad_credentials", "E-mail address or password is wrong.");
        }
        failures.forget(email);
    }

    private void checkKeptHere() {
        if (identity.outside()) {
            throw new Problem(
                    404, "accounts_elsewhere", "Accounts are kept by " + identity.issuerUri() + "; log in there.");
        }
    }

    static String email(Object text) {
        return ((String) text).strip().toLowerCase(Locale.ROOT);
    }
}
