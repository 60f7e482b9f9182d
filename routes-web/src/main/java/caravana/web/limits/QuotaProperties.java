package caravana.web.limits;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What an account may have, unless operators have said otherwise of it; 0 for no limit. An upload beyond it is answered 403.
 *
 * @param size bytes of one account's originals together; 0 for no limit
 * @param videos videos of one account; 0 for no limit
 * @param openUploads uploads of one account that have begun and not ended, on all web nodes; 0 for no limit
 * @param minutes minutes of one account's originals that are processed within a month, which begins on its first day at 00:00
 *     UTC; 0 for no limit
 */
@Validated
@ConfigurationProperties("caravana.quota")
public record QuotaProperties(
        @NotNull DataSize size,
        @Min(0) int videos,
        @Min(0) int openUploads,
        @Min(0) int minutes) {}
