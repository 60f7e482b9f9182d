package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parses tus's {@code Upload-Metadata}: names with values in base64. */
final class UploadMetadata {

    private UploadMetadata() {}

    /**
     * Reads the header.
     *
     * @param header null for none
     * @return the values by their names, in their order
     * @throws Problem 400 {@code metadata_invalid} when the header does not follow tus, or a text is not UTF-8
     */
    static Map<String, String> parse(String header) {
        Map<String, String> values = new LinkedHashMap<>();
        if (header == null || header.isBlank()) {
            return values;
        }
        for (String pair : header.split(",", -1)) {
            String[] parts = pair.strip().split(" +", 2);
            String name = parts[0];
            if (name.isEmpty()) {
                throw invalid("has a pair without a name");
            }
            if (values.putIfAbsent(name, decoded(name, parts.length > 1 ? parts[1] : "")) != null) {
                throw invalid("names " + InputText.shown(name) + " more than once");
            }
        }
        return values;
    }

    private static String decoded(String name, String value) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException noBase64) {
            throw invalid("has a value of " + InputText.shown(name) + " that is not base64");
        }
        String text = InputText.decoded(name, bytes);
        InputText.check(name, text);
        return text;
    }

    private static Problem invalid(String what) {
        return new Problem(
                400,
                "metadata_invalid",
                "The header Upload-Metadata " + what
                        + ". Send pairs of a name and its value in base64, with a space between, separated by commas.");
    }
}
