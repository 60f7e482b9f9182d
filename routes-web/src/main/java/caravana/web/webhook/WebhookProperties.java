package caravana.web.webhook;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Webhooks.
 *
 * @param period how often a web node looks for deliveries that are due
 * @param timeout how long a receiver may take for its answer
 * @param lease after which another node sends what one has taken and not ended; several times the timeout
 * @param delays how long the second and each further try waits after the one before it; after the last one, the delivery fails permanently
 */
@Validated
@ConfigurationProperties("caravana.webhooks")
public record WebhookProperties(
        @NotNull Duration period,
        @NotNull Duration timeout,
        @NotNull Duration lease,
        @NotEmpty List<Duration> delays) {}
