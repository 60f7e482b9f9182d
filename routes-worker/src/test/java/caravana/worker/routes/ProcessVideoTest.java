package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.COMMIT;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.STORE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of a job through the routes; JobFailuresTest has what goes wrong on it. */
class ProcessVideoTest {

    @TempDir
    Path folder;

    private JobRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = JobRoutes.start(folder);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void aJobIsCommittedBeforeItsMessageIsAcknowledged() {
        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM, FETCH, "exec:ffprobe", TRANSCODE, "exec:ffprobe", STORE, STORE, COMMIT, ACKNOWLEDGE);
        assertThat(routes.last(COMMIT).properties().get("processed_key"))
                .asString()
                .matches("processed/[0-9a-f-]{36}/[0-9a-f-]{36}/video\\.mp4");
        assertThat(routes.last(COMMIT).properties().get("poster_key"))
                .asString()
                .matches("processed/[0-9a-f-]{36}/[0-9a-f-]{36}/poster\\.jpg");
        assertThat(routes.last(ACKNOWLEDGE).headers()).containsEntry("CamelAwsSqsReceiptHandle", "handle");
    }

    /** A counter that appears with its first event hides it from every rate. */
    @Test
    void everyResultIsCountedFromZeroOn() {
        Map<String, Double> before = routes.ended();
        assertThat(before.values()).containsOnly(0.0);
        assertThat(before.keySet().stream().map(key -> key.split(" ")[0]))
                .contains(
                        "processed", "rejected", "retry_scheduled", "requeued", "failed_permanently", "lost", "poison");
        assertThat(before)
                .containsKeys(
                        "rejected not_a_video none",
                        "failed_permanently attempts_exhausted killed",
                        "failed_permanently attempts_exhausted route_defect",
                        "requeued tool_unavailable none",
                        "retry_scheduled stalled none");

        routes.receiveJob();

        Map<String, Double> after = routes.ended();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after).containsEntry("processed none none", 1.0);
    }

    @Test
    void aDatabaseThatAnswersAtTheThirdTryCostsNothing() {
        AtomicInteger tries = new AtomicInteger();
        routes.answer(COMMIT, with -> {
            if (tries.incrementAndGet() < 3) {
                throw new SQLException("The connection attempt failed", "08001");
            }
            with.getMessage().setBody(Map.of("id", "x"));
        });

        assertThat(routes.receiveJob()).endsWith(COMMIT, COMMIT, COMMIT, ACKNOWLEDGE);
    }

    @Test
    void aSettledVideosMessageIsAcknowledged() {
        routes.answer(CLAIM, Map.of("outcome", "settled"));

        assertThat(routes.receiveJob()).containsExactly(CLAIM, ACKNOWLEDGE);
    }

    @Test
    void anotherWorkersVideoIsLeftToIt() {
        routes.answer(CLAIM, Map.of("outcome", "owned"));

        assertThat(routes.receiveJob()).containsExactly(CLAIM, ACKNOWLEDGE, "statement:failure/left-waiting.sql");
    }

    @Test
    void aVideoThatIsNotDueWaits() {
        routes.answer(CLAIM, Map.of("outcome", "early", "delay", 30));

        assertThat(routes.receiveJob()).containsExactly(CLAIM, POSTPONE);
    }
}
