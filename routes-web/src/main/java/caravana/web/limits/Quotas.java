package caravana.web.limits;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The quotas of an account, for statements and for {@code show-me}. */
@Component("quotas")
public class Quotas {

    /**
     * The names of the quotas in the contract. {@code show-usage.sql} returns the use of each under its name, and its
     * limit under {@code most_…}.
     */
    static final List<String> KINDS = List.of("bytes", "videos", "open_uploads", "minutes");

    private final Map<String, Long> settings = new LinkedHashMap<>();

    Quotas(QuotaProperties quota) {
        settings.put("bytes", orNull(quota.size().toBytes()));
        settings.put("videos", orNull(quota.videos()));
        settings.put("open_uploads", orNull(quota.openUploads()));
        settings.put("minutes", orNull(quota.minutes()));
    }

    private static Long orNull(long limit) {
        return limit == 0 ? null : limit;
    }

    /** Returns the default of each quota; null for no limit. */
    Map<String, Long> settings() {
        return settings;
    }

    /**
     * Sets the default quotas as the property {@code quota} (null for no limit), and the announced length of the
     * request as {@code content_length}.
     */
    public void note(Exchange exchange) {
        exchange.setProperty("quota", settings);
        exchange.setProperty("content_length", exchange.getMessage().getHeader(Exchange.CONTENT_LENGTH, Long.class));
    }

    /**
     * Returns use and limit of each quota of an account.
     *
     * @param usage result of {@code show-usage.sql}
     */
    static Map<String, Object> shown(Map<String, Object> usage) {
        Map<String, Object> document = new LinkedHashMap<>();
        for (String kind : KINDS) {
            Map<String, Object> quota = new LinkedHashMap<>();
            quota.put("used", usage.get(kind));
            quota.put("limit", usage.get("most_" + kind));
            document.put(kind, quota);
        }
        return document;
    }
}
