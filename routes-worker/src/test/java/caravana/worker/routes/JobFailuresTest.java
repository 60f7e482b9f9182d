package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.COMMIT;
import static caravana.worker.routes.JobRoutes.DEAD_LETTER;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.RELEASE_CLAIM;
import static caravana.worker.routes.JobRoutes.SEND;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.when;

import caravana.worker.exec.ToolFailures;
import caravana.worker.job.ClaimLostException;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.media.OutputInvalidException;
import caravana.worker.media.RejectedMediaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** What the routes do about each class of failure in the table of docs/architecture.md; each test is named after its line. */
class JobFailuresTest {

    private static final String REJECT = "statement:failure/reject-job.sql";
    private static final String REQUEUE = "statement:failure/requeue-job.sql";
    private static final String RETRY = "statement:failure/retry-later.sql";
    private static final String FAIL = "statement:queue/fail-video.sql";

    /** Without a trace of the attempt, and by a copy that is received as if for the first time. */
    private static final String[] REQUEUED = {REQUEUE, SEND, ACKNOWLEDGE};

    private static final String[] DEAD = {DEAD_LETTER, FAIL, ACKNOWLEDGE};

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
    @DisplayName("poison message")
    void aPoisonMessageIsADeadLetterAtOnce() {
        assertThat(routes.receive("not JSON at all")).containsExactly(DEAD_LETTER, ACKNOWLEDGE);
        assertThat(routes.last(DEAD_LETTER).headers())
                .containsEntry("code", "poison_message")
                .containsEntry("route", "process-video");
        assertThat(routes.last(DEAD_LETTER).body()).isEqualTo("not JSON at all");
    }

    @Test
    @DisplayName("rejected media")
    void rejectedMediaFailTheRowAndNothingElse() throws Exception {
        when(routes.probe.readTimeline(any(), any(), any(), any(), any()))
                .thenThrow(new RejectedMediaException("too_long", "The video is longer than 10 minutes."));

        assertThat(routes.receiveJob()).endsWith(REJECT, ACKNOWLEDGE).doesNotContain(DEAD_LETTER, RETRY);
        assertThat(routes.last(REJECT).properties())
                .containsEntry("error_code", "too_long")
                .containsEntry("error_detail", "The video is longer than 10 minutes.");
    }

    @Test
    @DisplayName("tool unavailable")
    void withoutAToolTheJobIsRequeuedAndTheIntakeCloses() {
        routes.fail(TRANSCODE, ToolFailures.unavailable());

        assertThat(routes.receiveJob()).endsWith(REQUEUED).doesNotContain(RETRY);
        assertThat(routes.intake().closedBy()).containsExactly("tool");
    }

    @Test
    @DisplayName("system unavailable")
    void aStepThatASystemFailsIsTriedAgainAndThenTheJobIsRequeued() {
        SdkClientException away = SdkClientException.create("Connection refused");
        routes.fail(FETCH, away);
        doThrow(away).when(routes.systems).storage();

        List<String> calls = routes.receiveJob();

        assertThat(calls).filteredOn(FETCH::equals).hasSize(3);
        assertThat(calls).endsWith(REQUEUED).doesNotContain(RETRY);
        assertThat(routes.intake().closedBy()).containsExactly("storage");
    }

    @Test
    @DisplayName("route defect")
    void aMistakeInTheRoutesIsNotTriedAgain() {
        routes.fail(COMMIT, new SQLException("column \"poster_kee\" does not exist", "42703"));

        List<String> calls = routes.receiveJob();

        assertThat(calls).filteredOn(COMMIT::equals).hasSize(1);
        assertThat(calls).endsWith(REQUEUED).doesNotContain(RETRY);
        assertThat(routes.intake().closedBy()).containsExactly("route_defect");
        assertThat(routes.last(REQUEUE).properties())
                .containsEntry("error_code", "route_defect")
                .containsEntry("failed_step", "commit-row");
    }

    @Test
    @DisplayName("failed attempt")
    void aFailedAttemptWaitsForTheNext() {
        routes.fail(TRANSCODE, ToolFailures.killed());

        assertThat(routes.receiveJob()).endsWith(RETRY, POSTPONE).doesNotContain(ACKNOWLEDGE, DEAD_LETTER);
        assertThat(routes.last(RETRY).properties()).containsEntry("error_code", "killed");
        assertThat(routes.intake().isOpen()).isTrue();
    }

