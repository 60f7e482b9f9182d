package caravana.web.events;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;

/**
 * The event that a webhook was disabled because its calls failed.
 *
 * @param id of the webhook
 * @param happened the id of that event in the list of events
 * @param content the data of the stream's event, in JSON
 */
record DisabledWebhook(String id, String owner, String happened, String content, boolean isReplay) implements Found {

    @Override
    public boolean isUnfinished() {
        return false;
    }

    @Override
    public String event() {
        return "webhook.disabled";
    }

    @Override
    public byte[] json(VideoDocument documents, ObjectMapper mapper) {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DisabledWebhook webhook && happened.equals(webhook.happened);
    }

    @Override
    public int hashCode() {
        return happened.hashCode();
    }
}
