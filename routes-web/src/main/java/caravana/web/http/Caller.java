package caravana.web.http;

import java.util.UUID;

/**
 * Who makes a request, as the token says. The engine puts it into the exchange property {@code caller}; nothing else in
 * a request tells who somebody is.
 *
 * @param id the account's id
 */
public record Caller(UUID id) {

    /** For routes: {@code ${exchangeProperty.caller.id}}. */
    public String getId() {
        return id.toString();
    }
}
