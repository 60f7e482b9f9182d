package caravana.web.caller;

import java.util.List;
import java.util.UUID;

/**
 * Who makes a request, as the token says. The engine puts it into the exchange property {@code caller}; nothing else in
 * a request tells who somebody is.
 *
 * @param id the account's id
 * @param email the e-mail address that the token names; null when it names none
 * @param roles {@code operator}, {@code user}, both or none
 */
public record Caller(UUID id, String email, List<String> roles) {

    /** For routes: {@code ${exchangeProperty.caller.id}}. */
    public String getId() {
        return id.toString();
    }
}
