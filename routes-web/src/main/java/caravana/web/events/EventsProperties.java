package caravana.web.events;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Event streams.
 *
 * @param streams event streams that may be open on one web node, 1 or more; more are answered 503
 * @param streamsPerAccount how many of them may be one account's, 1 or more; empty for a quarter of {@code streams}. More
 *     are answered 429
 * @param period how often a web node looks for changes, once for all event streams
 * @param heartbeat how long an event stream is silent before it gets a comment, which reveals a client that is gone
 * @param patience how long a client of an event stream may take nothing of what is sent; then its connection is closed
 */
@Validated
@ConfigurationProperties("caravana.events")
public record EventsProperties(
        @Min(1) int streams,
        @Min(1) Integer streamsPerAccount,
        @NotNull Duration period,
        @NotNull Duration heartbeat,
        @NotNull Duration patience) {

    private static final int ACCOUNTS_PER_NODE = 4;

    public EventsProperties {
        if (streamsPerAccount == null) {
            streamsPerAccount = Math.max(1, streams / ACCOUNTS_PER_NODE);
        }
    }
}
