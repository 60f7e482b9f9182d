package caravana.web.limits;

import caravana.media.MediaLimits;
import caravana.web.caller.Caller;
import caravana.web.events.EventsProperties;
import caravana.web.upload.UploadProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** The answer of {@code show-me} about the caller's own account. */
@Component("me")
public class Me {

    private final MediaLimits originals;
    private final UploadProperties upload;
    private final EventsProperties events;

    Me(MediaLimits originals, UploadProperties upload, EventsProperties events) {
        this.originals = originals;
        this.upload = upload;
        this.events = events;
    }

    /**
     * Composes the answer.
     *
     * @param account the account's row; null when an outside issuer manages the account
     * @param usage use and limits of the account's quotas, a result of {@code show-usage.sql}
     */
    public Map<String, Object> answer(
            @Body Map<String, Object> account,
            @ExchangeProperty("caller") Caller caller,
            @ExchangeProperty("usage") Map<String, Object> usage) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", caller.getId());
        document.put("email", account == null ? caller.email() : account.get("email"));
        document.put("verified_at", account == null ? null : account.get("verified_at"));
        document.put("roles", caller.roles());
        document.put("limits", limits());
        document.put("quotas", Quotas.shown(usage));
        return document;
    }

    /** Returns the limits that are the same for all accounts. */
    private Map<String, Object> limits() {
        Map<String, Object> limits = new LinkedHashMap<>();
        limits.put("upload_bytes", originals.size().toBytes());
        limits.put("uploads_at_once", upload.atOncePerAccount());
        limits.put("event_streams_at_once", events.streamsPerAccount());
        limits.put("uploads_per_hour", upload.perHour() == 0 ? null : upload.perHour());
        return limits;
    }
}
