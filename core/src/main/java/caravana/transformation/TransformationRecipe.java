package caravana.transformation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The transformations of a job in the form that the row of the video stores: the names, which each version of a worker
 * can read, and separately the values of the parameters.
 *
 * @param names a JSON array of names
 * @param parameters a JSON object with its version, the values by name and parameter, the ids of the assets among them, and the name
 *     of the preset that was requested, if any; null when there is none of these
 */
public record TransformationRecipe(String names, String parameters) {

    /**
     * The version of the JSON object with the parameters. A worker that does not know the version leaves the job to a
     * newer worker.
     */
    private static final int VERSION = 1;

    /** Keeps decimal fractions as they were written. */
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final String PRESET = "preset";
    private static final String NAMES = "transformations";
    private static final String PARAMETERS = "transformation_parameters";

    private record Kept(
            @JsonProperty("version") int version,
            @JsonProperty("parameters") Map<String, Map<String, Object>> parameters,

            @JsonProperty("assets") @JsonInclude(JsonInclude.Include.NON_EMPTY)
            List<String> assets) {}

    /**
     * Creates the form to be stored. It also stores defaults, so that a later change of a default does not change
     * waiting jobs.
     *
     * @param asked the request, for the order of the names
     * @param transformations the same, validated
     */
    static TransformationRecipe of(List<AskedTransformation> asked, List<AppliedTransformation> transformations) {
        Map<String, Map<String, Object>> parameters = new LinkedHashMap<>();
        transformations.stream()
                .filter(each -> !each.values().isEmpty())
                .forEach(each -> parameters.put(each.name(), each.values()));
        List<String> assets = transformations.stream()
                .flatMap(each -> each.assets().values().stream())
                .distinct()
                .toList();
        List<String> names =
                asked.stream().map(AskedTransformation::name).distinct().toList();
        try {
            return new TransformationRecipe(
                    JSON.writeValueAsString(names),
                    parameters.isEmpty() ? null : JSON.writeValueAsString(new Kept(VERSION, parameters, assets)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the transformations as JSON of a request, each with the values that were given. */
    static String request(List<AskedTransformation> asked, List<AppliedTransformation> transformations) {
        Map<String, Map<String, Object>> values = new LinkedHashMap<>();
        transformations.forEach(each -> values.put(each.name(), each.values()));
        List<Object> items = new ArrayList<>();
        for (AskedTransformation each : asked) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put(AskedTransformation.NAME, each.name());
            each.parameters()
                    .keySet()
                    .forEach(name -> item.put(name, values.get(each.name()).get(name)));
            items.add(item.size() == 1 ? each.name() : item);
        }
        try {
            return JSON.writeValueAsString(items.stream().distinct().toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a copy with the name of the preset from which the transformations come. */
    public TransformationRecipe fromPreset(String preset) {
        try {
            return new TransformationRecipe(names, JSON.writeValueAsString(kept().put(PRESET, preset)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads the columns of a row. */
    public static TransformationRecipe in(Map<?, ?> row) {
        return new TransformationRecipe((String) row.get(NAMES), (String) row.get(PARAMETERS));
    }

    /**
     * Returns whether a repeated request asks for the same: for the same preset, even if its content has changed, or
     * for the same transformations.
     *
     * @throws JsonProcessingException when the stored form or the repeated one is not JSON
     */
    public boolean isSame(TransformationRecipe repeated) throws JsonProcessingException {
        ObjectNode before = kept();
        ObjectNode now = repeated.kept();
        JsonNode preset = before.remove(PRESET);
        JsonNode presetNow = now.remove(PRESET);
        return preset != null && preset.equals(presetNow)
                || JSON.readTree(names).equals(JSON.readTree(repeated.names)) && before.equals(now);
    }

    private ObjectNode kept() throws JsonProcessingException {
        return parameters == null
                ? JSON.valueToTree(new Kept(VERSION, Map.of(), List.of()))
                : (ObjectNode) JSON.readTree(parameters);
    }

    /** Sets the columns of a row that will be written. */
    public void putInto(Map<String, Object> row) {
        row.put(NAMES, names);
        row.put(PARAMETERS, parameters);
    }

    /**
     * Returns the stored request.
     *
     * @throws UnknownTransformationException when the parameters have a version that this app does not know
     * @throws JsonProcessingException when it is not JSON, or the names are not an array
     */
    List<AskedTransformation> asked() throws JsonProcessingException {
        JsonNode kept = parameters == null ? JSON.createObjectNode() : JSON.readTree(parameters);
        int version = kept.path("version").asInt(VERSION);
        if (version != VERSION) {
            throw UnknownTransformationException.ofVersion(version);
        }
        List<AskedTransformation> asked = new ArrayList<>();
        for (String name : JSON.readValue(names, String[].class)) {
            Map<String, JsonNode> values = new LinkedHashMap<>();
            kept.path("parameters")
                    .path(name)
                    .properties()
                    .forEach(field -> values.put(field.getKey(), field.getValue()));
            asked.add(new AskedTransformation(name, values));
        }
        return asked;
    }

    /**
     * Reads the JSON of a request, in which no object may have the same key twice.
     *
     * @throws JsonProcessingException when it is not JSON, or a key is repeated
     */
    public static JsonNode parse(String text) throws JsonProcessingException {
        try {
            return JSON.reader()
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .readTree(text);
        } catch (NumberFormatException e) {
            // Jackson does not catch BigDecimal's exception about an exponent of more than ten digits.
            throw new JsonParseException(null, "A number has too large an exponent", e);
        }
    }
}
