package caravana.web.webhook;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of webhooks.
 *
 * @param period how often a web node queries the database for webhook deliveries that are due
 * @param timeout how long a receiver may take to answer a delivery
 * @param lease how long a web node may work on a delivery; then another node sends it. Several times {@code timeout}
 * @param delays pauses before the second and each further try of a delivery, separated by commas; after the last try,
 *     the delivery fails permanently
 */
@Validated
@ConfigurationProperties("caravana.webhooks")
public record WebhookProperties(
        @NotNull Duration period,
        @NotNull Duration timeout,
        @NotNull Duration lease,
        @NotEmpty List<Duration> delays) {}
