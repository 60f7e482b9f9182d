package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Queues;
import caravana.test.Sample;
import caravana.test.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;

/** A job that takes ten times its message's visibility, with the product's own times: 60 s, and a beat of 12 s. */
class LongJobTest {

    private static final Duration START = Waits.LIMIT;

    @TempDir
    Path folder;

    @Test
    void tenMinutesAreOneClaimAndOneAttempt() throws Exception {
        if (!Sample.LONG) {
            Sample.leave("a job of ten minutes");
        }
        assumeThat(Sample.LONG).as("takes more than ten minutes").isTrue();
        FfmpegStub stub = FfmpegStub.in(folder.resolve("stub"));
        String path = stub.folder() + ":" + System.getenv("PATH");
        try (Cluster cluster = new Cluster(folder, new Scale(1).settings(Duration.ofSeconds(2)), path);
                SqsClient sqs = cluster.sqs()) {
            cluster.startWeb();
            cluster.addWorker(2);
            cluster.addWorker(2);
            cluster.awaitWorkers();
            String id = new Uploads()
                    .upload(cluster.web().uri(), stub.original(Map.of("seconds", "600")))
                    .orElseThrow();
            await().atMost(START).until(() -> column(cluster, id, "status").equals("processing"));

            String message = column(cluster, id, "job_message(videos)");
            sqs.sendMessage(m -> m.queueUrl(cluster.setting("SQS_QUEUE_URL")).messageBody(message));
            // The duplicate is received and acknowledged; the job's own message stays hidden.
            await().atMost(START).until(() -> Queues.count(sqs, cluster.setting("SQS_QUEUE_URL")) == 1);
            await().atMost(Duration.ofMinutes(12))
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> column(cluster, id, "status").equals("processed"));

            String claims = column(cluster, id, "claims");
            String attempts = column(cluster, id, "attempts");
            String seconds = column(cluster, id, "round(extract(epoch FROM processed_at - claimed_at))");
            System.out.printf(
                    "RESULT name=long-job value=%s unit=s claims=%s attempts=%s target=>=600 verdict=%s%n",
                    seconds, claims, attempts, claims.equals("1") && attempts.equals("1") ? "pass" : "fail");
            assertThat(claims).isEqualTo("1");
            assertThat(attempts).isEqualTo("1");
            assertThat(Double.parseDouble(seconds)).isGreaterThanOrEqualTo(600);
            await().atMost(START).until(() -> Queues.count(sqs, cluster.setting("SQS_QUEUE_URL")) == 0);
        }
    }

    private static String column(Cluster cluster, String id, String column) throws Exception {
        return cluster.query("SELECT " + column + " FROM videos WHERE id = '" + id + "'");
    }
}
