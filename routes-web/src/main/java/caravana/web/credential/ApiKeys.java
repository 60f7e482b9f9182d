package caravana.web.credential;

import caravana.web.caller.Caller;
import caravana.web.caller.KeyText;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The API keys of an account, as its owner creates, lists and revokes them. */
@Component("apiKeys")
public class ApiKeys {

    /** The most keys of one account. */
    static final int MOST = 20;

    /** The scope of the calls that only operators may make. */
    static final String OPERATOR_SCOPE = "operator";

    /** The last time whose year has four digits. */
    private static final Instant LAST_EXPIRY = Instant.parse("9999-12-31T23:59:59Z");

    private final ObjectMapper json;
    private final boolean rolesFromOutside;

    ApiKeys(ObjectMapper json, @Value("${caravana.identity.issuer-uri}") String issuer) {
        this.json = json;
        this.rolesFromOutside = !issuer.isBlank();
    }

    /**
     * Makes a key. Sets the properties {@code key_text}, {@code key} (JSON with the values to store) and {@code
     * most_keys}.
     *
     * @param body of a request that matches the contract
     * @throws Problem 400 {@code expiry_invalid} or {@code address_invalid}; 403 {@code scope_not_allowed}
     */
    public void make(@Body String body, @ExchangeProperty("caller") Caller caller, Exchange exchange)
            throws JsonProcessingException {
        JsonNode wanted = json.readTree(body);
        String text = KeyText.generate();
        ObjectNode key = json.createObjectNode();
        key.put("name", wanted.path("name").textValue().strip());
        key.put("prefix", KeyText.shown(text));
        key.put("hash", KeyText.hash(text));
        key.set("scopes", scopes(wanted, caller));
        key.set("addresses", addresses(wanted));
        key.put("expires_at", expiry(wanted));
        exchange.setProperty("key_text", text);
        exchange.setProperty("key", key.toString());
        exchange.setProperty("most_keys", MOST);
    }

    private JsonNode scopes(JsonNode wanted, Caller caller) {
        JsonNode scopes = wanted.path("scopes");
        for (JsonNode scope : scopes) {
            if (scope.textValue().equals(OPERATOR_SCOPE)) {
                checkOperator(caller);
            }
        }
        return scopes;
    }

    private void checkOperator(Caller caller) {
        if (rolesFromOutside) {
            throw new Problem(
                    403,
                    "scope_not_allowed",
                    "A key cannot have the scope operator here: the issuer of the tokens decides who is "
                            + "an operator, and the key would stay valid when the issuer changes that. Call with a "
                            + "token.");
        }
        if (!caller.roles().contains(Caller.OPERATOR)) {
            throw new Problem(
                    403, "scope_not_allowed", "Only an operator's key can have the scope operator. Leave it out.");
        }
    }

    private ArrayNode addresses(JsonNode wanted) {
        ArrayNode addresses = json.createArrayNode();
        for (JsonNode text : wanted.path("addresses")) {
            addresses.add(AddressRange.parse(text.textValue())
                    .orElseThrow(() -> new Problem(
                            400,
                            "address_invalid",
                            InputText.shown(text.textValue())
                                    + " is neither an IP address nor a range of them. Write it as"
                                    + " 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."))
                    .toString());
        }
        return addresses;
    }

    private static String expiry(JsonNode wanted) {
        if (!wanted.hasNonNull("expires_at")) {
            return null;
        }
        String text = wanted.path("expires_at").textValue();
        try {
            Instant expiry = OffsetDateTime.parse(text).toInstant();
            if (!expiry.isAfter(Instant.now()) || expiry.isAfter(LAST_EXPIRY)) {
                throw new DateTimeException("past, or too far away");
            }
            return expiry.toString();
        } catch (DateTimeException unusable) {
            throw new Problem(
                    400,
                    "expiry_invalid",
                    "expires_at is " + InputText.shown(text)
                            + ". Send a time in the future, such as 2030-01-31T12:00:00Z, or"
                            + " leave it out for a key that does not expire.");
        }
    }

    /**
     * Composes the answer with the key's document and the key. No later answer has the key.
     *
     * @param row of {@code create-key.sql}; null when the account has reached its limit of keys
     * @throws Problem 403 {@code too_many_keys}
     */
    public void created(@Body Map<String, Object> row, @ExchangeProperty("key_text") String text, Exchange exchange)
            throws JsonProcessingException {
        if (row == null) {
            throw new Problem(
                    403,
                    "too_many_keys",
                    "The account has " + MOST + " API keys, which is the limit. Revoke one that is not used.");
        }
        Map<String, Object> document = document(row);
        document.put("key", text);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
        exchange.getMessage().setHeader("Cache-Control", "no-store");
        exchange.getMessage().setBody(document);
    }

    /**
     * Composes the list of keys.
     *
     * @param rows of {@code select-keys.sql}
     */
    public Map<String, Object> list(@Body List<Map<String, Object>> rows) throws JsonProcessingException {
        List<Map<String, Object>> keys = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            keys.add(document(row));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("keys", keys);
        document.put("limit", MOST);
        return document;
    }

    private Map<String, Object> document(Map<String, Object> row) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>(row);
        document.put("scopes", json.readTree((String) row.get("scopes")));
        document.put("addresses", json.readTree((String) row.get("addresses")));
        return document;
    }

    /**
     * Checks that a key was deleted.
     *
     * @param row of {@code delete-key.sql}; null when there was no such key
     * @throws Problem 404 {@code not_found}
     */
    public void deleted(@Body Map<String, Object> row) {
        if (row == null) {
            throw new Problem(
                    404, "not_found", "The account has no API key with this id. GET /api/keys lists its keys.");
        }
    }
}
