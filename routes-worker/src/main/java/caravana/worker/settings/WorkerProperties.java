package caravana.worker.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How one worker works. {@code TimingValidator} holds the times against each other.
 *
 * @param slots jobs at once, 1 to 64; by default the number of processors, or fewer where the disk has no room for so many of
 *     the largest originals
 * @param workDir folder for the files of running jobs, of this worker alone
 * @param heartbeat how often a running job's lease is renewed
 * @param lease how long a claim holds without a heartbeat: 3 heartbeats; with one more, within the queue's visibility
 * @param backoff delay after the first failed attempt; it doubles with each further one
 * @param maxBackoff the longest delay after a failed attempt
 * @param grace how long running jobs may continue after SIGTERM; the rest is requeued
 * @param probe how often the database, the object store, the disk and the tools are looked at
 * @param diskReserve free space that stays at the work folder beside what a job may need, twice the largest original; with
 *     less, no job is taken
 * @param toolOutageLimit how long ffmpeg or ffprobe may be impossible to run before the worker ends with status 1
 * @param routeDefectPause how long no job is taken after one has met a mistake in the routes; then one at a time is tried
 */
@Validated
@ConfigurationProperties("caravana.worker")
public record WorkerProperties(
        @Min(1) @Max(64) int slots,
        @NotNull Path workDir,
        @NotNull Duration heartbeat,
        @NotNull Duration lease,
        @NotNull Duration backoff,
        @NotNull Duration maxBackoff,
        @NotNull Duration grace,
        @NotNull Duration probe,
        @NotNull DataSize diskReserve,
        @NotNull Duration toolOutageLimit,
        @NotNull Duration routeDefectPause) {

    /** How long jobs that the grace period has not sufficed for may take to be requeued: three calls each. */
    public static final Duration REQUEUE_TIME = Duration.ofSeconds(15);
}
