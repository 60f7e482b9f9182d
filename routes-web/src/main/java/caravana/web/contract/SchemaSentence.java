package caravana.web.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Describes what a schema of the OpenAPI document accepts, as part of a refusal. It never repeats the value of the
 * request, which may be a password.
 */
final class SchemaSentence {

    private SchemaSentence() {}

    /**
     * Returns one or two sentences.
     *
     * @param kind {@code field} or {@code parameter}
     * @param schema of the contract, with references resolved
     */
    static String of(String kind, String name, JsonNode schema) {
        String sentence = "The " + kind + " " + name + " must be " + value(schema) + ".";
        return (schema.has("pattern") || schema.has(Operations.LINE)) && schema.has("description")
                ? sentence + " " + schema.path("description").asText()
                : sentence;
    }

    private static String value(JsonNode schema) {
        if (schema.has("oneOf")) {
            return schema.path("description").asText("as the contract says");
        }
        if (schema.has("enum")) {
            List<String> values = new ArrayList<>();
            schema.path("enum").forEach(value -> values.add(value.asText()));
            return "one of " + String.join(", ", values);
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> "a whole number" + range(schema, "minimum", "maximum", "");
            case "number" -> "a number" + range(schema, "minimum", "maximum", "");
            case "object" -> "an object in braces";
            case "boolean" -> "true or false";
            case "array" -> "a list" + range(schema, "minItems", "maxItems", " items");
            case "string" ->
                schema.path("format").asText().equals("date-time")
                        ? "a time such as 2026-01-31T12:00:00Z"
                        : "text" + range(schema, "minLength", "maxLength", " characters") + example(schema);
            default -> "as the contract says";
        };
    }

    private static String range(JsonNode schema, String least, String most, String unit) {
        if (!schema.has(most)) {
            return schema.has(least) ? " of at least " + schema.path(least).asText() + unit : "";
        }
        String from = schema.has(least) ? schema.path(least).asText() + " to " : "at most ";
        return (unit.isEmpty() ? " from " : " of ") + from + schema.path(most).asText() + unit;
    }

    private static String example(JsonNode schema) {
        return schema.has("example") ? ", such as " + schema.path("example").asText() : "";
    }
}
