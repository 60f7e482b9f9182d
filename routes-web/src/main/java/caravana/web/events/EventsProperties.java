package caravana.web.events;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Event streams.
 *
 * @param streams how many may be open on this node; more get 503
 * @param period how often it is looked for changes, once for all streams
 * @param heartbeat how long a stream is silent before it gets a comment, by which a client that is gone is noticed
 */
@Validated
@ConfigurationProperties("caravana.events")
record EventsProperties(
        @Min(1) int streams,
        @NotNull Duration period,
        @NotNull Duration heartbeat) {}
