package caravana.web.limits;

import caravana.media.MediaLimits;
import caravana.web.http.EntityTag;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** The limits of originals as clients see them. */
@Component("shownLimits")
public class ShownLimits {

    /** Another deployment may have other limits; a node's own change with its start alone. */
    private static final String CACHE_CONTROL = "public, max-age=300";

    private final Map<String, Object> document;

    ShownLimits(MediaLimits limits) {
        document = new LinkedHashMap<>();
        document.put("max_bytes", limits.size().toBytes());
        document.put("min_duration_seconds", limits.shortest().toMillis() / 1000.0);
        document.put("max_duration_seconds", limits.longest().toMillis() / 1000.0);
        document.put("max_width", limits.width());
        document.put("max_height", limits.height());
        document.put("min_height", limits.smallestHeight());
        document.put("max_frame_rate", limits.frameRate());
        document.put("max_streams", limits.streams());
        document.put("formats", limits.formats());
        document.put("video_codecs", limits.codecs());
    }

    /** Makes the answer: the limits, or 304 for a client that has them. */
    public void answer(Exchange exchange) {
        Message message = exchange.getMessage();
        message.setBody(document);
        EntityTag.set(message, document.toString());
        message.setHeader("Cache-Control", CACHE_CONTROL);
    }
}
