package caravana.web.batch;

import caravana.web.contract.ContractValidator;
import caravana.web.http.Problem;
import caravana.web.http.UnknownName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * Several operations in one call. Each runs on the route of the corresponding single call, and the failure of one does
 * not affect the others.
 */
@Component("batch")
public class Batch {

    /** The field of an operation that names its call. */
    private static final String ACTION = "action";

    private static final String ORDER = "order";
    private static final String VIDEO = "video_id";
    private static final String KEY = "idempotency_key";

    /** The fields that an operation may have besides its action. */
    private static final Map<String, Set<String>> FIELDS =
            Map.of("import", Set.of(ORDER, KEY), "retry", Set.of(VIDEO), "delete", Set.of(VIDEO));

    /**
     * The time after which no further operation begins, because the client waits while the name service or the database
     * is slow.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ObjectMapper json;
    private final ContractValidator contract;

    Batch(ObjectMapper json, ContractValidator contract) {
        this.json = json;
        this.contract = contract;
    }

    /**
     * Reads the operations in their order. Sets the property {@code batch_deadline}.
     *
     * @param body of a request that matches the contract; the operations in it are not checked yet
     */
    public List<JsonNode> read(@Body String body, Exchange exchange) throws JsonProcessingException {
        List<JsonNode> operations = new ArrayList<>();
        json.readTree(body).path("operations").forEach(operations::add);
        exchange.setProperty("batch_deadline", Instant.now().plus(PATIENCE));
        return operations;
    }

    /**
     * Builds the message of the operation's single call, and checks it against the contract. Sets the property {@code
     * action}.
     *
     * @throws Problem 400 {@code invalid_request} when the call does not match the contract; 404 {@code not_found}
     *     for an address that no video can have; 503 {@code batch_too_slow} when the batch has taken too long
     */
    public void call(
            @Body JsonNode operation, @ExchangeProperty("batch_deadline") Instant deadline, Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        if (Instant.now().isAfter(deadline)) {
            throw new Problem(
                    503,
                    "batch_too_slow",
                    "The operations before this one took longer than " + PATIENCE.toSeconds()
                            + " seconds, so this one was not run. Send it again, in a smaller batch.");
        }
        String action = checked(operation);
        exchange.setProperty(ACTION, action);
        if (action.equals("import")) {
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
            address(exchange, "POST", "/api/videos/import");
            exchange.getMessage().setBody(operation.path(ORDER).toString());
            if (operation.has(KEY)) {
                exchange.getMessage()
                        .setHeader("Idempotency-Key", operation.path(KEY).textValue());
            }
        } else {
            String video = operation.path(VIDEO).textValue();
            exchange.getMessage().setHeader(VIDEO, video);
            boolean retry = action.equals("retry");
            address(exchange, retry ? "POST" : "DELETE", "/api/videos/" + video + (retry ? "/retry" : ""));
            exchange.getMessage().setBody(null);
        }
        contract.check(exchange);
    }

    private static void address(Exchange exchange, String method, String path) {
        exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
        exchange.getMessage().setHeader(Exchange.HTTP_PATH, path);
    }

    /** Returns the action of an operation, and checks that it has only that action's fields. */
    private static String checked(JsonNode operation) {
        Set<String> fields = FIELDS.get(operation.path(ACTION).asText());
        if (fields == null) {
            throw Problem.invalid("The operation is not an object with an action. Send one whose action is import, "
                    + "retry or delete.");
        }
        operation.fieldNames().forEachRemaining(name -> {
            if (!name.equals(ACTION) && !fields.contains(name)) {
                throw UnknownName.of("field", name, fields);
            }
        });
        boolean imports = fields.contains(ORDER);
        if (imports && !operation.path(ORDER).isObject()) {
            throw Problem.invalid("The field order must be an object: the body of POST /api/videos/import. Send one.");
        }
        if (imports && operation.has(KEY) && !operation.path(KEY).isTextual()) {
            throw Problem.invalid("The field idempotency_key must be a text. Send one, or leave it out.");
        }
        JsonNode video = operation.path(VIDEO);
        if (!imports && !(video.isTextual() && video.textValue().matches("[0-9a-fA-F-]{36}"))) {
            throw Problem.invalid("The field video_id must be the id of a video. Send it as the upload returned it.");
        }
        return operation.path(ACTION).textValue();
    }
}
