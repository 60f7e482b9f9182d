package caravana.web.video;

import caravana.job.LiveProgress;
import caravana.web.links.PlaybackLinks;
import caravana.web.links.PresignedLinks;
import caravana.web.links.VideoOutput;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * The JSON document of a video for clients: its row, links, and live progress while a worker processes it. The column
 * {@code more} of the row is a JSON object whose fields are added, so that a statement alone can add a field.
 */
@Component("videoDocument")
public class VideoDocument {

    private final PresignedLinks links;
    private final PlaybackLinks playback;
    private final ObjectMapper json;

    VideoDocument(PresignedLinks links, PlaybackLinks playback, ObjectMapper json) {
        this.links = links;
        this.playback = playback;
        this.json = json;
    }

    /**
     * Returns the document of a video in a list.
     *
     * @param row a row of {@code list-videos.sql}
     */
    Map<String, Object> summary(Map<String, Object> row) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        for (String field : new String[] {"video_id", "title", "status", "uploaded_at", "updated_at", "processed_at"}) {
            document.put(field, row.get(field));
        }
        document.put("file_name", row.get("original_name"));
        document.put("reference", row.get("reference"));
        document.put("metadata", parsed((String) row.get("metadata")));
        document.put("processed_url", links.processed(row));
        document.put("playable_at", row.get("playable_at"));
        document.put("playback_url", playback.to(row));
        JsonNode more = parsed((String) row.get("more"));
        if (more != null) {
            // Fields of the contract are added later, and replace fields of the same name.
            more.properties().forEach(field -> document.putIfAbsent(field.getKey(), field.getValue()));
        }
        return document;
    }

    /**
     * Returns the complete document of a video.
     *
     * @param row a row of {@code find-own-video.sql}
     * @param progress the live progress in Redis ({@code phase}, {@code percent}, {@code eta_seconds}); null or
     *     empty when there is none
     */
    public Map<String, Object> detail(
            @ExchangeProperty("row") Map<String, Object> row,
            @ExchangeProperty("progress") Map<String, String> progress)
            throws JsonProcessingException {
        String status = (String) row.get("status");
        boolean live = status.equals("processing") && progress != null && !progress.isEmpty();

        Map<String, Object> document = summary(row);
        document.put("original_url", links.original(row));
        document.put("original_sha256", row.get("original_sha256"));
        document.put("poster_url", links.poster(row));
        document.put("outputs", outputs(row, document));
        document.put("phase", live ? progress.get(LiveProgress.PHASE) : null);
        document.put(
                "progress",
                status.equals("processed") ? Double.valueOf(100) : number(progress, live, LiveProgress.PERCENT));
        document.put("eta_seconds", number(progress, live, LiveProgress.ETA_SECONDS));
        document.put("queue_position", row.get("queue_position"));
        document.put("ready_from", row.get("ready_from"));
        document.put("ready_by", row.get("ready_by"));
        document.put("attempts", row.get("attempts"));
        // The original ended before its own description says; the available part was processed.
        document.put("truncated", row.get("truncated"));
        document.put("warnings", row.get("warnings") == null ? List.of() : parsed((String) row.get("warnings")));
        document.put("media_info", parsed((String) row.get("media_info")));
        document.put("error", error(row));
        document.put("phase_ms", parsed((String) row.get("phase_ms")));
        return document;
    }

    /** Returns the document without its links, which differ each time. Equal documents mean an unchanged video. */
    public static Map<Object, Object> withoutLinks(Map<?, ?> video) {
        Map<Object, Object> content = new LinkedHashMap<>(video);
        content.keySet().removeIf(field -> String.valueOf(field).endsWith("url"));
        content.computeIfPresent(
                "outputs",
                (field, outputs) -> ((List<?>) outputs)
                        .stream()
                                .map(output -> withoutLinks((Map<?, ?>) output))
                                .toList());
        return content;
    }

    /** Returns the files of the result, with links. The links that the document has already are reused. */
    private List<Map<String, Object>> outputs(Map<String, Object> row, Map<String, Object> document) {
        Map<Object, Object> made = new HashMap<>();
        made.put(row.get("processed_key"), document.get("processed_url"));
        made.put(row.get("poster_key"), document.get("poster_url"));
        List<Map<String, Object>> outputs = new ArrayList<>();
        for (VideoOutput output : VideoOutput.of(row)) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("name", output.name());
            shown.put("role", output.role());
            shown.put("media_type", output.mediaType());
            shown.put("bytes", output.bytes());
            shown.put("width", output.width());
            shown.put("height", output.height());
            shown.put("seconds", output.seconds());
            shown.put("language", output.language());
            shown.put(
                    "url",
                    PlaybackLinks.isStream(output)
                            ? document.get("playback_url")
                            : made.containsKey(output.key()) ? made.get(output.key()) : links.output(row, output));
            outputs.add(shown);
        }
        return outputs;
    }

    private static Double number(Map<String, String> progress, boolean live, String field) {
        return live && progress.get(field) != null ? Double.valueOf(progress.get(field)) : null;
    }

    private Map<String, Object> error(Map<String, Object> row) throws JsonProcessingException {
        if (!"failed".equals(row.get("status"))) {
            return null;
        }
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", row.get("error_code"));
        error.put("last_code", row.get("last_code"));
        error.put("detail", FailureSentence.of(row));
        error.put("values", parsed((String) row.get("error_values")));
        error.put("retryable", row.get("retryable"));
        return error;
    }

    private JsonNode parsed(String text) throws JsonProcessingException {
        return text == null ? null : json.readTree(text);
    }
}
