package caravana.worker.intake;

import caravana.aws.BucketProperties;
import caravana.worker.WorkerProperties;
import caravana.worker.exec.ToolProbe;
import caravana.worker.job.WorkFolder;
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

    private final ToolProbe tools;

    SystemProbe(S3Client s3, BucketProperties bucket, WorkFolder workFolder, ToolProbe tools, WorkerProperties worker) {
        this.s3 = s3;
        this.tools = tools;
        this.bucket = bucket;
        this.workFolder = workFolder;
        this.reserve = worker.diskReserve();
    }

    /** @throws software.amazon.awssdk.core.exception.SdkException when the bucket cannot be reached within 5 s */
    public void storage() {
        s3.headBucket(b -> b.bucket(bucket.bucket()).overrideConfiguration(c -> c.apiCallTimeout(PATIENCE)));
    }

    /** @throws caravana.worker.exec.ToolUnavailableException when ffmpeg or ffprobe cannot be run */
    public void tools() throws IOException {
        tools.check();
    }

    /** @throws IOException when less than the reserve is free where jobs keep their files */
    public void disk() throws IOException {
        long free = Files.getFileStore(workFolder.path()).getUsableSpace();
        if (free < reserve.toBytes()) {
            throw new IOException("only " + DataSize.ofBytes(free).toMegabytes() + " MB are free at "
                    + workFolder.path() + ", less than the reserve of " + reserve.toMegabytes()
                    + " MB (caravana.worker.disk-reserve)");
        }
    }
}
