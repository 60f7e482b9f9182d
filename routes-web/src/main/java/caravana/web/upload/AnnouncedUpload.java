package caravana.web.upload;

import caravana.web.http.FileName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The data about a file that its client sends before the bytes, for all ways to upload. */
@Component
class AnnouncedUpload {

    private static final int LONGEST_TITLE = 200;

    private final UploadRules rules;
    private final TransformationRules transformations;

    AnnouncedUpload(UploadRules rules, TransformationRules transformations) {
        this.rules = rules;
        this.transformations = transformations;
    }

    /**
     * Validates the announcement, and returns the columns of the upload's row.
     *
     * @param bytes the file's length; null when it is not known yet
     * @param name the file's name; empty for none
     * @param type its media type; empty for none
     * @param texts of which {@code title}, {@code transformaciones}, {@code preset}, {@code original_sha256},
     *     {@code prioridad}, {@code reference} and {@code metadata} are read; without a title, the file's name is the
     *     title
     * @throws caravana.web.http.Problem 400, 403 or 415 when it does not match the contract, or the file cannot be
     *     a video
     */
    Map<String, Object> columns(Long bytes, String name, String type, Map<String, String> texts, Exchange exchange) {
        if (!type.isEmpty()) {
            VideoCheck.checkType(type);
        }
        VideoCheck.checkName(name);
        Map<String, Object> announced = new LinkedHashMap<>();
        announced.put("bytes", bytes);
        announced.put("title", rules.title(texts.containsKey("title") ? texts.get("title") : titleOf(name)));
        announced.put("original_name", FileName.stored(name));
        transformations.recipe(texts, exchange).putInto(announced);
        announced.put(
                OriginalChecksum.COLUMN,
                OriginalChecksum.of(texts.get(OriginalChecksum.FIELD)).announced());
        VideoLabels.put(texts, announced);
        announced.put(Priority.COLUMN, Priority.of(texts.get(Priority.FIELD), exchange));
        return announced;
    }

    /** Returns a file's name without its extension, shortened to the length of a title. */
    private static String titleOf(String name) {
        String stored = FileName.stored(name);
        if (stored == null) {
            return null;
        }
        String stem = stored.replaceFirst("\\.[A-Za-z0-9]{1,10}$", "");
        String title = stem.isBlank() ? stored : stem;
        return title.codePointCount(0, title.length()) <= LONGEST_TITLE
                ? title
                : title.substring(0, title.offsetByCodePoints(0, LONGEST_TITLE));
    }
}
