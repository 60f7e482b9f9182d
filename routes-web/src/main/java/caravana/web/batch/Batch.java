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

    /** Of an operation: which call it is. */
    private static final String ACTION = "action";

    private static final String ORDER = "order";
    private static final String VIDEO = "video_id";
    private static final String KEY = "idempotency_key";

    /** The fields that an operation may have besides its action. */
    private static final Map<String, Set<String>> FIELDS =
            Map.of("import", Set.of(ORDER, KEY), "retry", Set.of(VIDEO), "delete", Set.of(VIDEO));

    /** After that, no further operation begins: name service or database answer slowly, and the client waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ObjectMapper json;
    private final ContractValidator contract;

    Batch(ObjectMapper json, ContractValidator contract) {
        this.json = json;
        this.contract = contract;
    }

    /**
     * The operations in their order. Sets the property {@code batch_deadline}.
     *
     * @param body which the contract has been checked of, but for the operations
     */
    public List<JsonNode> read(@Body String body, Exchange exchange) throws JsonProcessingException {
        List<JsonNode> operations = new ArrayList<>();
        json.readTree(body).path("operations").forEach(operations::add);
        exchange.setProperty("batch_deadline", Instant.now().plus(PATIENCE));
        return operations;
    }

    /**
     * Makes the message that the operation's own call would be, and checks it by the contract. Sets the property {@code action}.
     *
     * @throws Problem 400 {@code invalid_request} when the call is none; 404 {@code not_found} for the address of no video; 503
     *     {@code batch_too_slow} when the batch has taken too long
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

    /** The action of an operation that has the fields of its action and no others. */
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
