package caravana.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A named list of transformations, which every account of the deployment may request.
 *
 * @param name name by which clients request it
 * @param description one sentence for people, by language
 * @param transformations names, and objects with a name and parameters, as in a request
 */
public record TransformationPreset(String name, Map<String, String> description, List<JsonNode> transformations) {

    /** The one that an upload gets that asks for nothing. */
    public static final String DEFAULT = "predeterminado";
}
