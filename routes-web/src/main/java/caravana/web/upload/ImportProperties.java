package caravana.web.upload;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Videos that web fetches.
 *
 * @param period how often a web node looks for imports that are due
 * @param heartbeat how often a web node renews the leases of those that it fetches
 * @param lease when another node takes over what a node that is gone has fetched
 * @param delays how long the second and each further try waits after the one before it; after the last one, an import has failed
 * @param atOncePerAccount how many imports of one account are fetched at once, on all web nodes
 */
@Validated
@ConfigurationProperties("caravana.imports")
public record ImportProperties(
        @NotNull Duration period,
        @NotNull Duration heartbeat,
        @NotNull Duration lease,
        @NotEmpty List<Duration> delays,
        @Min(1) int atOncePerAccount) {}
