package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.web.credential.AccountStates;
import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import caravana.web.http.Source;
import caravana.web.mail.Mails;
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

/** The beans' part of {@code sign-up} and {@code log-in}. */
@Component("accounts")
public class Accounts {

    private static final List<String> NAMES = List.of("first_name", "last_name", "city", "country");

    private final IdentityProperties identity;
    private final PasswordHashing passwords;
    private final LogInAttempts attempts;
    private final SignUpThrottle signUps;
    private final Mails mails;
    private final ObjectMapper json;

    Accounts(
            IdentityProperties identity,
            PasswordHashing passwords,
            LogInAttempts attempts,
            SignUpThrottle signUps,
            Mails mails,
            ObjectMapper json) {
        this.identity = identity;
        this.passwords = passwords;
        this.attempts = attempts;
        this.signUps = signUps;
        this.mails = mails;
        this.json = json;
    }

    /**
     * Reads a new account into the property {@code account}, and whether it gets a mail, and in which language, into {@code mailed} and
     * {@code mail_language}. The contract has been checked: every field is there, and no
     * longer than allowed.
     *
     * @throws Problem 400 {@code passwords_differ}; 429 {@code too_many_sign_ups}; 503 {@code busy}
     */
    @StepOnly
    public void open(Exchange exchange) throws JsonProcessingException {
        checkKeptHere();
        Map<?, ?> form = json.readValue(exchange.getMessage().getBody(String.class), Map.class);
        String password = chosen((String) form.get("password1"), (String) form.get("password2"));
        Map<String, Object> account = new HashMap<>();
        account.put("email", email(form.get("email")));
        account.put("password_hash", hash(password, exchange));
        NAMES.forEach(name -> account.put(name, ((String) form.get(name)).strip()));
        exchange.setProperty("account", account);
        exchange.setProperty("mailed", mails.isConfigured());
        exchange.setProperty("mail_language", mails.language(request(exchange).getHeader("Accept-Language")));
    }

    private String hash(String password, Exchange exchange) {
        String source = source(exchange);
        passwords.requirePlace(source);
        Lanes.Place place = signUps.begin(source, limit -> exchange.setProperty(RateLimit.PROPERTY, limit));
        try {
            return passwords.hash(password, source);
        } catch (Problem busy) {
            signUps.giveBack(place);
            throw busy;
        }
    }

    /** @throws Problem always: 400 {@code email_taken} */
    public void taken() {
        throw new Problem(400, "email_taken", "There is already an account with this e-mail address. Log in.");
    }

    /**
     * Reads e-mail and password into the properties {@code email} and {@code password}. Begins an attempt, the property {@code attempt}, which {@link #check} or
     * {@link #leave} ends.
     *
     * @throws Problem 400 when they are not there, 429 {@code too_many_attempts}
     */
    @StepOnly
    public void enter(Exchange exchange) throws JsonProcessingException {
        checkKeptHere();
        Map<?, ?> form = json.readValue(exchange.getMessage().getBody(String.class), Map.class);
        // Forms use the name of OAuth 2.
        credentials(
                exchange,
                form.containsKey("username") ? form.get("username") : form.get("email"),
                form.get("password"));
        exchange.setProperty(
                "attempt",
                attempts.begin(
                        exchange.getProperty("email", String.class),
                        source(exchange),
                        limit -> exchange.setProperty(RateLimit.PROPERTY, limit)));
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
    }

    /**
     * Checks the password.
     *
     * @param account the account's row; null when there is none
     * @throws Problem 401 {@code bad_credentials}, the same for a wrong password and an unknown account; 403 {@code account_blocked}; 503
     *     {@code busy}
     */
    @StepOnly
    public void check(
            @ExchangeProperty("account") Map<String, Object> account,
            @ExchangeProperty("password") String password,
            @ExchangeProperty("attempt") LogInAttempts.Attempt attempt) {
        String hash = account == null ? null : (String) account.get("password_hash");
        if (!passwords.matches(password, hash, attempt.caller())) {
            attempts.wrong(attempt);
            throw new Problem(401, "bad_credentials", "E-mail address or password is wrong.");
        }
        attempts.right(attempt);
        if (Boolean.TRUE.equals(account.get("blocked"))) {
            throw AccountStates.blockedProblem();
        }
    }

    /**
     * Ends an attempt that could not be checked.
     *
     * @param attempt null when none was begun
     */
    @StepOnly
    public void leave(@ExchangeProperty("attempt") LogInAttempts.Attempt attempt) {
        if (attempt != null) {
            attempts.unchecked(attempt);
        }
    }

    /** @throws AccountsElsewhere when an outside issuer manages the accounts */
    void checkKeptHere() {
        if (identity.outside()) {
            throw new AccountsElsewhere(
                    identity.issuerUri(),
                    "Another service manages the accounts: " + identity.issuerUri() + ". Log in there.");
        }
    }

    /**
     * The password that was typed twice.
     *
     * @throws Problem 400 {@code passwords_differ}
     */
    static String chosen(String password1, String password2) {
        if (!password1.equals(password2)) {
            throw new Problem(400, "passwords_differ", "password1 and password2 are not the same.");
        }
        return password1;
    }

    static HttpServletRequest request(Exchange exchange) {
        return exchange.getMessage().getHeader("CamelHttpServletRequest", HttpServletRequest.class);
    }

    /** The sender of the call, as {@link Source} identifies it. */
    static String source(Exchange exchange) {
        return Source.of(request(exchange).getRemoteAddr());
    }

    static String email(Object text) {
        return ((String) text).strip().toLowerCase(Locale.ROOT);
    }
}