    @Test
    void theFifthFailedAttemptIsTheLast() {
        routes.answer(CLAIM, Map.of("attempts", 5));
        routes.fail(TRANSCODE, ToolFailures.killed());

        assertThat(routes.receiveJob()).endsWith(DEAD).doesNotContain(RETRY);
        assertThat(routes.last(DEAD_LETTER).headers())
                .containsEntry("code", "attempts_exhausted")
                .containsEntry("last_code", "killed")
                .containsEntry("attempt", 5);
    }

    @Test
    @DisplayName("unknown transformation")
    void whatANewerWebAsksForIsLeftToANewerWorker() {
        routes.answer(CLAIM, Map.of("transformations", "[\"of_next_year\"]"));
        assertIsLeftToANewerWorker();
    }

    @Test
    void parametersOfANewerWebAreLeftToANewerWorker() {
        routes.answer(CLAIM, Map.of("transformation_parameters", "{\"version\": 2, \"parameters\": {}}"));
        assertIsLeftToANewerWorker();
        routes.answer(
                CLAIM,
                Map.of("transformation_parameters", "{\"version\": 1, \"parameters\": {\"sin_audio\": {\"new\": 1}}}"));
        assertIsLeftToANewerWorker();
    }

    /** A value, a wider range, a parameter that may be left out by now, and combinations that were not possible before. */
    @Test
    void whatANewerWebAllowsIsLeftToANewerWorker() {
        Map<String, String> parametersByNames = Map.of(
                "[\"girar\"]", "{\"girar\": {\"giro\": \"diagonal\"}}",
                "[\"escalar\"]", "{\"escalar\": {\"alto\": 4320}}",
                "[\"rotulo\"]", "{}",
                "[\"escalar\", \"hd_720p\"]", "{}",
                "[\"calidad\"]", "{}");
        parametersByNames.forEach((names, parameters) -> {
            routes.calls.clear();
            routes.answer(
                    CLAIM,
                    Map.of(
                            "transformations",
                            names,
                            "transformation_parameters",
                            "{\"version\": 1, \"parameters\": " + parameters + "}"));
            assertIsLeftToANewerWorker();
        });
    }

    private void assertIsLeftToANewerWorker() {
        assertThat(routes.receiveJob()).endsWith(REQUEUED).doesNotContain(FETCH, RETRY);
        assertThat(routes.last(REQUEUE).properties()).containsEntry("error_code", "unknown_transformation");
        assertThat(routes.last(SEND).headers()).containsEntry("CamelAwsSqsDelaySeconds", 300);
    }

    @Test
    @DisplayName("stopped worker")
    void aStoppedWorkersJobIsRequeuedAtOnce() {
        routes.fail(TRANSCODE, JobInterruptedException.byStop("ffmpeg was stopped: the worker stops"));

        assertThat(routes.receiveJob()).endsWith(REQUEUED).doesNotContain(RETRY);
        assertThat(routes.last(SEND).headers()).containsEntry("CamelAwsSqsDelaySeconds", 0);
        assertThat(routes.last(REQUEUE).properties()).containsEntry("error_code", "worker_stopped");
    }

    @Test
    @DisplayName("invalid output")
    void anOutputThatIsNotAsPlannedIsMadeOnceMore() throws Exception {
        doThrow(new OutputInvalidException("the result has 2 s, planned are 30 s"))
                .when(routes.check)
                .read(any(), any(), any(), any(), any(), any());

        assertThat(routes.receiveJob()).endsWith(RETRY, POSTPONE);
        String measured = (String) routes.last(RETRY).properties().get("error_detail");
        routes.answer(CLAIM, Map.of("attempts", 2, "previous_error", "output_invalid", "previous_detail", measured));
        assertThat(routes.receiveJob()).endsWith(DEAD);
        assertThat(routes.last(DEAD_LETTER).headers()).containsEntry("code", "output_invalid");
    }

