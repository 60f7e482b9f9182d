package caravana.web.operations;

import caravana.web.caller.Caller;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.identity.AccountsElsewhere;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The operators' actions on accounts: search, block, unblock, and change of role. */
@Component("managedAccounts")
public class ManagedAccounts {

    private final ObjectMapper json;
    private final String issuer;

    ManagedAccounts(ObjectMapper json, @Value("${caravana.identity.issuer-uri}") String issuer) {
        this.json = json;
        this.issuer = issuer;
    }

    /** Sets the property {@code search} to the search text, escaped so that it is matched literally. */
    public void search(Exchange exchange) {
        Map<String, String> query = QueryString.of(exchange.getMessage());
        query.forEach(InputText::check);
        String search = query.getOrDefault("search", "").strip();
        exchange.setProperty("search", search.replaceAll("([\\\\%_])", "\\\\$1"));
    }

    /**
     * Reads an operator's reason, and the role if there is one: the properties {@code reason} and {@code role}.
     *
     * @throws Problem 409 {@code own_account} when the operator names their own account, which would shut the last one out; 404
     *     {@code accounts_elsewhere} for a role that an issuer gives
     */
    public void read(
            @ExchangeProperty("caller") Caller caller,
            @ExchangeProperty("account_id") String account,
            Exchange exchange)
            throws JsonProcessingException {
        JsonNode order = json.readTree(exchange.getMessage().getBody(String.class));
        if (caller.getId().equalsIgnoreCase(account)) {
            throw new Problem(409, "own_account", "This is your own account. Ask another operator.");
        }
        if (order.has("role") && !issuer.isBlank()) {
            throw new AccountsElsewhere(issuer, "The issuer of the tokens decides who is an operator.");
        }
        exchange.setProperty("reason", order.path("reason").textValue());
        exchange.setProperty("role", order.path("role").asText(""));
    }
}
