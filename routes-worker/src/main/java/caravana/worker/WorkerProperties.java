package caravana.worker;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How one worker works.
 *
 * @param slots jobs at once, 1 to 64; by default the number of CPUs
 * @param workDir folder for the files of running jobs, one sub-folder a claim
 * @param heartbeat how often a running job's lease is renewed
 * @param lease how long a claim holds without a heartbeat; at least three heartbeats, and with one more heartbeat no
 *     longer than the message's visibility, so that a dead worker's job is free at its first redelivery
 * @param backoff delay after the first failed attempt; it doubles with each further one
 * @param maxBackoff the longest delay, at most 15 min (SQS's longest delivery delay)
 */
@Validated
@ConfigurationProperties("caravana.worker")
public record WorkerProperties(
        @Min(1) @Max(64) int slots,
        @NotNull Path workDir,
        @NotNull Duration heartbeat,
        @NotNull Duration lease,
        @NotNull Duration backoff,
        @NotNull Duration maxBackoff) {}
