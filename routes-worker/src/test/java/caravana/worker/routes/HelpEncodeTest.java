package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.STORE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.when;

import caravana.worker.exec.ToolFailures;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.job.RunningJob;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a message whose job another worker has, where videos are encoded in parts. */
class HelpEncodeTest extends PartRoutesFixture {

    private static final String GIVE_BACK = "statement:job/give-part-back.sql";
    private static final String LEFT_WAITING = "statement:failure/left-waiting.sql";

    @BeforeEach
    void leaveTwo() {
        routes.answer(CLAIM, Map.of("outcome", "owned"));
        when(routes.partsPlanner.isInParts()).thenReturn(true);
        leave(2);
    }

    @Test
    void partsAreEncodedUntilNoneIsLeft() {
        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM,
                        CLAIM_PART,
                        FETCH,
                        "exec:ffprobe",
                        TRANSCODE,
                        STORE,
                        NOTE,
                        CLAIM_PART,
                        TRANSCODE,
                        STORE,
                        NOTE,
                        CLAIM_PART,
                        GIVE_BACK,
                        ACKNOWLEDGE,
                        LEFT_WAITING);
        assertThat(routes.ended().values()).as("the job is another worker's").containsOnly(0.0);
        assertThat(routes.last(GIVE_BACK).properties().get("job"))
                .as("of which there is a receipt")
                .isInstanceOf(RunningJob.class);
    }

    /** Of a job at its last attempt the message may be a dead letter that was redriven. */
    @Test
    void atTheLastAttemptPartsAreEncodedAndTheMessageComesBack() {
        routes.answer(CLAIM, Map.of("outcome", "last", "delay", 15));

        assertThat(routes.receiveJob())
                .containsSubsequence(
                        CLAIM, CLAIM_PART, TRANSCODE, NOTE, TRANSCODE, NOTE, CLAIM_PART, GIVE_BACK, POSTPONE)
                .doesNotContain(ACKNOWLEDGE);
    }

    @Test
    void aJobWithoutPartsIsLeftAlone() {
        leave(0);

        assertThat(routes.receiveJob()).containsExactly(CLAIM, CLAIM_PART, ACKNOWLEDGE, LEFT_WAITING);
    }

    @Test
    void whereNothingIsInPartsNoneIsLookedFor() {
        when(routes.partsPlanner.isInParts()).thenReturn(false);

        assertThat(routes.receiveJob()).containsExactly(CLAIM, ACKNOWLEDGE, LEFT_WAITING);
    }

    @Test
    void aPartThatFailsIsGivenBackAndFailsNoJob() {
        routes.fail(TRANSCODE, ToolFailures.killed());

        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM, CLAIM_PART, FETCH, "exec:ffprobe", TRANSCODE, GIVE_BACK, ACKNOWLEDGE, LEFT_WAITING);
        assertThat(routes.last(GIVE_BACK).properties()).doesNotContainKey("is_stopping");
    }

    @Test
    void aWorkerThatStopsGivesItsPartBack() {
        routes.fail(TRANSCODE, JobInterruptedException.byStop("the worker stops"));

        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM, CLAIM_PART, FETCH, "exec:ffprobe", TRANSCODE, GIVE_BACK, ACKNOWLEDGE, LEFT_WAITING);
    }

    @Test
    void otherPartsThanPlannedAreGivenBack() {
        doThrow(new IllegalStateException("other parts"))
                .when(routes.partsPlanner)
                .requireSameParts(any(), any());

        assertThat(routes.receiveJob())
                .containsExactly(CLAIM, CLAIM_PART, FETCH, "exec:ffprobe", GIVE_BACK, ACKNOWLEDGE, LEFT_WAITING);
    }

    @Test
    void aClosedIntakeEndsTheHelpBehindThePart() {
        routes.answer(NOTE, with -> routes.intake().paused(true));

        assertThat(routes.receiveJob()).containsSubsequence(NOTE, GIVE_BACK, ACKNOWLEDGE);
        assertThat(claims.get()).isEqualTo(1);
    }
}
