package caravana.web.upload;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of imports: videos that web downloads.
 *
 * @param period how often a web node queries the database for imports that are due
 * @param heartbeat how often a web node renews the leases of the imports that it fetches
 * @param lease how long an import stays with a web node that renews no lease; then another node fetches it
 * @param delays pauses before the second and each further try of an import, separated by commas; after the last try,
 *     the import fails
 * @param atOncePerAccount concurrent imports of one account, on all web nodes together
 */
@Validated
@ConfigurationProperties("caravana.imports")
public record ImportProperties(
        @NotNull Duration period,
        @NotNull Duration heartbeat,
        @NotNull Duration lease,
        @NotEmpty List<Duration> delays,
        @Min(1) int atOncePerAccount) {}
