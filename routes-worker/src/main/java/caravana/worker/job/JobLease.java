package caravana.worker.job;

import caravana.aws.QueueProperties;
import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import caravana.worker.tool.KillReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * The jobs that this worker holds, and the visibility timeouts of their messages.
 *
 * <p>Everything else about leases is SQL in the routes. These two parts are Java because a route cannot keep a set of
 * running jobs, and because Camel's SQS component has no operation that changes a visibility timeout.
 */
@Component("jobLease")
public class JobLease {

    private static final Logger log = LoggerFactory.getLogger(JobLease.class);

    /** The most messages of one call to SQS. */
    private static final int BATCH = 10;

    private final SqsClient sqs;
    private final QueueProperties queue;
    private final WorkFolder workFolder;
    private final Counter leasesLost;
    private final Map<String, RunningJob> byClaimToken = new ConcurrentHashMap<>();
    private final JvmShares shares = new JvmShares();
    private final Object ended = new Object();
    private volatile KillReason stopped;

    JobLease(SqsClient sqs, QueueProperties queue, WorkFolder workFolder, MeterRegistry meters) {
        this.sqs = sqs;
        this.queue = queue;
        this.workFolder = workFolder;
        this.leasesLost = meters.counter("caravana.leases.lost");
    }

    /**
     * Adds a claimed job to the running ones, with a folder, until its exchange ends. The exchange property {@code job}
     * then has it.
     *
     * @throws IOException when the folder cannot be created
     */
    @StepOnly
    public void open(
            Exchange exchange,
            @ExchangeProperty("video_id") String videoId,
            @ExchangeProperty("claim_token") String claimToken,
            @ExchangeProperty("receipt_handle") String receiptHandle,
            @ExchangeProperty("queued_ms") Long queuedMillis)
            throws IOException {
        RunningJob job = new RunningJob(videoId, claimToken, receiptHandle, workFolder.open(claimToken), shares, false);
        job.spent("queue", queuedMillis);
        job.spent("claim", System.currentTimeMillis() - exchange.getClock().getCreated());
        hold(job, exchange);
    }

    /**
     * Adds a job of another worker, parts of which this worker has claimed, in the same way as {@link #open}.
     *
     * @throws IOException when the folder cannot be created
     */
    @StepOnly
    public void openHelping(
            Exchange exchange,
            @ExchangeProperty("video_id") String videoId,
            @ExchangeProperty("claim_token") String claimToken,
            @ExchangeProperty("receipt_handle") String receiptHandle)
            throws IOException {
        hold(new RunningJob(videoId, claimToken, receiptHandle, workFolder.open(claimToken), shares, true), exchange);
    }

