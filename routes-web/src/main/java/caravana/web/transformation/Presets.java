package caravana.web.transformation;

import caravana.checks.TransformationPreset;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.upload.TransformationRules;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** Named lists of transformations: those of the deployment, and those that an account has saved. */
@Component("presets")
public class Presets {

    /** The most presets of one account. */
    public static final int MOST = 50;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

    private final TransformationCatalogue catalogue;
    private final TransformationRules rules;

    Presets(TransformationCatalogue catalogue, TransformationRules rules) {
        this.catalogue = catalogue;
        this.rules = rules;
    }

    /**
     * Composes the list: the deployment's presets, the default one first, then the caller's.
     *
     * @param own the caller's rows, in the order of their names
     */
    public Map<String, Object> list(@Variable(TransformationRules.OWN_PRESETS) List<Map<String, Object>> own)
            throws JsonProcessingException {
        List<Map<String, Object>> presets = new ArrayList<>();
        for (TransformationPreset preset : catalogue.presets()) {
            presets.add(shown(preset));
        }
        for (Map<String, Object> row : own) {
            presets.add(shown(row));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("presets", presets);
        document.put("limit", MOST);
        return document;
    }

    /**
     * Composes the answer: the preset that an upload gets by this name.
     *
     * @param own the caller's rows
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> show(
            @ExchangeProperty("preset_name") String name,
            @Variable(TransformationRules.OWN_PRESETS) List<Map<String, Object>> own)
            throws JsonProcessingException {
        for (Map<String, Object> row : own) {
            if (row.get("name").equals(name)) {
                return shown(row);
            }
        }
        return catalogue.presets().stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .map(Presets::shown)
                .orElseThrow(() -> new Problem(
                        404, "not_found", "Neither the account nor the deployment has a preset of this name."));
    }

    private static Map<String, Object> shown(TransformationPreset preset) {
        Map<String, Object> shown = shown(preset.name(), false, preset.transformations());
        shown.put("description", preset.description());
        return shown;
    }

    private static Map<String, Object> shown(Map<String, Object> row) throws JsonProcessingException {
        return shown((String) row.get("name"), true, TransformationRecipe.parse((String) row.get("transformations")));
    }

    private static Map<String, Object> shown(String name, boolean own, Object transformations) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", name);
        shown.put("own", own);
        shown.put(TransformationRules.FIELD, transformations);
        return shown;
    }

    /**
     * Reads a preset, for {@code save-preset.sql}.
     *
     * @param exchange has the caller's assets
     * @return {@code name}, {@code transformations} as JSON, and {@code most}, the account's limit of presets
     * @throws Problem 400 {@code preset_name_invalid}, or as an upload with the same list; 409 {@code preset_of_deployment}
     */
    public Map<String, Object> read(@Header("name") String name, @Body String body, Exchange exchange)
            throws JsonProcessingException {
        if (!NAME.matcher(name).matches()) {
            throw new Problem(
                    400,
                    "preset_name_invalid",
                    "The preset's name is " + InputText.shown(name)
                            + "; it must be 1 to 40 lower-case letters, digits, hyphens and underscores, of which the first is a"
                            + " letter or a digit.");
        }
        if (isOfDeployment(name)) {
            throw ofDeployment(name, "Choose another name.");
        }
        Map<String, Object> preset = new LinkedHashMap<>();
        preset.put("name", name);
        preset.put(
                "transformations",
                rules.kept(TransformationRecipe.parse(body).path(TransformationRules.FIELD), exchange));
        preset.put("most", MOST);
        return preset;
    }

    private boolean isOfDeployment(String name) {
        return catalogue.presets().stream().anyMatch(preset -> preset.name().equals(name));
    }

    private static Problem ofDeployment(String name, String instead) {
        return new Problem(
                409,
                "preset_of_deployment",
                "The preset " + name + " belongs to the deployment, and cannot be changed. " + instead);
    }

    /**
     * Composes the answer: the preset, with 201 when it is new.
     *
     * @param preset as {@link #read} returned it
     * @throws Problem 403 {@code too_many_presets}
     */
    public void saved(@ExchangeProperty("preset") Map<String, Object> preset, Exchange exchange)
            throws JsonProcessingException {
        Message message = exchange.getMessage();
        Object outcome = message.getBody(Map.class).get("outcome");
        if (outcome.equals("too_many")) {
            throw new Problem(
                    403,
                    "too_many_presets",
                    "The account has " + MOST + " presets, which is the limit. Delete or replace one.");
        }
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, outcome.equals("created") ? 201 : 200);
        message.setBody(shown(
                (String) preset.get("name"), true, TransformationRecipe.parse((String) preset.get("transformations"))));
    }

    /**
     * Checks the result of {@code delete-preset.sql}.
     *
     * @throws Problem 404 {@code not_found} or 409 {@code preset_of_deployment} when the caller has no preset of
     *     that name
     */
    public void deleted(@Body Map<String, Object> row, @ExchangeProperty("preset_name") String name) {
        if (row == null) {
            throw isOfDeployment(name)
                    ? ofDeployment(name, "Only a preset of the account's own can be deleted.")
                    : new Problem(404, "not_found", "The account has no preset of this name.");
        }
    }
}
