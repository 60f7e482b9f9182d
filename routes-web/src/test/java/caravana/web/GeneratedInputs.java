package caravana.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Makes values of a contract's schemas, and values that are not, from the document alone. */
final class GeneratedInputs {

    private static final int TRIES = 200;
    private static final List<String> ALPHABETS = List.of(
            "abcdefghijklmnopqrstuvwxyz0123456789", "ABC xyz-_.,:;!?", "äñçßÆ動画видео🎬 abc", "%&=+'\"<>\\/{}[]#~|");

    private final JsonNode contract;
    private final Random random;

    GeneratedInputs(JsonNode contract, Random random) {
        this.contract = contract;
        this.random = random;
    }

    /** Follows a reference, if it is one. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? contract.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** A value of that schema. */
    JsonNode valid(JsonNode reference) {
        JsonNode schema = resolved(reference);
        if (schema.has("oneOf")) {
            return valid(
                    schema.path("oneOf").get(random.nextInt(schema.path("oneOf").size())));
        }
        if (schema.has("enum")) {
            return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "object" -> object(schema);
            case "integer", "number" -> {
                long min = schema.path("minimum").asLong(0);
                yield JsonNodeFactory.instance.numberNode(
                        random.nextLong(min, schema.path("maximum").asLong(min + 1000) + 1));
            }
            case "array" -> array(schema);
            case "boolean" -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
            case "string" -> JsonNodeFactory.instance.textNode(string(schema));
            default -> throw new IllegalStateException("The generator does not know the schema " + schema);
        };
    }

    private ObjectNode object(JsonNode schema) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        // Fields of the same named schema get the same value: a password and its repetition.
        Map<String, JsonNode> named = new HashMap<>();
        schema.path("properties").properties().forEach(property -> {
            boolean required = false;
            for (JsonNode name : schema.path("required")) {
                required |= name.asText().equals(property.getKey());
            }
            if (required || random.nextBoolean()) {
                JsonNode reference = property.getValue();
                object.set(
                        property.getKey(),
                        reference.path("$ref").asText().endsWith("/Password")
                                ? named.computeIfAbsent("Password", first -> valid(reference))
                                : valid(reference));
            }
        });
        return object;
    }

    private JsonNode array(JsonNode schema) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        int items = schema.path("minItems").asInt() + random.nextInt(3);
        for (int i = 0; i < items; i++) {
            array.add(valid(schema.path("items")));
        }
        return array;
    }

    private String string(JsonNode schema) {
        int min = schema.path("minLength").asInt(0);
        int max = Math.min(schema.path("maxLength").asInt(40), min + 60);
        switch (schema.path("format").asText()) {
            case "uuid":
                return UUID.randomUUID().toString();
            case "date-time":
                return Instant.ofEpochSecond(random.nextInt()).toString();
            case "binary":
                return text(1 + random.nextInt(2000), ALPHABETS.get(0));
            default:
                break;
        }
        for (int i = 0; i < TRIES; i++) {
            String text = schema.has("example")
                    ? text(random.nextInt(20), ALPHABETS.get(0))
                            + schema.path("example").asText()
                    : text(min + random.nextInt(max - min + 1), ALPHABETS.get(random.nextInt(ALPHABETS.size())));
            if (matches(schema, text)) {
                return text;
            }
        }
        throw new IllegalStateException("No string was found for " + schema);
    }

    private static boolean matches(JsonNode schema, String text) {
        return (!schema.path("x-line").asBoolean() || !text.isBlank())
                && (!schema.has("pattern")
                        || java.util.regex.Pattern.compile(
                                        schema.path("pattern").asText())
                                .matcher(text)
                                .find());
    }

    private String text(int length, String alphabet) {
        int[] characters = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return text.toString();
    }

    /** A text that is wrong for the schema in one way or another, or at least strange. */
    String invalidText(JsonNode reference) {
        JsonNode schema = resolved(reference);
        List<String> candidates = new ArrayList<>(List.of(
                "",
                " ",
                "null",
                "-1",
                "1e309",
                "1e2147483647",
                " 5",
                "+5",
                "5 ",
                "[".repeat(900),
                "../../etc/passwd",
                "' OR 1=1 --",
                "${exchangeId}",
                "{{caravana.s3.bucket}}",
                "\u202e\u0007x",
                "🎬".repeat(3)));
        candidates.add("x".repeat(schema.path("maxLength").asInt(100) + 1));
        if (schema.has("maximum")) {
            candidates.add(String.valueOf(schema.path("maximum").asLong() + 1));
        }
        if (schema.has("minimum")) {
            candidates.add(String.valueOf(schema.path("minimum").asLong() - 1));
        }
        return candidates.get(random.nextInt(candidates.size()));
    }

    private static JsonNode nested(int depth) {
        JsonNode nested = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < depth; i++) {
            nested = i % 2 == 0
                    ? JsonNodeFactory.instance.arrayNode().add(nested)
                    : JsonNodeFactory.instance.objectNode().set("a", nested);
        }
        return nested;
    }

    /** The object with one thing wrong: a field gone, of another type, of a wrong value, or one too many. */
    ObjectNode spoilt(ObjectNode object, JsonNode reference) {
        JsonNode schema = resolved(reference);
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        String name = names.get(random.nextInt(names.size()));
        ObjectNode spoilt = object.deepCopy();
        switch (random.nextInt(7)) {
            case 0 -> spoilt.remove(name);
            case 1 -> spoilt.put(name, random.nextInt());
            case 2 -> spoilt.putNull(name);
            case 3 -> spoilt.put("no_such_field", "x");
            case 4 -> spoilt.put(name, new BigDecimal("1e" + random.nextInt()));
            case 5 -> spoilt.set(name, nested(random.nextInt(900)));
            default -> spoilt.put(name, invalidText(schema.path("properties").path(name)));
        }
        return spoilt;
    }
}
