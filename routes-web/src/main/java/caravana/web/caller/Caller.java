package caravana.web.caller;

import java.util.List;
import java.util.UUID;

/**
 * Who makes a request, as the token or API key says. The engine puts it into the exchange property {@code caller}; nothing else in
 * a request tells who somebody is.
 *
 * @param id the account's id
 * @param email the e-mail address that the token names; null when it names none, and for an API key
 * @param roles {@code operator}, {@code user}, both or none
 */
public record Caller(UUID id, String email, List<String> roles) {

    /** The role of everybody who has an account. */
    public static final String USER = "user";

    /** The role of those who operate the deployment. */
    public static final String OPERATOR = "operator";

    /** For routes: {@code ${exchangeProperty.caller.id}}. */
    public String getId() {
        return id.toString();
    }
}
