package caravana.job;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of jobs that must be the same for web and worker.
 *
 * @param maxAttempts attempts of a job before it fails permanently, 1 to 100
 * @param accountAtOnce concurrent jobs of one account, 1 to 10,000. Operators can set another number for an account
 * @param newAccountsAtOnce concurrent jobs of all accounts that are younger than 24 hours together, 1 to 10,000
 */
@Validated
@ConfigurationProperties("caravana.job")
public record JobProperties(
        @Min(1) @Max(100) int maxAttempts,
        @Min(1) @Max(10000) int accountAtOnce,
        @Min(1) @Max(10000) int newAccountsAtOnce) {}
