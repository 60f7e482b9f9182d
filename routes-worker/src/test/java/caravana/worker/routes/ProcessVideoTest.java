package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.COMMIT;
import static caravana.worker.routes.JobRoutes.DEAD_LETTER;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.SEND;
import static caravana.worker.routes.JobRoutes.STORE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import caravana.worker.exec.ToolFailures;
import caravana.worker.media.SourceHeaders;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;

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
    void stop() throws Exception {
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

    @Test
    void aResultThatIsKnownByItsBoxesIsNotProbed() {
        when(routes.check.describe(any())).thenReturn(new SourceHeaders("mov,mp4", 0, 7, List.of(), List.of()));

        assertThat(routes.receiveJob())
                .containsExactly(CLAIM, FETCH, "exec:ffprobe", TRANSCODE, STORE, STORE, COMMIT, ACKNOWLEDGE);
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

    /** Its worker may need the message for as long as the job takes, and the named video may be due meanwhile. */
    @Test
    void aMessageThatServesAnotherVideoIsPassedOnToTheOneThatItNames() {
        String other = UUID.randomUUID().toString();
        routes.answer(
                CLAIM,
                Map.of("names_other", true, "other_message", JobRoutes.message(other), "delay", 7, "attempts", 2));

        assertThat(routes.receiveJob()).startsWith(CLAIM, SEND, FETCH).endsWith(COMMIT, ACKNOWLEDGE);
        assertThat(routes.last(SEND).body()).isEqualTo(JobRoutes.message(other));
        assertThat(routes.last(SEND).headers()).containsEntry("CamelAwsSqsDelaySeconds", 7);
        assertThat(routes.last(COMMIT).properties()).doesNotContainEntry("video_id", other);
    }

    /** Hidden, it would come back as a message of a video that may be finished by then. */
    @Test
    void aMessageThatServesAnotherVideoIsReplacedWhenThatOneIsTriedLater() {
        routes.answer(CLAIM, Map.of("names_other", true));
        routes.fail(TRANSCODE, ToolFailures.killed());

        assertThat(routes.receive(JobRoutes.message(UUID.randomUUID().toString())))
                .endsWith("statement:failure/retry-later.sql", SEND, ACKNOWLEDGE);
        assertThat(routes.last(SEND).body()).isEqualTo(JobRoutes.message(JobRoutes.VIDEO));
    }

    /** Otherwise the named video would wait for the reconciler. */
    @Test
    void aMessageThatCouldNotBePassedOnIsPassedOnWhenItIsReplaced() {
        String other = JobRoutes.message(UUID.randomUUID().toString());
        routes.answer(CLAIM, Map.of("names_other", true, "other_message", other, "delay", 7));
        AtomicInteger tries = new AtomicInteger();
        routes.answer(SEND, with -> {
            if (tries.incrementAndGet() <= 3) {
                throw SdkClientException.create("Connection refused");
            }
        });

        assertThat(routes.receive(other))
                .endsWith("statement:failure/retry-later.sql", SEND, SEND, ACKNOWLEDGE)
                .doesNotContain(FETCH);
        assertThat(routes.calls.stream()
                        .filter(call -> call.what().equals(SEND))
                        .map(JobRoutes.Call::body))
                .containsExactly(other, other, other, JobRoutes.message(JobRoutes.VIDEO), other);
    }

    @Test
    void aClaimThatTheDatabaseDoesNotAnswerLeavesTheMessageAsItIs() {
        routes.fail(CLAIM, new SQLException("The connection attempt failed", "08001"));

        assertThat(routes.receiveJob()).startsWith(CLAIM).doesNotContain(SEND, ACKNOWLEDGE, POSTPONE, DEAD_LETTER);
    }

    /** A copy of what was received, since no other message is known. */
    @Test
    void aClaimThatMeetsAMistakeSendsBackWhatWasReceived() {
        String received = JobRoutes.message(UUID.randomUUID().toString());
        routes.fail(CLAIM, new SQLException("column \"claimz\" does not exist", "42703"));

        assertThat(routes.receive(received)).containsExactly(CLAIM, SEND, ACKNOWLEDGE);
        assertThat(routes.last(SEND).body()).isEqualTo(received);
    }

    @Test
    void aVideoThatIsNotDueWaits() {
        routes.answer(CLAIM, Map.of("outcome", "early", "delay", 30));

        assertThat(routes.receiveJob()).containsExactly(CLAIM, POSTPONE);
    }
}
