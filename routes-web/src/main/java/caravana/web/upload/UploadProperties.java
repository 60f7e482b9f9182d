package caravana.web.upload;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How uploads are taken; what an original may be is in {@link caravana.media.MediaLimits}.
 *
 * @param atOnce uploads at once on a web node, 1 to 1,000; more are answered 503. Each has a buffer of 5 MiB
 * @param atOncePerAccount how many of them may be one account's, 1 or more; empty for a quarter of {@code at-once}. More
 *     are answered 429
 * @param patience how long one request of an upload may take, at whatever rate; slower ones are answered 408. Within 2 hours, 2 GiB
 *     need 300 KB a second; slower clients upload in pieces
 * @param minRate bytes a second that a client must send on average, once 30 s have passed; slower ones are answered 408; 0 for any
 * @param idle how long an upload in pieces waits for its next byte; after that it expires and is removed
 * @param longest how long an upload in pieces may take from its creation to its last byte
 * @param perHour uploads of one owner within an hour, and videos that are processed again; more are answered 429; 0 for no limit
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
