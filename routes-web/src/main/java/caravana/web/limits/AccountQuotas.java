package caravana.web.limits;

import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** The quotas of one account, as operators read and set them. */
@Component("accountQuotas")
public class AccountQuotas {

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final ObjectMapper json;

    AccountQuotas(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Reads the account's id from the path into the property {@code account_id}.
     *
     * @throws Problem 404 when it is not an id
     */
    public void identify(Exchange exchange) {
        String id = exchange.getMessage().getHeader("account_id", String.class);
        if (id == null || !ID.matcher(id).matches()) {
            throw unknown();
        }
        exchange.setProperty("account_id", id);
    }

    /**
     * Reads the quotas that an operator sets. Sets the property {@code own}, with null for each quota that returns to
     * the default.
     */
    public void read(Exchange exchange) throws JsonProcessingException {
        JsonNode order = json.readTree(exchange.getMessage().getBody(String.class));
        Map<String, Object> own = new LinkedHashMap<>();
        Quotas.KINDS.forEach(
                kind -> own.put(kind, order.hasNonNull(kind) ? order.path(kind).longValue() : null));
        exchange.setProperty("own", own);
        exchange.setProperty("reason", order.path("reason").textValue());
    }

    /**
     * Checks that the account exists.
     *
     * @param row the account's id; null when there is no such account
     * @throws Problem 404 {@code not_found}
     */
    public void checkKnown(@Body Map<String, Object> row) {
        if (row == null) {
            throw unknown();
        }
    }

    /**
     * Composes the answer.
     *
     * @param usage result of {@code show-usage.sql}
     */
    public Map<String, Object> answer(
            @Body Map<String, Object> usage, @ExchangeProperty("account_id") String accountId) {
        Map<String, Object> own = new LinkedHashMap<>();
        Quotas.KINDS.forEach(kind -> own.put(kind, usage.get("own_" + kind)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("account_id", accountId);
        document.put("quotas", Quotas.shown(usage));
        document.put("own", own);
        return document;
    }

    private static Problem unknown() {
        return new Problem(
                404, "not_found", "There is no account with this id. GET /api/ops/accounts lists the accounts.");
    }
}
