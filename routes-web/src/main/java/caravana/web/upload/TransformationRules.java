package caravana.web.upload;

import caravana.transformation.AskedTransformation;
import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.InvalidParameterException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.transformation.UnknownParameterException;
import caravana.transformation.UnknownTransformationException;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.UnknownName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** What may be asked for of the catalogue, whichever way it comes: names, or objects with parameters. */
@Component
public class TransformationRules {

    static final String FIELD = "transformaciones";

    /** Of the longest list of names, in characters, as the contract has it. */
    static final int NAMES_LENGTH = 1000;

    /** Of the longest JSON, in bytes. */
    static final int JSON_BYTES = 32 * 1024;

    private static final int MOST = 50;

    private final TransformationCatalogue catalogue;

    TransformationRules(TransformationCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * What the row keeps of a field or a parameter of the address.
     *
     * @param text names separated by commas, or a JSON array of names and objects; null or empty for the default set
     * @throws Problem 400 {@code field_too_long}, {@code invalid_request}, {@code unknown_transformation},
     *     {@code unknown_parameter}, {@code invalid_parameter} or {@code impossible_combination}
     */
    TransformationRecipe recipe(String text) {
        String stripped = text == null ? "" : text.strip();
        if (isJson(stripped)) {
            return recipe(json(stripped));
        }
        if (stripped.length() > NAMES_LENGTH) {
            throw tooLong(NAMES_LENGTH + " characters");
        }
        return checked(() -> Stream.of(stripped.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(AskedTransformation::named)
                .toList());
    }

    /** Whether a text is meant as JSON, and not as names. */
    static boolean isJson(String text) {
        return text.startsWith("[") || text.startsWith("{");
    }

    private static JsonNode json(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > JSON_BYTES) {
            throw tooLong(JSON_BYTES / 1024 + " KiB");
        }
        try {
            return TransformationRecipe.parse(text);
        } catch (JsonProcessingException e) {
            throw Problem.invalid("The field transformaciones is not JSON: " + InputText.shown(e.getOriginalMessage())
                    + ". Send names separated by commas, or a JSON array.");
        }
    }

    /**
     * What the row keeps of a list in JSON; the default set of an empty one.
     *
     * @throws Problem 400 as {@link #recipe(String)}, but {@code field_too_long}
     */
    public TransformationRecipe recipe(JsonNode list) {
        if (!list.isArray() || list.size() > MOST) {
            throw Problem.invalid(
                    "The field transformaciones must be a list of at most " + MOST + " names and objects.");
        }
        return checked(() -> {
            List<AskedTransformation> asked = new ArrayList<>();
            list.forEach(item -> asked.add(AskedTransformation.read(item)));
            return asked;
        });
    }

    private TransformationRecipe checked(Supplier<List<AskedTransformation>> read) {
        try {
            List<AskedTransformation> asked = read.get();
            return catalogue.recipe(asked.isEmpty() ? catalogue.askedByDefault() : asked);
        } catch (UnknownTransformationException e) {
            throw new Problem(
                    400, "unknown_transformation", UnknownName.sentence("transformation", e.name(), catalogue.names()));
        } catch (UnknownParameterException e) {
            throw new Problem(
                    400,
                    "unknown_parameter",
                    "In the field transformaciones, of " + e.transformation() + ": "
                            + UnknownName.sentence("parameter", e.parameter(), e.known()));
        } catch (InvalidParameterException e) {
            throw new Problem(
                    400,
                    "invalid_parameter",
                    "In the field transformaciones: " + e.what()
                            + (e.value() == null ? " is missing" : " is " + InputText.shown(e.value()))
                            + "; it must be " + e.allowed() + ".");
        } catch (ImpossibleCombinationException e) {
            throw new Problem(400, "impossible_combination", e.getMessage());
        }
    }

    private static Problem tooLong(String limit) {
        return new Problem(
                400, "field_too_long", "The field transformaciones is longer than " + limit + ". Shorten it.");
    }
}
