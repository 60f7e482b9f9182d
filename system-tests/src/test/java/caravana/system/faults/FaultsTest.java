package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import caravana.test.SampledClass;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * Many jobs through several workers while everything around them fails, and what has to hold afterwards.
 *
 * <p>The normal run provokes some of the faults, see {@link Sample}; the long run many times as many, for more jobs.
 */
@SampledClass(turn = 4)
class FaultsTest {

    /** How many faults the normal run provokes. */
    static final int FAULTS_OF_SAMPLE = 3;

    private static final double FACTOR = 0.2;
    private static final Duration GRACE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final List<String> failures = new ArrayList<>();

    @Test
    void noJobIsLostAndNoneIsCommittedTwice() throws Exception {
        long seed = Sample.SEED;
        FaultProfile profile = FaultProfile.chosen();
        Scale scale = new Scale(FACTOR);
        System.out.println("faults: " + profile + ", seed " + seed + " (repeat with --seed " + seed + ")");
        System.out.println("times of the product × " + FACTOR + ": beat " + scale.heartbeat() + ", lease "
                + scale.lease() + ", visibility " + scale.visibilitySeconds() + " s, backoff " + scale.backoff()
                + ", grace period " + GRACE);

        FfmpegStub stub = FfmpegStub.in(folder.resolve("stub"));
        String path = stub.folder() + ":" + System.getenv("PATH");
        try (Cluster cluster = new Cluster(folder, scale.settings(GRACE), path)) {
            // All at once: the workers wait for the schema that web makes.
            for (int i = 0; i < profile.workers(); i++) {
                cluster.addWorker(
                        profile.slots(), Map.of("CARAVANA_MEDIA_PARTS_FROM", "1s", "CARAVANA_MEDIA_PART_SECONDS", "4"));
            }
            cluster.startWeb();
            try (Connection database = cluster.database()) {
                History.install(database);
            }
            cluster.awaitWorkers();
            run(cluster, stub, profile, scale, seed);
        }
        assertThat(failures).isEmpty();
    }

    private void run(Cluster cluster, FfmpegStub stub, FaultProfile profile, Scale scale, long seed) throws Exception {
        Instant started = Instant.now();
        AcknowledgementWatch acknowledgements = new AcknowledgementWatch(cluster);
        Faults faults = new Faults(cluster, scale, new Random(seed));
        Traffic traffic = new Traffic(cluster, stub, seed + 1, profile.jobs(), 2 * profile.workers() * profile.slots());
        Thread uploads = new Thread(traffic, "uploads");
        uploads.setDaemon(true);
        uploads.start();
        for (FaultPlan.Fault fault : Sample.of("faults", FAULTS_OF_SAMPLE, FaultPlan.of(profile, new Random(seed)))) {
            faults.provoke(fault);
        }
        int whileSqsWasDown = submitWhileSqsIsDown(cluster, traffic);
        traffic.enough();
        while (uploads.isAlive()) {
            cluster.supervise();
            uploads.join(1000);
        }
        System.out.println(traffic.summary() + ", accepted while SQS was down " + whileSqsWasDown);
        System.out.println(faults.summary());
        Quiet.await(cluster);

        stub.heal();
        redrive(cluster, traffic.expected());
        Quiet.await(cluster);
        Quiet.awaitSwept(cluster);
        cluster.workers().forEach(FaultyWorker::terminate);
        cluster.workers().forEach(FaultyWorker::close);

        Invariants invariants = new Invariants(cluster);
        result("inputs-end-as-expected", invariants.everyAcceptedInputEndsAsItHasTo(traffic.expected(), true));
        result("rows-left-half-way", invariants.nothingIsLeftHalfWay());
        result(
                "results-whole-and-committed-once",
                invariants.everyResultIsWholeAndCommittedOnce(traffic.expected(), stub.result()));
        result("objects-without-row", invariants.noObjectIsLeftThatNoRowNames());
        result("acknowledged-too-early", acknowledgements.violations());
        result("dead-letters", invariants.deadLettersAndGivenUpRowsBelongTogether());
        result(
                "attempts-per-outage",
                invariants.noOutageCostAJobMoreThanOneAttempt(
                        faults.outages(), faults.lostClaims(), traffic.expected()));
        result("outlived-its-worker", invariants.nothingOutlivesItsWorker(faults.outlived()));
        List<String> missed = new ArrayList<>(faults.missed());
        if (whileSqsWasDown == 0) {
            missed.add("SQS down at submit: nothing was accepted meanwhile");
        }
        int inParts = Quiet.count(cluster, "SELECT count(*) FROM videos WHERE in_parts");
        System.out.println("videos in parts: " + inParts + ", workers that helped "
                + cluster.query("SELECT count(*) FROM receipts WHERE outcome = 'helped'"));
        if (inParts == 0) {
            missed.add("no video was encoded in parts");
        }
        if (acknowledgements.seen() == 0) {
            missed.add("no acknowledgement was seen at all");
        }
        result("faults-that-hit-nothing", missed);
        System.out.printf(
                "%d jobs in %d s, %d acknowledgements looked at%n",
                traffic.expected().size(),
                Duration.between(started, Instant.now()).toSeconds(),
                acknowledgements.seen());
    }

    /** Uploads are accepted without the queue; the reconciler sends their messages later. */
    private static int submitWhileSqsIsDown(Cluster cluster, Traffic traffic) throws InterruptedException {
        cluster.stack().kill("sqs");
        int accepted = 0;
        for (int i = 0; i < 3; i++) {
            accepted += traffic.upload(Expectation.PROCESSED).isPresent() ? 1 : 0;
        }
        cluster.stack().restart("sqs");
        return accepted;
    }

    /** By the queue's own means, as an operator does it in the console. */
    private static void redrive(Cluster cluster, Map<String, Expectation> expected) {
        String healed = expected.entrySet().stream()
                .filter(e -> e.getValue() == Expectation.HEALED)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(","));
        try (SqsClient sqs = cluster.sqs()) {
            String deadLetters = sqs.getQueueAttributes(q ->
                            q.queueUrl(cluster.setting("SQS_DLQ_URL")).attributeNames(QueueAttributeName.QUEUE_ARN))
                    .attributes()
                    .get(QueueAttributeName.QUEUE_ARN);
            String task =
                    sqs.startMessageMoveTask(m -> m.sourceArn(deadLetters)).taskHandle();
            System.out.println("redriving all dead letters by the queue's move task");
            Quiet.awaitTrue(
                    "work resumes after the fault",
                    () -> Quiet.count(
                                    cluster,
                                    // None of them may have been accepted.
                                    "SELECT count(*) FROM videos WHERE status = 'failed' AND id = ANY ('{" + healed
                                            + "}'::uuid[])")
                            == 0);
            // Poison becomes a dead letter again, and would be moved again and again.
            cancel(sqs, task);
        }
    }

    private static void cancel(SqsClient sqs, String task) {
        try {
            sqs.cancelMessageMoveTask(c -> c.taskHandle(task));
        } catch (SqsException completed) {
            System.out.println("the move task had come to its end");
        }
    }

    private void result(String name, List<String> violations) {
        violations.stream().limit(20).forEach(violation -> System.out.println("  " + name + ": " + violation));
        System.out.printf(
                "RESULT name=faults-%s value=%d unit=violations target=0 verdict=%s%n",
                name, violations.size(), violations.isEmpty() ? "pass" : "fail");
        if (!violations.isEmpty()) {
            failures.add(name + ": " + violations.size());
        }
    }
}
