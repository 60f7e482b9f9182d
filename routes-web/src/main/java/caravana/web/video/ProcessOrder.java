package caravana.web.video;

import caravana.transformation.TransformationRecipe;
import caravana.web.http.Problem;
import caravana.web.links.ObjectLink;
import caravana.web.upload.QuotaExceeded;
import caravana.web.upload.TransformationRules;
import caravana.web.upload.UploadRules;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** A request to process a video again. */
@Component("processOrder")
public class ProcessOrder {

    private final TransformationRules rules;

    ProcessOrder(TransformationRules rules) {
        this.rules = rules;
    }

    /**
     * Sets the properties {@code transformations} and {@code transformation_parameters} as the row stores them. Sets
     * neither when the request has no choice, so that the previous transformations apply again.
     *
     * @throws Problem 400 as {@link TransformationRules}
     */
    public void read(Exchange exchange) throws JsonProcessingException {
        String body = exchange.getMessage().getBody(String.class);
        if (body == null || body.isEmpty()) {
            return;
        }
        JsonNode order = TransformationRecipe.parse(body);
        boolean listed = order.has(TransformationRules.FIELD);
        boolean named = order.has(TransformationRules.PRESET);
        if (listed || named) {
            TransformationRecipe recipe = named
                    ? rules.preset(order.path(TransformationRules.PRESET).textValue(), listed, exchange)
                    : rules.recipe(order.path(TransformationRules.FIELD), exchange);
            exchange.setProperty("transformations", recipe.names());
            exchange.setProperty("transformation_parameters", recipe.parameters());
        }
    }

    /**
     * Checks the result of {@code process-again.sql}.
     *
     * @throws Problem 404 {@code not_found}, 409 {@code job_unfinished} or {@code asset_deleted}, 403 {@code
     *     quota_exceeded}, or 429 {@code too_many_uploads} when the video was not queued
     */
    public void check(@Body Map<String, Object> row, Exchange exchange) {
        String outcome = row == null ? "gone" : (String) row.get("outcome");
        if (row != null) {
            UploadRules.noteRateLimit(row, exchange);
        }
        switch (outcome) {
            case "queued" -> {
                // The route sends its message next.
            }
            case "gone" -> throw Ownership.unknown();
            case "unfinished" ->
                throw new Problem(
                        409,
                        "job_unfinished",
                        "The video is waiting or being processed. Wait until its job ends, or cancel it.");
            case "expired" -> throw ObjectLink.notKept();
            case "asset_deleted" ->
                throw new Problem(
                        409,
                        "asset_deleted",
                        "An asset of the last job was deleted. Send transformaciones or a preset without this "
                                + "asset.");
            case "quota" -> throw QuotaExceeded.of("minutes", row);
            case "too_many" -> throw UploadRules.tooMany(row);
            default -> throw new IllegalStateException("process-again.sql answered " + outcome);
        }
    }
}
