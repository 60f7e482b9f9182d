package caravana.job;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of jobs that web and worker must share.
 *
 * @param maxAttempts attempts that a job may cost before it fails permanently, 1 to 100
 * @param accountAtOnce jobs of one account that run at once, 1 to 10,000, unless operators set another number for it
 * @param newAccountsAtOnce jobs that run at once of all accounts together that are younger than 24 hours, 1 to 10,000
 */
@Validated
@ConfigurationProperties("caravana.job")
public record JobProperties(
        @Min(1) @Max(100) int maxAttempts,
        @Min(1) @Max(10000) int accountAtOnce,
        @Min(1) @Max(10000) int newAccountsAtOnce) {}
