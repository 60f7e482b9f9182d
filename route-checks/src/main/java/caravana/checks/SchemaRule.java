package caravana.checks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Validates routes against Camel's own schema of its YAML language. */
final class SchemaRule implements FileRule {

    private static final JsonNode DOCUMENT = document();
    private static final JsonSchema SCHEMA = factory()
            .getSchema(
                    DOCUMENT,
                    // Each part when it is first needed: all of it at once is hundreds of megabytes.
                    SchemaValidatorsConfig.builder().preloadJsonSchema(false).build());

    private static JsonNode document() {
        try (InputStream in = SchemaRule.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Draft 4, with one word more, by which Camel's schema marks what is on its way out. */
    private static JsonSchemaFactory factory() {
        JsonMetaSchema dialect = JsonMetaSchema.builder(JsonMetaSchema.getV4())
                .keyword(new NonValidationKeyword("deprecated"))
                .build();
        return JsonSchemaFactory.builder(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4))
                .metaSchema(dialect)
                .build();
    }

    private final SchemaExplainer explainer = new SchemaExplainer(DOCUMENT);

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.root().ifPresent(root -> {
            List<SchemaExplainer.Problem> problems = explainer.explain(root);
            problems.forEach(problem -> report.accept(
                    new Finding(file.name(), problem.line(), "schema", problem.what(), problem.instead())));
            if (problems.isEmpty()) {
                judge(file.name(), root, report);
            }
        });
    }

    /** What the explanation has no words for. */
    private static void judge(String file, Element root, Consumer<Finding> report) {
        Set<ValidationMessage> errors = SCHEMA.validate(json(root));
        errors.stream()
                .filter(error -> !tolerated(error, at(root, error)))
                // The deepest one: those above it only say that something below is wrong.
                .max(Comparator.comparingInt(e -> e.getInstanceLocation().getNameCount()))
                .ifPresent(error -> report.accept(new Finding(
                        file,
                        at(root, error).line(),
                        "schema",
                        "What stands here is not what Camel takes below "
                                + error.getInstanceLocation().getName(-1),
                        "See Camel's documentation of this step for what it takes")));
    }

    /** Camel takes a boolean or a number in quotes as well, and a placeholder for either. */
    private static boolean tolerated(ValidationMessage error, Element element) {
        return error.getError().matches("string found, (boolean|integer|number) expected")
                && element.text().matches("true|false|-?[0-9.]+|\\{\\{.*}}");
    }

    private static Element at(Element root, ValidationMessage error) {
        Element element = root;
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            Object part = error.getInstanceLocation().getElement(i);
            Element next = part instanceof Integer index
                    ? element.items().get(index)
                    : element.get(String.valueOf(part)).orElse(element);
            element = next;
        }
        return element;
    }

    private static JsonNode json(Element element) {
        if (element.isText()) {
            return scalar(element);
        }
        if (element.node() instanceof MappingNode) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            element.fields().forEach((key, value) -> object.set(key, json(value)));
            return object;
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        element.items().forEach(item -> array.add(json(item)));
        return array;
    }

    private static JsonNode scalar(Element element) {
        Tag tag = element.node().getTag();
        String text = element.text();
        if (tag.equals(Tag.INT) && text.matches("-?\\d+")) {
            return JsonNodeFactory.instance.numberNode(Long.parseLong(text));
        }
        if (tag.equals(Tag.FLOAT)) {
            return JsonNodeFactory.instance.numberNode(Double.parseDouble(text));
        }
        if (tag.equals(Tag.BOOL)) {
            return JsonNodeFactory.instance.booleanNode(Boolean.parseBoolean(text));
        }
        if (tag.equals(Tag.NULL)) {
            return JsonNodeFactory.instance.nullNode();
        }
        return JsonNodeFactory.instance.textNode(text);
    }
}
