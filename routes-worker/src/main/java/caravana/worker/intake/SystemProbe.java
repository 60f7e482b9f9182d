package caravana.worker.intake;

import caravana.aws.BucketProperties;
import caravana.checks.StepOnly;
import caravana.media.MediaLimits;
import caravana.worker.exec.ToolProbe;
import caravana.worker.job.WorkFolder;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.s3.S3Client;

/** Looks whether what every job needs, beside the database, is there. */
@Component("systemProbe")
public class SystemProbe {

    /** An answer that takes longer is none. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final S3Client s3;
    private final BucketProperties bucket;
    private final WorkFolder workFolder;
    private final DataSize reserve;
    private final DataSize jobs;

    private final ToolProbe tools;

    /** @throws IllegalStateException when the disk has not room for the largest originals, however empty it is */
    SystemProbe(
            S3Client s3,
            BucketProperties bucket,
            WorkFolder workFolder,
            ToolProbe tools,
            WorkerProperties worker,
            MediaLimits limits)
            throws IOException {
        this.s3 = s3;
        this.tools = tools;
        this.bucket = bucket;
        this.workFolder = workFolder;
        this.reserve = worker.diskReserve();
        this.jobs = limits.space(worker.slots());
        long total = Files.getFileStore(workFolder.path()).getTotalSpace();
        if (total < jobs.toBytes()) {
            throw new IllegalStateException("The disk at " + workFolder.path() + " has " + mebibytes(total) + ", and "
                    + worker.slots() + " jobs at once may need " + mebibytes(jobs.toBytes())
                    + ", twice the largest original each: use a larger disk (CARAVANA_WORK_DIR), fewer slots"
                    + " (CARAVANA_WORKER_SLOTS) or smaller originals (CARAVANA_UPLOAD_MAX_SIZE)");
        }
    }

    /** @throws software.amazon.awssdk.core.exception.SdkException when the bucket cannot be reached within 5 s */
    @StepOnly
    public void storage() {
        s3.headBucket(b -> b.bucket(bucket.bucket()).overrideConfiguration(c -> c.apiCallTimeout(PATIENCE)));
    }

    /** @throws caravana.worker.exec.ToolUnavailableException when ffmpeg or ffprobe cannot be run */
    @StepOnly
    public void tools() throws IOException {
        tools.check();
    }

    /**
     * @throws IOException when less is free where jobs keep their files than the reserve and what all slots may need, or no
     *     file can be written there: the disk is mounted read-only, out of inodes or broken
     */
    @StepOnly
    public void disk() throws IOException {
        long free = Files.getFileStore(workFolder.path()).getUsableSpace();
        if (free < reserve.toBytes() + jobs.toBytes()) {
            throw new IOException("only " + mebibytes(free) + " are free at " + workFolder.path()
                    + ", less than the reserve of " + mebibytes(reserve.toBytes())
                    + " (CARAVANA_WORKER_DISK_RESERVE) and the " + mebibytes(jobs.toBytes())
                    + " that jobs may need (CARAVANA_UPLOAD_MAX_SIZE, CARAVANA_WORKER_SLOTS)");
        }
        try {
            workFolder.tryWriting();
        } catch (IOException e) {
            throw new IOException(
                    "no file can be written in " + workFolder.path() + " (" + e + "): see whether the disk is"
                            + " read-only, out of inodes or broken",
                    e);
        }
    }

    private static String mebibytes(long bytes) {
        return DataSize.ofBytes(bytes).toMegabytes() + " MiB";
    }
}
