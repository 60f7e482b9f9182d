package caravana.web.limits;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The default quotas of an account; 0 for no limit. An upload beyond one gets 403.
 *
 * @param size quota of each account: total size of its originals; 0 for no limit. Operators can set another one for
 *     an account
 * @param videos quota of each account: number of its videos; 0 for no limit. Operators can set another one for an
 *     account
 * @param openUploads quota of each account: number of its unfinished uploads on all web nodes; 0 for no limit.
 *     Operators can set another one for an account
 * @param minutes quota of each account: minutes of originals that are processed in a calendar month (UTC); 0 for no
 *     limit. Operators can set another one for an account
 */
@Validated
@ConfigurationProperties("caravana.quota")
public record QuotaProperties(
        @NotNull DataSize size,
        @Min(0) int videos,
        @Min(0) int openUploads,
        @Min(0) int minutes) {}
