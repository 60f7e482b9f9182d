package caravana.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Explains violations of Camel's schema for people who edit the file: which key at which line is wrong, what is allowed
 * there, and the nearest name. A validator would list all alternatives of the schema that did not match.
 */
final class SchemaExplainer {

    /** Steps that Camel runs without the expression that the others need. */
    private static final Set<String> WITHOUT_EXPRESSION = Set.of("sort", "resequence", "aggregate");

    private static final String LANGUAGE = "simple";
    private static final String DATA_FORMAT = "json";
    private static final String EXPRESSION = "expression";
    private static final String STRING = "string";
    private static final String OBJECT = "object";
    private static final String ARRAY = "array";

    /** What the schema takes in one place. */
    private static final class Shape {
        final Map<String, JsonNode> keys = new LinkedHashMap<>();
        final Set<String> required = new TreeSet<>();
        /** Of these, exactly one: a language or a data format. */
        final Set<String> alternatives = new TreeSet<>();

        final Set<String> types = new LinkedHashSet<>();
        final List<String> texts = new ArrayList<>();
        boolean closed;
        boolean oneKey;
        JsonNode items;
    }

    private final JsonNode root;
    private final Map<JsonNode, Shape> shapes = new IdentityHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param line from 1
     * @param what is wrong there
     * @param instead what to write
     */
    record Problem(int line, String what, String instead) {}

    /** @param root Camel's schema of the YAML language */
    SchemaExplainer(JsonNode root) {
        this.root = root;
    }

    /** Everything that is wrong with a file. */
    List<Problem> explain(Element file) {
        problems.clear();
        if (file.node() instanceof SequenceNode) {
            file.items().forEach(item -> check(item, root.path("items"), "", "file"));
        } else {
            problem(
                    file.line(),
                    "A file of routes is a list",
                    "Begin each with a hyphen, as in - route: or - routeConfiguration:");
        }
        return List.copyOf(problems);
    }

    private void problem(int line, String what, String instead) {
        problems.add(new Problem(line, what, instead));
    }

    private void check(Element element, JsonNode schema, String key, String parent) {
        Shape shape = shape(schema);
        if (element.isText()) {
            text(element, shape, key);
        } else if (element.isMapping()) {
            if (!shape.types.contains(OBJECT)) {
                problem(
                        element.line(),
                        key + " takes " + kinds(shape) + ", and keys stand below it",
                        "Write " + kinds(shape) + " beside it");
                return;
            }
            mapping(element, shape, key, parent);
        } else if (shape.items != null) {
            element.items().forEach(item -> check(item, shape.items, key, parent));
        } else if (!shape.types.contains(ARRAY)) {
            problem(
                    element.line(),
                    key + " takes " + kinds(shape) + ", and a list stands below it",
                    "Write its content without hyphens");
        }
    }

    private void mapping(Element element, Shape shape, String key, String parent) {
        String place = key.isEmpty() ? "a " + parent : key;
        Map<String, Element> fields = element.fields();
        if (shape.oneKey) {
            one(element, shape, key);
            return;
        }
        fields.forEach((name, value) -> {
            JsonNode below = shape.keys.get(name);
            if (below != null) {
                check(value, below, name, key);
            } else if (shape.closed) {
                problem(
                        element.line(name),
                        place + " has no key " + name,
                        "Write one that it has" + Nearest.orOneOf(name, allowed(shape)) + elsewhere(name, element));
            }
        });
        boolean typo = fields.keySet().stream().anyMatch(name -> !shape.keys.containsKey(name));
        for (String name : shape.required) {
            boolean inline = name.equals(EXPRESSION) && fields.keySet().stream().anyMatch(shape.alternatives::contains);
            if (!fields.containsKey(name) && !inline && !(typo && shape.closed)) {
                problem(element.line(), place + " lacks the key " + name, "Add " + name + ":");
            }
        }
        alternatives(element, shape, key, place, typo && shape.closed);
    }

    private void alternatives(Element element, Shape shape, String key, String place, boolean typo) {
        Set<String> chosen = new TreeSet<>(element.fields().keySet());
        chosen.retainAll(shape.alternatives);
        boolean language = shape.alternatives.contains(LANGUAGE);
        if (!shape.alternatives.isEmpty() && chosen.isEmpty() && !typo && !WITHOUT_EXPRESSION.contains(key)) {
            problem(
                    element.line(),
                    language ? place + " has no expression" : place + " names none of what it can be",
                    language
                            ? "Add expression: with simple:, constant: or method: below it"
                            : "Add one of " + Nearest.list(shape.alternatives));
        } else if (chosen.size() > 1) {
            problem(element.line(), place + " has " + String.join(" and ", chosen), "Keep one of them");
        }
    }

    /** A step, or an entry of the file: one key, with everything else below it. */
    private void one(Element element, Shape shape, String key) {
        Map<String, Element> fields = element.fields();
        String list = "steps".equals(key) ? "step" : "entry";
        List<String> known =
                fields.keySet().stream().filter(shape.keys::containsKey).toList();
        if (known.isEmpty()) {
            String first = fields.keySet().stream().findFirst().orElse("");
            problem(
                    element.line(),
                    "There is no " + list + " " + first,
                    "Write one that exists" + Nearest.orOneOf(first, shape.keys.keySet()));
            return;
        }
        String kind = known.get(0);
        for (String name : fields.keySet()) {
            if (name.equals(kind)) {
                continue;
            }
            boolean belongs = shape(shape.keys.get(kind)).keys.containsKey(name);
            problem(
                    element.line(name),
                    belongs
                            ? name + " stands beside " + kind + ", and belongs below it"
                            : "The key " + name + " stands beside " + kind + ", where only another " + list
                                    + " can follow",
                    belongs
                            ? "Indent it below " + kind
                            : "Begin it with a hyphen when it is a " + list
                                    + " of its own, or indent it where it belongs");
        }
        if (fields.size() == 1) {
            check(fields.get(kind), shape.keys.get(kind), kind, key);
        }
    }

