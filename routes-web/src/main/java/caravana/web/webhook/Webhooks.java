package caravana.web.webhook;

import caravana.web.http.Problem;
import caravana.web.outbound.NamedAddress;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** The webhooks of an account, as it creates, changes and lists them. */
@Component("webhooks")
public class Webhooks {

    /** The most webhooks of one account. */
    public static final int MOST = 10;

    private static final String SECRET = "secret";

    private final NamedAddress address;
    private final WebhookSecrets secrets;
    private final ObjectMapper json;

    Webhooks(NamedAddress address, WebhookSecrets secrets, ObjectMapper json) {
        this.address = address;
        this.secrets = secrets;
        this.json = json;
    }

    /**
     * Reads a new webhook, for {@code create-webhook.sql}.
     *
     * @throws Problem 400 as {@link NamedAddress#checked}; 503 as {@link WebhookSecrets#make}
     */
    public Map<String, Object> read(Message request) throws JsonProcessingException {
        JsonNode body = json.readTree(request.getBody(String.class));
        Map<String, Object> webhook = newSecret();
        webhook.put("url", address.checked(body.path("url").textValue()));
        webhook.put("types", texts(body.path("types")));
        webhook.put("description", body.path("description").textValue());
        webhook.put("most", MOST);
        return webhook;
    }

    /** Makes a new secret: {@code secret} as the row stores it, and {@code shown_secret} as its owner gets it. */
    public Map<String, Object> newSecret() {
        String secret = secrets.make();
        Map<String, Object> webhook = new LinkedHashMap<>();
        webhook.put(SECRET, secrets.sealed(secret));
        webhook.put("shown_secret", secret);
        return webhook;
    }

    /**
     * Reads a JSON merge patch, for {@code update-webhook.sql}; null for an unchanged field.
     *
     * @throws Problem 400 as {@link #read}
     */
    public Map<String, Object> readChanges(Message request) throws JsonProcessingException {
        JsonNode patch = json.readTree(request.getBody(String.class));
        Map<String, Object> webhook = new LinkedHashMap<>();
        webhook.put("url", patch.has("url") ? address.checked(patch.path("url").textValue()) : null);
        webhook.put("types", patch.has("types") ? texts(patch.path("types")) : null);
        webhook.put("names_description", patch.has("description"));
        webhook.put("description", patch.path("description").textValue());
        webhook.put("enabled", patch.has("enabled") ? patch.path("enabled").booleanValue() : null);
        return webhook;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.textValue()));
        return texts;
    }

    /**
     * Returns the id of the new webhook.
     *
     * @param row null when the account has reached its limit
     * @throws Problem 403 {@code too_many_webhooks}
     */
    public String created(@Body Map<String, Object> row) {
        if (row.get("id") == null) {
            throw new Problem(
                    403, "too_many_webhooks", "The account has " + MOST + " webhooks, which is the limit. Delete one.");
        }
        return (String) row.get("id");
    }

    /** Composes the list of an account's webhooks. */
    public Map<String, Object> list(@Body List<Map<String, Object>> rows) throws JsonProcessingException {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            shown.add(show(row));
        }
        return Map.of("webhooks", shown);
    }

    /**
     * Composes the answer with one webhook, without its secret.
     *
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> show(@Body Map<String, Object> row) throws JsonProcessingException {
        checkFound(row);
        Map<String, Object> shown = new LinkedHashMap<>(row);
        shown.put("types", json.readTree((String) row.get("types")));
        return shown;
    }

    /**
     * Composes the answer with one webhook and its new secret.
     *
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> showWithSecret(
            @Body Map<String, Object> row, @ExchangeProperty("webhook") Map<String, Object> webhook)
            throws JsonProcessingException {
        Map<String, Object> shown = show(row);
        shown.put(SECRET, webhook.get("shown_secret"));
        return shown;
    }

    /**
     * Checks that the webhook was found.
     *
     * @throws Problem 404 {@code not_found}
     */
    public void checkFound(@Body Object row) {
        if (row == null) {
            throw new Problem(404, "not_found", "The account has no webhook of this id.");
        }
    }

    /**
     * Checks that the webhook was found and is enabled.
     *
     * @throws Problem 404 {@code not_found}, 409 {@code webhook_disabled}
     */
    public void checkEnabled(@Body Map<String, Object> row) {
        checkFound(row);
        if (!Boolean.TRUE.equals(row.get("enabled"))) {
            throw new Problem(
                    409, "webhook_disabled", "The webhook is disabled. First enable it by PATCH with enabled: true.");
        }
    }
}
