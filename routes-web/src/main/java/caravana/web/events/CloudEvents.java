package caravana.web.events;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Writes events as <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">CloudEvents 1.0</a>. */
@Component
public class CloudEvents {

    /** The source of the events, within which their ids are unique. */
    private static final String VIDEOS = "/api/videos";

    private static final String WEBHOOKS = "/api/webhooks";

    private static final TypeReference<Map<String, Object>> ROW = new TypeReference<>() {};

    private final VideoDocument documents;
    private final ObjectMapper json;

    CloudEvents(VideoDocument documents, ObjectMapper json) {
        this.documents = documents;
        this.json = json;
    }

    /**
     * Returns one event in the structured mode.
     *
     * @param row {@code event_id}, {@code type}, {@code subject}, {@code number}, {@code occurred_at} and {@code
     *     content} of a row of {@code events}
     */
    public Map<String, Object> document(Map<String, Object> row) throws JsonProcessingException {
        Map<String, Object> content = json.readValue((String) row.get("content"), ROW);
        String type = (String) row.get("type");
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("specversion", "1.0");
        event.put("id", row.get("event_id"));
        event.put("source", type.startsWith("webhook.") ? WEBHOOKS : VIDEOS);
        event.put("type", type);
        event.put("subject", row.get("subject"));
        event.put("time", row.get("occurred_at"));
        // The extension compares sequence numbers as texts.
        event.put("sequence", "%010d".formatted((Integer) row.get("number")));
        event.put("datacontenttype", "application/json");
        event.put(
                "data",
                // It has no keys of objects, so that no links are signed only to be dropped.
                type.startsWith("video.") ? VideoDocument.withoutLinks(documents.detail(content, null)) : content);
        return event;
    }
}