    private void text(Element element, Shape shape, String key) {
        String text = element.text();
        boolean asText = shape.types.contains(STRING);
        if (element.isEmpty() && !asText) {
            if (shape.types.contains(OBJECT) && shape.required.isEmpty() && shape.alternatives.isEmpty()) {
                return;
            }
            problem(
                    element.line(),
                    "Nothing stands below " + key,
                    "Indent what belongs to " + key + " below it, or delete it");
            return;
        }
        if (shape.types.isEmpty() || text.contains("{{")) {
            return;
        }
        boolean fits = asText
                || shape.types.contains("boolean") && text.matches("true|false")
                || shape.types.contains("integer") && text.matches("-?\\d+")
                || shape.types.contains("number") && text.matches("-?\\d+(\\.\\d+)?");
        Tag tag = element.node().getTag();
        if (asText
                && shape.types.size() == 1
                && Set.of(Tag.BOOL, Tag.INT, Tag.FLOAT).contains(tag)) {
            problem(
                    element.line(),
                    key + " takes text, and " + text + " is read as "
                            + (tag.equals(Tag.BOOL) ? "true or false" : "a number"),
                    "Write it in quotes: \"" + text + "\"");
        } else if (!fits) {
            problem(
                    element.line(),
                    shape.types.contains(OBJECT) || shape.types.contains(ARRAY)
                            ? key + " takes " + kinds(shape) + " below it, and not the text " + text
                            : key + " takes " + kinds(shape) + ", and not " + text,
                    "Write " + kinds(shape)
                            + (shape.types.contains("boolean") ? Nearest.to(text, List.of("true", "false")) : ""));
        } else if (!shape.texts.isEmpty() && !shape.texts.contains(text)) {
            problem(
                    element.line(),
                    key + " cannot be " + text,
                    "Write one of what it can be" + Nearest.orOneOf(text, shape.texts));
        }
    }

    private static String kinds(Shape shape) {
        return shape.types.stream()
                .map(type -> switch (type) {
                    case STRING -> "text";
                    case OBJECT -> "keys";
                    case ARRAY -> "a list";
                    case "boolean" -> "true or false";
                    case "integer" -> "a whole number";
                    default -> "a number";
                })
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    private static Set<String> allowed(Shape shape) {
        // With expression: there, the languages are only the notation that editors lose.
        Set<String> allowed = new TreeSet<>(shape.keys.keySet());
        if (allowed.contains(EXPRESSION) && shape.alternatives.contains(LANGUAGE)) {
            allowed.removeAll(shape.alternatives);
            allowed.add(EXPRESSION);
        }
        return allowed;
    }

    /** A key that is right one level up or down is there by its indentation alone. */
    private String elsewhere(String name, Element element) {
        for (Map.Entry<String, Element> sibling : element.fields().entrySet()) {
            if (sibling.getValue().isEmpty()) {
                return "; nothing stands below " + sibling.getKey() + ", so perhaps " + name + " must be indented more";
            }
        }
        return "";
    }

    private Shape shape(JsonNode schema) {
        Shape known = shapes.get(schema);
        if (known == null) {
            known = new Shape();
            shapes.put(schema, known);
            add(schema, known, false);
            if (known.types.isEmpty() && !known.keys.isEmpty()) {
                known.types.add(OBJECT);
            }
        }
        return known;
    }

    private void add(JsonNode schema, Shape shape, boolean alternative) {
        if (schema.has("$ref")) {
            add(root.at(schema.get("$ref").asText().substring(1)), shape, alternative);
        }
        if (schema.has("not")) {
            return;
        }
        if (schema.has("type")) {
            shape.types.add(schema.get("type").asText());
        }
        schema.path("enum").forEach(text -> shape.texts.add(text.asText()));
        schema.path("properties").properties().forEach(property -> {
            // Of the notation without expression:, the names stand in one place and what is below them in another.
            if (!property.getValue().isEmpty() || !shape.keys.containsKey(property.getKey())) {
                shape.keys.put(property.getKey(), property.getValue());
            }
        });
        if (alternative
                && schema.path("required").size() == 1
                && !schema.path("additionalProperties").isBoolean()) {
            shape.alternatives.add(schema.get("required").get(0).asText());
        } else {
            schema.path("required").forEach(name -> shape.required.add(name.asText()));
        }
        shape.closed |= schema.has("additionalProperties")
                && !schema.get("additionalProperties").asBoolean(true);
        shape.oneKey |= schema.path("maxProperties").asInt() == 1;
        if (schema.has("items")) {
            shape.items = schema.get("items");
        }
        schema.path("oneOf").forEach(part -> add(part, shape, true));
        schema.path("anyOf").forEach(part -> add(part, shape, true));
        if (shape.alternatives.contains(LANGUAGE) || shape.alternatives.contains(DATA_FORMAT)) {
            shape.required.removeAll(shape.alternatives);
        }
    }
}
