package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.SampledClass;
import caravana.test.Waits;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of running jobs when their worker gets SIGTERM. The times are the product's own. */
@SampledClass(turn = 1)
class StopTest {

    private static final Duration GRACE = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void whatDoesNotFitIntoTheGracePeriodIsStartedByAnotherWorkerAtOnce() throws Exception {
        FfmpegStub stub = FfmpegStub.in(folder.resolve("stub"));
        String path = stub.folder() + ":" + System.getenv("PATH");
        try (Cluster cluster = Cluster.onSharedStack(folder, new Scale(1).settings(GRACE), path)) {
            cluster.startWeb();
            FaultyWorker first = cluster.addWorker(2);
            first.awaitReady();
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                jobs.add(new Uploads()
                        .upload(cluster.web().uri(), stub.original(Map.of("seconds", "120")))
                        .orElseThrow());
            }
            await().atMost(Waits.LIMIT).until(() -> first.tools().size() >= 4);
            FaultyWorker second = cluster.addWorker(3);
            second.awaitReady();

            double leasesEnd = Double.parseDouble(
                    cluster.query("SELECT extract(epoch FROM min(lease_until)) FROM videos WHERE lease_until > now()"));
            double asked = now(cluster);
            first.terminate();
            await().atMost(Waits.LIMIT).until(() -> readiness(first) == 503);
            String late = new Uploads()
                    .upload(cluster.web().uri(), stub.original(Map.of("seconds", "0.3")))
                    .orElseThrow();

            await().atMost(Waits.LIMIT).until(() -> !first.isAlive());
            assertThat(first.claims()).isEmpty();
            for (String id : jobs) {
                await().atMost(Waits.LIMIT).until(() -> startedAgain(cluster, id) > 0);
                double started = startedAgain(cluster, id);
                System.out.printf(
                        "RESULT name=sigterm-to-started-elsewhere value=%.2f unit=s target=<=%d%n",
                        started - asked, GRACE.toSeconds() + 2);
                assertThat(started)
                        .as("after the grace period, and long before its lease would have run out")
                        .isBetween(asked + GRACE.toSeconds(), leasesEnd);
            }
            for (String id : jobs) {
                assertThat(text(cluster, id, "attempts")).isEqualTo("1");
                assertThat(text(cluster, id, "claims")).isEqualTo("2");
            }
            // What came while the first one stopped was the second one's from the beginning.
            await().atMost(Waits.LIMIT).until(() -> "processed".equals(text(cluster, late, "status")));
            assertThat(text(cluster, late, "claims")).isEqualTo("1");
        }
    }

    private int readiness(FaultyWorker worker) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(worker.app().uri().resolve("/actuator/health/readiness"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException portIsClosed) {
            return 0;
        }
    }

    private static double now(Cluster cluster) throws Exception {
        return Double.parseDouble(cluster.query("SELECT extract(epoch FROM now())"));
    }

    /** When the job was claimed for the second time, in seconds of the database's clock; 0 before that. */
    private static double startedAgain(Cluster cluster, String id) throws Exception {
        return Double.parseDouble(cluster.query(
                "SELECT CASE WHEN claims = 2 THEN extract(epoch FROM claimed_at) ELSE 0 END FROM videos WHERE id = '"
                        + id + "'"));
    }

    private static String text(Cluster cluster, String id, String column) throws Exception {
        return cluster.query("SELECT " + column + " FROM videos WHERE id = '" + id + "'");
    }
}
