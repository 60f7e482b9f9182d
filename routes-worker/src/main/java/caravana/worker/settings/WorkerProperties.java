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
 * Settings of one worker. {@code TimingValidator} validates its times against each other.
 *
 * @param slots concurrent jobs of a worker, 1 to 64. By default the number of processors, or fewer if the disk has no
 *     room for so many of the largest originals
 * @param workDir folder for the files of running jobs; each worker needs its own
 * @param heartbeat how often a worker renews the leases of its running jobs
 * @param lease how long a claim stays valid without a heartbeat: 3 heartbeats. Lease and heartbeat together must
 *     fit within the visibility timeout
 * @param backoff delay after the first failed attempt; it doubles with each further one
 * @param maxBackoff longest delay after a failed attempt
 * @param grace how long running jobs may continue after SIGTERM; then the worker requeues the rest
 * @param probe how often a worker checks the database, the object store, the disk and the tools
 * @param diskReserve free space to keep in the work folder, in addition to what a job may need (twice the largest
 *     original). With less, the worker takes no job
 * @param originalCache largest total size of the downloaded originals that a worker keeps for ten minutes after their
 *     last use, so that it need not download them again; 0 keeps none
 * @param toolOutageLimit how long ffmpeg or ffprobe may fail to start; then the worker ends with status 1
 * @param routeDefectPause how long a worker takes no jobs after a mistake in the routes has failed one; then it tries
 *     one job at a time
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
        @NotNull DataSize originalCache,
        @NotNull Duration toolOutageLimit,
        @NotNull Duration routeDefectPause) {

    /**
     * The time in which jobs that were still running after the grace period are requeued, with three calls for each.
     */
    public static final Duration REQUEUE_TIME = Duration.ofSeconds(15);
}
