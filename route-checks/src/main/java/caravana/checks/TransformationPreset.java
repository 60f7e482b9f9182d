package caravana.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A list of transformations under a name, which every account of the deployment may ask for.
 *
 * @param name what a job asks for
 * @param description one sentence for people, by language
 * @param transformations names, and objects with a name and parameters, as a request has them
 */
public record TransformationPreset(String name, Map<String, String> description, List<JsonNode> transformations) {

    /** The one that an upload gets that asks for nothing. */
    public static final String DEFAULT = "predeterminado";
}
