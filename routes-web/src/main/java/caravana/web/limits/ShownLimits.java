package caravana.web.limits;

import caravana.media.MediaLimits;
import caravana.web.asset.Assets;
import caravana.web.http.EntityTag;
import caravana.web.reconcile.RetentionProperties;
import caravana.web.transformation.Presets;
import caravana.web.upload.UploadLimits;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** The limits of uploads, for {@code GET /api/limits}. */
@Component("shownLimits")
public class ShownLimits {

    /** The limits of a node change only at its start, and those of other deployments may differ. */
    private static final String CACHE_CONTROL = "public, max-age=300";

    private final Map<String, Object> document;

    ShownLimits(MediaLimits limits, UploadLimits uploads, Quotas quotas, RetentionProperties retention) {
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
        document.put("uploads", uploads.document());
        document.put("direct", uploads.direct());
        document.put("quotas", quotas.settings());
        document.put("retention", retention.document());
        document.put(
                "assets",
                Map.of("max_assets", Assets.MOST, "max_bytes", Assets.BYTES, "max_picture_pixels", Assets.PIXELS));
        document.put("presets", Map.of("max_presets", Presets.MOST));
    }

    /** Composes the answer: the limits, or 304 for a client that has them. */
    public void answer(Exchange exchange) {
        Message message = exchange.getMessage();
        message.setBody(document);
        EntityTag.set(message, document.toString());
        message.setHeader("Cache-Control", CACHE_CONTROL);
    }
}
