package caravana.worker.intake;

import caravana.aws.BucketProperties;
import caravana.checks.StepOnly;
import caravana.media.MediaLimits;
import caravana.worker.exec.ToolProbe;
import caravana.worker.job.OriginalCache;
import caravana.worker.job.WorkFolder;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.s3.S3Client;

/** Checks the systems that every job needs, except the database. */
@Component("systemProbe")
public class SystemProbe {

    /** The time after which a system counts as unavailable. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final S3Client s3;
    private final BucketProperties bucket;
    private final WorkFolder workFolder;
    private final OriginalCache originals;
    private final DataSize reserve;
    private final DataSize job;

    private final ToolProbe tools;

    /** @throws IllegalStateException when the whole disk is too small for the largest original */
    SystemProbe(
            S3Client s3,
            BucketProperties bucket,
            WorkFolder workFolder,
            OriginalCache originals,
            ToolProbe tools,
            WorkerProperties worker,
            MediaLimits limits)
            throws IOException {
        this.s3 = s3;
        this.tools = tools;
        this.bucket = bucket;
        this.workFolder = workFolder;
        this.originals = originals;
        this.reserve = worker.diskReserve();
        this.job = limits.space();
        checkTotal(Files.getFileStore(workFolder.path()), workFolder.path(), job);
    }

    static void checkTotal(FileStore disk, Path folder, DataSize job) throws IOException {
        long total = disk.getTotalSpace();
        if (total < job.toBytes()) {
            throw new IllegalStateException("The disk at " + folder + " has " + mebibytes(total)
                    + ", and a job may need " + mebibytes(job.toBytes())
                    + ", twice the largest original: use a larger disk (CARAVANA_WORK_DIR) or smaller originals"
                    + " (CARAVANA_UPLOAD_MAX_SIZE)");
        }
    }

    /**
     * Checks the bucket.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException when the bucket does not answer within 5 s
     */
    @StepOnly
    public void storage() {
        s3.headBucket(b -> b.bucket(bucket.bucket()).overrideConfiguration(c -> c.apiCallTimeout(PATIENCE)));
    }

    /**
     * Checks ffmpeg and ffprobe.
     *
     * @throws caravana.worker.exec.ToolUnavailableException when one of them cannot be run
     */
    @StepOnly
    public void tools() throws IOException {
        tools.check();
    }

    /**
     * Checks the disk of the work folder. Kept originals are deleted when their time is over, or if they take the room of
     * the next job.
     *
     * @throws IOException when it has less free space than the reserve and the next job's need together, or no file
     *     can be written: it is mounted read-only, has no free inodes or is broken
     */
    @StepOnly
    public void disk() throws IOException {
        originals.expire();
        long free = free();
        if (free < needed()) {
            originals.clear();
            free = free();
        }
        if (free < needed()) {
            throw new IOException("only " + mebibytes(free) + " are free at " + workFolder.path()
                    + ", less than the reserve of " + mebibytes(reserve.toBytes())
                    + " (CARAVANA_WORKER_DISK_RESERVE) and the " + mebibytes(job.toBytes())
                    + " that the next job may need (CARAVANA_UPLOAD_MAX_SIZE)");
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

    private long free() throws IOException {
        return Files.getFileStore(workFolder.path()).getUsableSpace();
    }

    private long needed() {
        return reserve.toBytes() + job.toBytes();
    }

    private static String mebibytes(long bytes) {
        return DataSize.ofBytes(bytes).toMegabytes() + " MiB";
    }
}
