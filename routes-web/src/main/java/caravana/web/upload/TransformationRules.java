package caravana.web.upload;

import caravana.checks.TransformationEntry.Parameter;
import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.transformation.UnknownParameterException;
import caravana.transformation.UnknownTransformationException;
import caravana.web.http.InputText;
import caravana.web.http.JsonMistake;
import caravana.web.http.Problem;
import caravana.web.http.UnknownName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Validates requested transformations, for all ways to request them: names, or objects with parameters. */
@Component
public class TransformationRules {

    /** The field or parameter with a list. */
    public static final String FIELD = "transformaciones";

    /** The field or parameter with the name of a preset. */
    public static final String PRESET = "preset";

    /** The variable with the rows of the caller's own presets, as {@code read-presets.sql} returns them. */
    public static final String OWN_PRESETS = "own_presets";

    /** The variable with the rows of the caller's own assets, as {@code select-assets.sql} returns them. */
    public static final String OWN_ASSETS = "own_assets";

    /** The longest list of names in characters, as in the contract. */
    static final int NAMES_LENGTH = 1000;

    /** The longest JSON in bytes. */
    static final int JSON_BYTES = 32 * 1024;

    /** The longest list of a preset in bytes. */
    private static final int PRESET_BYTES = 8 * 1024;

    /** The most transformations of one request. */
    static final int MOST = 50;

    /** The name of a request's list in refusals. */
    private static final String LIST = "the field transformaciones";

    private final TransformationCatalogue catalogue;

