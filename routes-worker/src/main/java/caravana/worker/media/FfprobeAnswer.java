package caravana.worker.media;

import caravana.worker.exec.ToolFailedException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Parses the JSON output of ffprobe. */
final class FfprobeAnswer {

    private FfprobeAnswer() {}

    /** @throws ToolFailedException when it is not a JSON object, so that ffprobe has failed */
    static JsonNode read(ObjectMapper json, String answer) {
        try {
            JsonNode root = json.readTree(answer);
            if (root.isObject()) {
                return root;
            }
        } catch (JsonProcessingException noJson) {
            // Reported below.
        }
        throw ToolFailedException.unreadable("ffprobe", answer);
    }
}
