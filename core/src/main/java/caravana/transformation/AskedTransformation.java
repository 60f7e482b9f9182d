package caravana.transformation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One item of a request for transformations: the name of an entry of the catalogue, with or without parameters.
 *
 * @param name name of the entry
 * @param parameters the values of the request by name; they are not validated yet
 */
public record AskedTransformation(String name, Map<String, JsonNode> parameters) {

    /** The key of the name in the object form. */
    public static final String NAME = "nombre";

    /** Creates an item without parameters. */
    public static AskedTransformation named(String name) {
        return new AskedTransformation(name, Map.of());
    }

    /**
     * Reads an item: a name, or an object with a name and parameters.
     *
     * @throws InvalidParameterException when it is neither
     */
    public static AskedTransformation read(JsonNode item) {
        if (item.isTextual()) {
            return named(item.textValue().strip());
        }
        if (!item.isObject() || !item.path(NAME).isTextual()) {
            throw new InvalidParameterException(
                    "An item of transformaciones", item, "a name, or an object with the name as " + NAME);
        }
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        item.properties().forEach(field -> parameters.put(field.getKey(), field.getValue()));
        parameters.remove(NAME);
        return new AskedTransformation(item.path(NAME).textValue().strip(), parameters);
    }
}
