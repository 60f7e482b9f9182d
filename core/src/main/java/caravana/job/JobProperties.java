package caravana.job;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What web and worker have to agree on about a job.
 *
 * @param maxAttempts attempts that a job may cost before it fails permanently, 1 to 100
 */
@Validated
@ConfigurationProperties("caravana.job")
public record JobProperties(@Min(1) @Max(100) int maxAttempts) {}