    @Test
    @DisplayName("out of memory")
    void anOriginalForWhichMemoryIsMissingTwiceIsRejected() {
        routes.fail(TRANSCODE, ToolFailures.outOfMemory());

        assertThat(routes.receiveJob()).endsWith(RETRY, POSTPONE);
        routes.answer(CLAIM, Map.of("attempts", 2, "previous_error", "out_of_memory"));
        assertThat(routes.receiveJob()).endsWith(REJECT, ACKNOWLEDGE).doesNotContain(DEAD_LETTER);
        assertThat(routes.last(REJECT).properties()).containsEntry("error_code", "media_too_heavy");
    }

    @Test
    @DisplayName("crashed tool")
    void anOriginalThatEndsTheToolTwiceIsRejected() {
        routes.fail(TRANSCODE, ToolFailures.crashed());

        assertThat(routes.receiveJob()).endsWith(RETRY, POSTPONE);
        assertThat(routes.last(RETRY).properties()).containsEntry("error_code", "tool_failed");
        routes.answer(
                CLAIM,
                Map.of(
                        "attempts",
                        2,
                        "previous_error",
                        "tool_failed",
                        "previous_detail",
                        "ffprobe crashed with status 139: "));
        assertThat(routes.receiveJob()).endsWith(REJECT, ACKNOWLEDGE).doesNotContain(DEAD_LETTER);
        assertThat(routes.last(REJECT).properties()).containsEntry("error_code", "undecodable");
    }

    @Test
    @DisplayName("lost claim")
    void aLostClaimTakesItsOutputsBack() {
        routes.answer(COMMIT, with -> with.getMessage().setBody(null));

        assertThat(routes.receiveJob())
                .endsWith(
                        COMMIT,
                        "aws2-s3:videos deleteObject",
                        "aws2-s3:videos deleteObject",
                        RELEASE_CLAIM,
                        ACKNOWLEDGE,
                        "statement:failure/left-waiting.sql")
                .doesNotContain(RETRY, REQUEUE, DEAD_LETTER);
        assertThat(routes.last(ACKNOWLEDGE).properties()).containsEntry("ended", "lost");
    }

    @Test
    @DisplayName("cancelled job")
    void aCancelledJobTakesItsOutputsBackAndFreesTheRow() {
        routes.fail(TRANSCODE, new ClaimLostException("ffmpeg was stopped: the claim is lost"));
        routes.answer(RELEASE_CLAIM, with -> with.getMessage().setBody(1));

        assertThat(routes.receiveJob())
                .endsWith(TRANSCODE, RELEASE_CLAIM, ACKNOWLEDGE, "statement:failure/left-waiting.sql")
                .doesNotContain(RETRY, REQUEUE, DEAD_LETTER);
        assertThat(routes.last(ACKNOWLEDGE).properties()).containsEntry("ended", "cancelled");
    }

    @Test
    void aRejectionAfterTheClaimIsLostLeavesTheMessageToTheOtherWorker() {
        routes.fail(FETCH, NoSuchKeyException.builder().build());
        routes.answer(REJECT, with -> with.getMessage().setBody(null));

        assertThat(routes.receiveJob()).endsWith(REJECT, ACKNOWLEDGE, "statement:failure/left-waiting.sql");
    }

    @Test
    @DisplayName("dead worker")
    void aJobWhoseLastWorkerDiedIsADeadLetter() {
        routes.answer(CLAIM, Map.of("outcome", "exhausted", "attempts", 5));

        assertThat(routes.receiveJob()).containsExactly(CLAIM, DEAD_LETTER, FAIL, ACKNOWLEDGE);
        assertThat(routes.last(DEAD_LETTER).headers()).containsEntry("last_code", "worker_lost");
    }

    @Test
    void eachLineOfTheTableHasATest() throws Exception {
        String table = Files.readString(Path.of("../docs/architecture.md"))
                .replaceFirst("(?s).*\\| class \\| cause \\| what happens \\|\\n\\| --- \\| --- \\| --- \\|\\n", "")
                .replaceFirst("(?s)\\n\\n.*", "");
        List<String> classes = Pattern.compile("(?m)^\\| ([^|]+) \\|")
                .matcher(table)
                .results()
                .map(line -> line.group(1))
                .toList();

        assertThat(classes).isNotEmpty();
        assertThat(Arrays.stream(JobFailuresTest.class.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(DisplayName.class))
                        .map(method -> method.getAnnotation(DisplayName.class).value()))
                .containsExactlyInAnyOrderElementsOf(classes);
    }
}
