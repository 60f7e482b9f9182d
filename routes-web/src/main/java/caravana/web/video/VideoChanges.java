package caravana.web.video;

import caravana.web.http.EntityTag;
import caravana.web.http.FileName;
import caravana.web.http.Problem;
import caravana.web.upload.UploadRules;
import caravana.web.upload.VideoLabels;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/**
 * Applies a JSON merge patch (RFC 7396) to the editable fields of a video: a missing field stays as it is, and null
 * removes one.
 */
@Component("videoChanges")
public class VideoChanges {

    private final UploadRules rules;

    VideoChanges(UploadRules rules) {
        this.rules = rules;
    }

    /**
     * Reads the patch, for {@code update-video.sql}.
     *
     * @return {@code title} (null for no change), {@code names_file} (whether the file name changes), {@code
     *     file_name} (null for none), {@code names_reference} and {@code reference}, {@code names_metadata} and {@code
     *     metadata} (its patch) likewise, and {@code conditional} (whether the client names the version that it
     *     changes)
     * @throws Problem 400 {@code title_invalid} and {@code reference_invalid} as for an upload, {@code
     *     invalid_request} when nothing remains of a file name
     */
    public Map<String, Object> read(Message request) throws JsonProcessingException {
        JsonNode patch = VideoLabels.body(request);
        Map<String, Object> changes = new HashMap<>();
        changes.put(
                "title", patch.has("title") ? rules.title(patch.path("title").textValue()) : null);
        changes.put("names_file", patch.has("file_name"));
        changes.put("file_name", fileName(patch.path("file_name").textValue()));
        changes.put("names_reference", patch.has(VideoLabels.REFERENCE));
        changes.put(
                "reference",
                VideoLabels.reference(patch.path(VideoLabels.REFERENCE).textValue()));
        changes.put("names_metadata", patch.has(VideoLabels.METADATA));
        changes.put("metadata", patch.get(VideoLabels.METADATA));
        changes.put("conditional", EntityTag.isCondition(request));
        return changes;
    }

    /**
     * Merges metadata of the patch into that of the row.
     *
     * @throws Problem 400 {@code metadata_invalid}
     */
    public void merge(
            @ExchangeProperty("changes") Map<String, Object> changes,
            @ExchangeProperty("row") Map<String, Object> row) {
        if (changes.get("metadata") != null) {
            changes.put(
                    "metadata", VideoLabels.merged((String) row.get("metadata"), (JsonNode) changes.get("metadata")));
        }
    }

    private static String fileName(String name) {
        String stored = FileName.stored(name);
        if (name != null && stored == null) {
            throw Problem.invalid(
                    "The field file_name has no visible character. Send a name with one, or null to remove it.");
        }
        return stored;
    }

    /**
     * Refuses the change, with the reason.
     *
     * @throws Problem always: 412 {@code precondition_failed} or 404 {@code not_found}, because another client has
     *     changed or deleted the video at the same moment
     */
    public void refuse(@ExchangeProperty("changes") Map<String, Object> changes) {
        throw Boolean.TRUE.equals(changes.get("conditional")) ? EntityTag.changed() : Ownership.unknown();
    }
}
