package caravana.web.transformation;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Sheets;
import caravana.checks.TransformationEntry.Type;
import caravana.transformation.TransformationCatalogue;
import caravana.web.http.EntityTag;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** The catalogue of transformations, for {@code GET /api/transformations}. */
@Component("shownTransformations")
public class ShownTransformations {

    /** Clients see an edit of the catalogue within a minute. */
    private static final String CACHE_CONTROL = "public, max-age=60";

    private final TransformationCatalogue catalogue;
    private final ObjectMapper json;

    ShownTransformations(TransformationCatalogue catalogue, ObjectMapper json) {
        this.catalogue = catalogue;
        this.json = json;
    }

    /** Answers with the current catalogue, or with 304 if the client has it. */
    public void answer(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        List<String> defaultSet = catalogue.defaultSet();
        document.put("default_set", defaultSet);
        document.put(
                "transformations",
                catalogue.entries().stream()
                        .map(entry -> shown(entry, defaultSet.contains(entry.name())))
                        .toList());
        Message message = exchange.getMessage();
        message.setBody(document);
        EntityTag.set(message, json.writeValueAsString(document));
        message.setHeader("Cache-Control", CACHE_CONTROL);
    }

    private static Map<String, Object> shown(TransformationEntry entry, boolean inDefaultSet) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("nombre", entry.name());
        shown.put("description", entry.description());
        shown.put("default", inDefaultSet);
        shown.put("needs", entry.needs());
        shown.put("excludes", entry.excludes());
        shown.put("parameters", schema(entry));
        shown.put(
                "outputs",
                entry.allProduced().stream()
                        .flatMap(ShownTransformations::files)
                        .toList());
        return shown;
    }

    private static Stream<Map<String, Object>> files(Produced produced) {
        Map<String, Object> file = file(produced.name(), produced.role(), produced.mediaType());
        return produced.sheets() == null
                ? Stream.of(file)
                : Stream.of(file, file(produced.sheets().index(), produced.role(), Sheets.INDEX_TYPE));
    }

    private static Map<String, Object> file(String name, String role, String mediaType) {
        return Map.of("name", name, "role", role, "media_type", mediaType);
    }

    /** Returns the parameters as one JSON Schema. */
    private static Map<String, Object> schema(TransformationEntry entry) {
        Map<String, Object> properties = new LinkedHashMap<>();
        entry.parameters().forEach((name, parameter) -> properties.put(name, schema(parameter)));
        List<String> required = entry.parameters().values().stream()
                .filter(Parameter::isRequired)
                .map(Parameter::name)
                .toList();
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static Map<String, Object> schema(Parameter parameter) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put(
                "type",
                switch (parameter.type()) {
                    case NUMBER -> "number";
                    case INTEGER -> "integer";
                    case BOOLEAN -> "boolean";
                    case CHOICE, COLOUR, TEXT, ASSET -> "string";
                });
        schema.put("title", parameter.title());
        put(schema, "minimum", parameter.minimum());
        put(schema, "maximum", parameter.maximum());
        put(schema, "above", parameter.above());
        put(schema, "instead_of", parameter.insteadOf());
        put(schema, "maxLength", parameter.maxLength());
        put(
                schema,
                "enum",
                parameter.type() == Type.CHOICE
                        ? List.copyOf(parameter.choices().keySet())
                        : null);
        put(
                schema,
                "format",
                switch (parameter.type()) {
                    case COLOUR -> "color";
                    case ASSET -> "asset";
                    default -> null;
                });
        put(schema, "accepts", parameter.type() == Type.ASSET ? parameter.accepts() : null);
        put(schema, "default", parameter.defaultValue());
        return schema;
    }

    private static void put(Map<String, Object> schema, String keyword, Object value) {
        if (value != null) {
            schema.put(keyword, value);
        }
    }
}
