package caravana.web.limits;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What an account may have, unless {@code account_quotas} says otherwise of it; 0 for no limit.
 *
 * @param size of its originals together
 * @param videos how many
 * @param openUploads uploads that have begun and not ended, on all web nodes
 * @param minutes of originals that are processed within a month, which begins on its first day at 00:00 UTC
 */
@Validated
@ConfigurationProperties("caravana.quota")
public record QuotaProperties(
        @NotNull DataSize size,
        @Min(0) int videos,
        @Min(0) int openUploads,
        @Min(0) int minutes) {}
