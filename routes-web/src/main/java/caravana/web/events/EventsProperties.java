package caravana.web.events;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of event streams.
 *
 * @param streams open event streams on one web node, 1 or more; more get 503
 * @param streamsPerAccount open event streams of one account on one web node, 1 or more; more get 429. Empty for a
 *     quarter of {@code streams}
 * @param period how often a web node queries the database for changes, once for all event streams
 * @param heartbeat time without events after which a stream gets a comment, so that web notices disconnected clients
 * @param patience how long a client of an event stream may read nothing; then web closes its connection
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
