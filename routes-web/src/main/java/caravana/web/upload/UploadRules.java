package caravana.web.upload;

import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.UnknownTransformationException;
import caravana.web.http.Problem;
import caravana.web.http.UnknownName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** What may be said of a video, whichever way it comes. */
@Component
public class UploadRules {

    private static final int HOUR_SECONDS = 3600;
    private static final int TITLE_LENGTH = 200;
    /** Of the longest list of names, in characters, as the contract has it. */
    static final int TRANSFORMATIONS_LENGTH = 1000;

    /** Control characters of ASCII and ISO 8859-1, separators of lines, and marks that turn the direction of what follows. */
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]");

    /** Of no width, or white space that {@link String#strip()} does not know. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Z}\\p{Cf}]*");

    private static final Pattern KEY = Pattern.compile("[!-~]{1,200}");

    private final TransformationCatalogue catalogue;
    private final ObjectMapper json;

    UploadRules(TransformationCatalogue catalogue, ObjectMapper json) {
        this.catalogue = catalogue;
        this.json = json;
    }

    /**
     * The title, in any script, without the space around it.
     *
     * @throws Problem 400 {@code title_invalid}
     */
    public String title(String text) {
        String title = text == null ? "" : text.strip();
        if (INVISIBLE.matcher(title).matches()
                || title.codePointCount(0, title.length()) > TITLE_LENGTH
                || CONTROL.matcher(text).find()) {
            throw new Problem(
                    400,
                    "title_invalid",
                    "Send a title of 1 to " + TITLE_LENGTH
                            + " characters, at least one of them visible and none of them a control character.");
        }
        return title;
    }

    /**
     * The transformations, as a JSON array.
     *
     * @param names separated by commas; null or empty for the default set
     * @throws Problem 400 {@code field_too_long}, {@code unknown_transformation} or {@code impossible_combination}
     */
    String transformations(String names) {
        return array(transformationList(names));
    }

    /**
     * The transformations, as a JSON array.
     *
     * @param names may be empty, for the default set
     * @throws Problem 400 {@code unknown_transformation} or {@code impossible_combination}
     */
    public String transformations(List<String> names) {
        return array(chosen(names));
    }

    /**
     * The transformations.
     *
     * @param names separated by commas; null or empty for the default set
     * @throws Problem 400 {@code field_too_long}, {@code unknown_transformation} or {@code impossible_combination}
     */
    List<String> transformationList(String names) {
        if (names != null && names.length() > TRANSFORMATIONS_LENGTH) {
            throw new Problem(
                    400,
                    "field_too_long",
                    "The field transformaciones is longer than " + TRANSFORMATIONS_LENGTH + " characters. Shorten it.");
        }
        return chosen(names == null ? List.of() : List.of(names.split(",")));
    }

    private List<String> chosen(List<String> names) {
        List<String> asked = names.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        List<String> chosen = asked.isEmpty() ? catalogue.defaultSet() : asked;
        try {
            catalogue.resolve(chosen);
            return chosen;
        } catch (UnknownTransformationException e) {
            throw new Problem(
                    400, "unknown_transformation", UnknownName.sentence("transformation", e.name(), catalogue.names()));
        } catch (ImpossibleCombinationException e) {
            throw new Problem(400, "impossible_combination", e.getMessage());
        }
    }

    private String array(List<String> names) {
        try {
            return json.writeValueAsString(names);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a JSON array has these names, in this order. */
    boolean isSame(String array, List<?> names) {
        try {
            return json.readTree(array).equals(json.valueToTree(names));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The {@code Idempotency-Key}; null when there is none.
     *
     * @throws Problem 400 {@code idempotency_key_invalid}
     */
    String idempotencyKey(String header) {
        if (header != null && !KEY.matcher(header).matches()) {
            throw new Problem(
                    400,
                    "idempotency_key_invalid",
                    "Send an Idempotency-Key of 1 to 200 visible ASCII characters, without spaces.");
        }
        return header;
    }

    /** 429 {@code too_many_uploads}: the account has had as many jobs within an hour as it may. */
    public static Problem tooMany() {
        return new Problem(
                429,
                "too_many_uploads",
                "This account has uploaded or processed again as many videos as it may within an hour; try again later.",
                HOUR_SECONDS);
    }

    /** @throws Problem 415 {@code not_a_video} */
    static void checkNotEmpty(long bytes) {
        if (bytes == 0) {
            throw new Problem(415, "not_a_video", "The file is empty. Send a video.");
        }
    }
}
