package caravana.worker.job;

import caravana.aws.QueueProperties;
import caravana.worker.WorkerProperties;
import caravana.worker.exec.KillReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The jobs that this worker holds, and their messages' visibility.
 *
 * <p>All else about a lease is SQL in the routes. These two parts are Java because a route cannot keep a set of running
 * jobs, and because Camel's SQS component has no operation that changes a message's visibility.
 */
@Component("jobLease")
public class JobLease {

    private static final Logger log = LoggerFactory.getLogger(JobLease.class);

    private final SqsClient sqs;
    private final QueueProperties queue;
    private final Path workDir;
    private final Map<String, RunningJob> byClaimToken = new ConcurrentHashMap<>();

    JobLease(SqsClient sqs, QueueProperties queue, WorkerProperties worker) {
        this.sqs = sqs;
        this.queue = queue;
        this.workDir = worker.workDir().toAbsolutePath();
    }

    /**
     * Takes a claimed job into the set, with a folder of its own, until its exchange is done, however it ends. The
     * exchange property {@code job} then holds it.
     *
     * @throws IOException when the folder cannot be made
     */
    public void open(
            Exchange exchange,
            @ExchangeProperty("video_id") String videoId,
            @ExchangeProperty("claim_token") String claimToken,
            @ExchangeProperty("receipt_handle") String receiptHandle,
            @ExchangeProperty("queued_ms") Long queuedMillis)
            throws IOException {
        Path folder = Files.createDirectories(workDir.resolve(claimToken));
        RunningJob job = new RunningJob(videoId, claimToken, receiptHandle, folder, queuedMillis);
        byClaimToken.put(claimToken, job);
        exchange.setProperty("job", job);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                close(job);
            }
        });
    }

    private void close(RunningJob job) {
        byClaimToken.remove(job.getClaimToken());
        try {
            FileSystemUtils.deleteRecursively(job.getFolder());
        } catch (IOException e) {
            log.warn("Could not remove {}: {}", job.getFolder(), e.toString());
        }
    }

    /** The jobs that this worker holds now. */
    public List<RunningJob> running() {
        return List.copyOf(byClaimToken.values());
    }

    /** Begins a phase of a running job, for its progress and its times. */
    public void enter(RunningJob job, String phase) {
        job.enter(phase);
    }

    /** Keeps a running job's message hidden for another visibility time-out, counted from now. */
    public void extend(RunningJob job) {
        changeVisibility(job.getReceiptHandle(), queue.visibilitySeconds());
    }

    /** Stops a job whose row no longer carries its claim: its tool is killed, and no later step writes anything. */
    public void lost(RunningJob job) {
        log.info("Claim {} of video {} is lost", job.getClaimToken(), job.getVideoId());
        job.getTool().kill(KillReason.CLAIM_LOST);
    }

    /**
     * Lets the exchange's message come back later.
     *
     * @param seconds 0 to 43,200
     */
    public void postpone(
            @ExchangeProperty("receipt_handle") String receiptHandle, @ExchangeProperty("delay") Integer seconds) {
        changeVisibility(receiptHandle, seconds);
    }

    private void changeVisibility(String receiptHandle, int seconds) {
        try {
            sqs.changeMessageVisibility(c ->
                    c.queueUrl(queue.queueUrl()).receiptHandle(receiptHandle).visibilityTimeout(seconds));
        } catch (SdkException e) {
            // The message comes back at its old visibility. That costs time, never the job: the row decides.
            log.warn("Could not change a message's visibility: {}", e.toString());
        }
    }
}
