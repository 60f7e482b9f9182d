package caravana.web.upload;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of uploads. The limits of originals are in {@link caravana.media.MediaLimits}.
 *
 * @param atOnce concurrent uploads on a web node, 1 to 1,000; more get 503. Each has a buffer of 5 MiB
 * @param atOncePerAccount concurrent uploads of one account on a web node, 1 or more; more get 429. Empty for a
 *     quarter of {@code at-once}
 * @param patience longest duration of one upload request, at any rate; then it gets 408. At 300 KB a second, 2 GiB
 *     take 2 hours; slower clients upload in pieces
 * @param minRate lowest average rate of an upload, in bytes a second, measured after its first 30 s; slower ones get
 *     408. 0 for any rate
 * @param idle how long an upload in pieces waits for its next byte; then it expires and is removed
 * @param longest longest time from the creation of an upload in pieces to its last byte
 * @param perHour uploads of one account within an hour, including videos that are processed again; more get 429. 0
 *     for no limit
 */
@Validated
@ConfigurationProperties("caravana.upload")
public record UploadProperties(
        @Min(1) @Max(1000) int atOnce,
        @Min(1) Integer atOncePerAccount,
        @NotNull Duration patience,
        @NotNull DataSize minRate,
        @NotNull Duration idle,
        @NotNull Duration longest,
        @Min(0) int perHour) {

    private static final int ACCOUNTS_PER_NODE = 4;

    public UploadProperties {
        if (atOncePerAccount == null) {
            atOncePerAccount = Math.max(1, atOnce / ACCOUNTS_PER_NODE);
        }
    }
}