    private void hold(RunningJob job, Exchange exchange) {
        shares.add(job.getClaimToken());
        byClaimToken.put(job.getClaimToken(), job);
        exchange.setProperty("job", job);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                close(job);
            }
        });
        KillReason reason = stopped;
        if (reason != null) {
            job.getTool().kill(reason);
        }
    }

    private void close(RunningJob job) {
        byClaimToken.remove(job.getClaimToken());
        shares.remove(job.getClaimToken());
        try {
            FileSystemUtils.deleteRecursively(job.getFolder());
        } catch (IOException e) {
            log.warn("Could not remove {}: {}", job.getFolder(), e.toString());
        }
        synchronized (ended) {
            ended.notifyAll();
        }
    }

    /** Returns the running jobs of this worker. */
    public List<RunningJob> running() {
        return List.copyOf(byClaimToken.values());
    }

    /** Returns the claim tokens of this worker's own jobs. */
    public List<String> claimTokens(List<RunningJob> jobs) {
        return jobs.stream()
                .filter(job -> !job.isHelping())
                .map(RunningJob::getClaimToken)
                .toList();
    }

    /** Returns the tokens with which this worker has claimed parts of other workers' jobs. */
    public List<String> helperTokens(List<RunningJob> jobs) {
        return jobs.stream()
                .filter(RunningJob::isHelping)
                .map(RunningJob::getClaimToken)
                .toList();
    }

    /**
     * Waits for the time, or until the exchange's job must be stopped.
     *
     * @param millis longest wait in milliseconds
     * @throws ClaimLostException when the claim was lost
     * @throws JobInterruptedException when this worker stops, or cannot renew the job's lease
     * @throws CancellationException when a step that runs at the same time has failed
     */
    @StepOnly
    public void pause(RunningJob job, long millis) {
        KillReason killed = job.getTool().awaitKill(Duration.ofMillis(millis));
        if (killed == KillReason.CLAIM_LOST) {
            throw new ClaimLostException("The claim was lost while others encoded parts");
        }
        if (killed == KillReason.UNRENEWED) {
            throw JobInterruptedException.byRouteDefect("The job's lease cannot be renewed");
        }
        if (killed == KillReason.BESIDE_FAILED) {
            throw new CancellationException("A step that ran at the same time has failed");
        }
        if (killed != null) {
            throw JobInterruptedException.byStop("The worker stops while others encode parts");
        }
    }

    /**
     * Begins a phase of the exchange's job, for its progress and its times.
     *
     * @throws ClaimLostException when the claim was lost, so that no further step writes anything
     */
    @StepOnly
    public void enter(
            Exchange exchange, @OneOf({"download", "probe", "transcode", "check", "publish", "commit"}) String phase) {
        RunningJob job = require(exchange, "before " + phase);
        job.enter(phase);
    }

    /**
     * Checks that the exchange's job still has its claim, according to the last heartbeat.
     *
     * @throws ClaimLostException when it does not, so that no further step writes anything
     */
    @StepOnly
    public void require(Exchange exchange) {
        require(exchange, "while its results were stored");
    }

    private static RunningJob require(Exchange exchange, String when) {
        RunningJob job = exchange.getProperty("job", RunningJob.class);
        if (job.getTool().killed() == KillReason.CLAIM_LOST) {
            throw new ClaimLostException("The claim was lost " + when);
        }
        return job;
    }

    /**
     * Applies the result of a heartbeat's query: the messages of renewed claims stay hidden for another visibility
     * timeout, and the jobs of all other claims in the query are stopped.
     *
     * @param rows one for each renewed claim, with its {@code claim_token}
     */
    @StepOnly
    public void renewed(
            @Body Collection<Map<String, Object>> rows, @ExchangeProperty("leased_jobs") List<RunningJob> asked) {
        Set<Object> held = rows.stream().map(row -> row.get("claim_token")).collect(Collectors.toSet());
        List<RunningJob> renewed = new ArrayList<>();
        for (RunningJob job : asked) {
            if (held.contains(job.getClaimToken())) {
                renewed.add(job);
            } else {
                lost(job);
            }
        }
        for (int from = 0; from < renewed.size(); from += BATCH) {
            extend(renewed.subList(from, Math.min(renewed.size(), from + BATCH)));
        }
    }

    /**
     * Stops jobs whose videos were cancelled or deleted.
     *
     * @param claimTokens their claims, separated by commas; may be empty
     */
    @StepOnly
    public void cancel(String claimTokens) {
        for (String claimToken : claimTokens.split(",")) {
            RunningJob job = byClaimToken.get(claimToken);
            if (job != null) {
                log.info("Video {} was cancelled or deleted, or needs no help: its job stops here", job.getVideoId());
                job.getTool().kill(KillReason.CLAIM_LOST);
            }
        }
    }

    /** Handles a lost claim: the job's tool is killed, and no later step writes anything. */
    private void lost(RunningJob job) {
        if (!job.isHelping()) {
            leasesLost.increment();
        }
        log.info("Claim {} of video {} is lost", job.getClaimToken(), job.getVideoId());
        job.getTool().kill(KillReason.CLAIM_LOST);
    }

    /** Stops the tools of all running jobs, and keeps further ones from starting. */
    public void stopAll(KillReason reason) {
        stopped = reason;
        running().forEach(job -> job.getTool().kill(reason));
    }

    /** Stops the tools of all running jobs, because a mistake in the routes prevents the renewal of their leases. */
    public void stopUnrenewed() {
        running().forEach(job -> job.getTool().kill(KillReason.UNRENEWED));
    }

    /**
     * Waits until no job runs.
     *
     * @return whether all jobs have ended within the time
     */
    public boolean awaitNone(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (ended) {
            while (!byClaimToken.isEmpty()) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                try {
                    ended.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Makes the exchange's message visible again after a delay.
     *
     * @param seconds 0 to 43,200
     * @return false when SQS no longer has the message
     */
    @StepOnly
    public boolean postpone(
            @ExchangeProperty("receipt_handle") String receiptHandle, @ExchangeProperty("delay") Integer seconds) {
        try {
            sqs.changeMessageVisibility(c ->
                    c.queueUrl(queue.queueUrl()).receiptHandle(receiptHandle).visibilityTimeout(seconds));
        } catch (SqsException e) {
            log.info("A message no longer exists; sending another one: {}", e.getMessage());
            return false;
        } catch (SdkException e) {
            // The message becomes visible after its old visibility timeout. This only costs time, because the row
            // decides about the job.
            log.warn("Could not change a message's visibility timeout: {}", e.toString());
        }
        return true;
    }

    private void extend(List<RunningJob> jobs) {
        List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
        for (RunningJob job : jobs) {
            entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id(job.getClaimToken())
                    .receiptHandle(job.getReceiptHandle())
                    .visibilityTimeout(queue.visibilitySeconds())
                    .build());
        }
        try {
            sqs.changeMessageVisibilityBatch(c -> c.queueUrl(queue.queueUrl()).entries(entries))
                    .failed()
                    .forEach(f -> log.warn(
                            "Claim {}: could not extend the visibility timeout of its message: {}",
                            f.id(),
                            f.message()));
        } catch (SdkException e) {
            // At worst a message comes back while its job runs. The worker that receives it finds the lease, and leaves
            // it alone.
            log.warn("Could not extend the visibility timeout of {} messages: {}", entries.size(), e.toString());
        }
    }
}