    TransformationRules(TransformationCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * Returns the recipe of a request, as the row stores it.
     *
     * @param request its fields or parameters, of which {@link #FIELD} and {@link #PRESET} are read; with neither,
     *     the default set is requested
     * @throws Problem 400 {@code invalid_request} when both are present, {@code unknown_preset}, or as for a list
     *     in JSON
     */
    TransformationRecipe recipe(Map<String, String> request, Exchange exchange) {
        return request.containsKey(PRESET)
                ? preset(request.get(PRESET), request.containsKey(FIELD), exchange)
                : recipe(request.get(FIELD), exchange);
    }

    /**
     * Returns the recipe of a preset with its current content: the caller's preset of that name, or the deployment's.
     *
     * @param listed whether the request also has a list
     * @throws Problem 400 {@code invalid_request} when it has, {@code unknown_preset}, or as for a list in JSON
     *     when the preset contains something that the catalogue no longer has
     */
    public TransformationRecipe preset(String name, boolean listed, Exchange exchange) {
        if (listed) {
            throw Problem.invalid("The request has both transformaciones and preset. Send one of them.");
        }
        Map<String, Iterable<JsonNode>> known = new LinkedHashMap<>();
        catalogue.presets().forEach(preset -> known.put(preset.name(), preset.transformations()));
        for (Object row : exchange.getVariable(OWN_PRESETS, List.class)) {
            Map<?, ?> own = (Map<?, ?>) row;
            // The account's preset has precedence over a deployment's preset that was added later, so its meaning
            // does not change.
            known.put((String) own.get("name"), json((String) own.get("transformations"), Integer.MAX_VALUE));
        }
        if (!known.containsKey(name)) {
            throw new Problem(400, "unknown_preset", UnknownName.sentence("preset", name, known.keySet()));
        }
        String where = "the preset " + name;
        return checked(where, known.get(name), asked -> recipe(where, asked, exchange))
                .fromPreset(name);
    }

    /**
     * Returns the recipe of a form field or query parameter.
     *
     * @param text names separated by commas, or a JSON array of names and objects; null or empty for the default
     *     set
     * @throws Problem 400 {@code field_too_long}, {@code invalid_request}, {@code unknown_transformation}, {@code
     *     unknown_parameter}, {@code invalid_parameter}, {@code impossible_combination}, {@code unknown_asset} or
     *     {@code asset_unfit}
     */
    private TransformationRecipe recipe(String text, Exchange exchange) {
        String stripped = text == null ? "" : text.strip();
        if (isJson(stripped)) {
            return recipe(json(stripped, JSON_BYTES), exchange);
        }
        if (stripped.length() > NAMES_LENGTH) {
            throw tooLong(NAMES_LENGTH + " characters");
        }
        return checked(
                LIST,
                () -> Stream.of(stripped.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .map(AskedTransformation::named)
                        .toList(),
                asked -> orDefault(asked, exchange));
    }

    private TransformationRecipe orDefault(List<AskedTransformation> asked, Exchange exchange) {
        return recipe(LIST, asked.isEmpty() ? catalogue.askedByDefault() : asked, exchange);
    }

    private TransformationRecipe recipe(String where, List<AskedTransformation> asked, Exchange exchange) {
        checkAssets(where, asked, exchange);
        return catalogue.recipe(asked);
    }

    private void checkAssets(String where, List<AskedTransformation> asked, Exchange exchange) {
        for (AppliedTransformation each : catalogue.apply(asked)) {
            each.assets().forEach((parameter, id) -> checkAsset(where, each, parameter, id, exchange));
        }
    }

    private static void checkAsset(
            String list, AppliedTransformation of, Parameter parameter, String id, Exchange exchange) {
        String where = "In " + list + ": The parameter " + parameter.name() + " of " + of.name() + " is " + id;
        for (Object row : exchange.getVariable(OWN_ASSETS, List.class)) {
            Map<?, ?> own = (Map<?, ?>) row;
            if (own.get("id").equals(id)) {
                if (!parameter.accepts().contains(own.get("media_type"))) {
                    throw new Problem(
                            400,
                            "asset_unfit",
                            where + ", which is " + own.get("media_type") + "; it must be "
                                    + String.join(" or ", parameter.accepts()) + ".");
                }
                return;
            }
        }
        throw new Problem(
                400, "unknown_asset", where + ", and the account has no asset of this id. GET /api/assets lists them.");
    }

    /** Returns whether a text is meant as JSON, and not as a list of names. */
    static boolean isJson(String text) {
        return text.startsWith("[") || text.startsWith("{");
    }

    private static JsonNode json(String text, int bytes) {
        if (text.getBytes(StandardCharsets.UTF_8).length > bytes) {
            throw tooLong(bytes / 1024 + " KiB");
        }
        try {
            return TransformationRecipe.parse(text);
        } catch (JsonProcessingException e) {
            throw Problem.invalid("The field transformaciones " + JsonMistake.of(e)
                    + " It must be names separated by commas, or a JSON array.");
        }
    }

    /**
     * The recipe of a list in JSON.
     *
     * @param exchange has the caller's assets
     * @throws Problem 400 as {@link #recipe(String, Exchange)}, but {@code field_too_long}
     */
    public TransformationRecipe recipe(JsonNode list, Exchange exchange) {
        return checked(LIST, items(list), asked -> recipe(LIST, asked, exchange));
    }

    /**
     * Returns a list in JSON as a preset stores it.
     *
     * @param exchange has the caller's assets
     * @throws Problem 400 as {@link #recipe(JsonNode, Exchange)}, and {@code field_too_long}
     */
    public String kept(JsonNode list, Exchange exchange) {
        String kept = checked(LIST, items(list), asked -> {
            checkAssets(LIST, asked, exchange);
            return catalogue.request(asked);
        });
        if (kept.getBytes(StandardCharsets.UTF_8).length > PRESET_BYTES) {
            throw tooLong(PRESET_BYTES / 1024 + " KiB");
        }
        return kept;
    }

    private static Iterable<JsonNode> items(JsonNode list) {
        if (!list.isArray() || list.isEmpty() || list.size() > MOST) {
            throw Problem.invalid("The field transformaciones must be a list of 1 to " + MOST
                    + " names and objects. Leave the field out for the default set.");
        }
        return list;
    }

    private <T> T checked(String where, Iterable<JsonNode> items, Function<List<AskedTransformation>, T> then) {
        return checked(
                where,
                () -> {
                    List<AskedTransformation> asked = new ArrayList<>();
                    items.forEach(item -> asked.add(AskedTransformation.read(item)));
                    return asked;
                },
                then);
    }

    private <T> T checked(
            String where, Supplier<List<AskedTransformation>> read, Function<List<AskedTransformation>, T> then) {
        try {
            return then.apply(read.get());
        } catch (UnknownTransformationException e) {
            throw new Problem(
                    400,
                    "unknown_transformation",
                    of(where) + UnknownName.sentence("transformation", e.name(), catalogue.names()));
        } catch (UnknownParameterException e) {
            throw new Problem(
                    400,
                    "unknown_parameter",
                    "In " + where + ", of " + e.transformation() + ": "
                            + UnknownName.sentence("parameter", e.parameter(), e.known()));
        } catch (InvalidParameterException e) {
            throw new Problem(
                    400,
                    "invalid_parameter",
                    "In " + where + ": " + e.what()
                            + (e.value() == null ? " is missing" : " is " + InputText.shown(e.value()))
                            + "; it must be " + e.allowed() + ".");
        } catch (ImpossibleCombinationException e) {
            throw new Problem(400, "impossible_combination", of(where) + e.getMessage());
        }
    }

    /** Returns the beginning of a sentence about a value in a preset, which the request does not show. */
    private static String of(String where) {
        return where.equals(LIST) ? "" : "In " + where + ": ";
    }

    private static Problem tooLong(String limit) {
        return new Problem(
                400, "field_too_long", "The field transformaciones is longer than " + limit + ". Shorten it.");
    }
}
