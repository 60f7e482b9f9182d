package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.STORE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyDouble;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.worker.exec.ToolFailures;
import caravana.worker.job.JobInterruptedException;
import caravana.worker.media.VideoParts;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a message whose job another worker has, where videos are encoded in parts. */
class HelpEncodeTest {

    private static final String CLAIM_PART = "statement:job/claim-part.sql";
    private static final String NOTE = "statement:job/note-part.sql";
    private static final String GIVE_BACK = "statement:job/give-part-back.sql";
    private static final String LEFT_WAITING = "statement:failure/left-waiting.sql";

    private final VideoParts parts = mock(VideoParts.class);
    private final AtomicInteger claims = new AtomicInteger();

    @TempDir
    Path folder;

    private JobRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = JobRoutes.start(folder);
        routes.answer(CLAIM, Map.of("outcome", "owned"));
        when(routes.planner.isInParts()).thenReturn(true);
        when(routes.planner.beginParts(any(), anyDouble(), any(), any(), any(), any()))
                .thenReturn(parts);
        when(parts.isWanted()).thenReturn(true);
        when(parts.getMade()).thenReturn(Map.of("sha256", "digest"));
        when(parts.getFile()).thenReturn(folder.resolve("part").toFile());
        leave(2);
    }

    @AfterEach
    void stop() throws Exception {
        routes.close();
    }

    private void leave(int waiting) {
        routes.answer(
                CLAIM_PART,
                with -> with.getMessage()
                        .setBody(
                                claims.incrementAndGet() > waiting
                                        ? null
                                        : Map.of(
                                                "plan_id",
                                                UUID.randomUUID().toString(),
                                                "number",
                                                claims.get(),
                                                "transformations",
                                                "[\"sin_audio\"]",
                                                "predicted_seconds",
                                                90.0)));
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
    }

    @Test
    void aJobWithoutPartsIsLeftAlone() {
        leave(0);

        assertThat(routes.receiveJob()).containsExactly(CLAIM, CLAIM_PART, ACKNOWLEDGE, LEFT_WAITING);
    }

    @Test
    void whereNothingIsInPartsNoneIsLookedFor() {
        when(routes.planner.isInParts()).thenReturn(false);

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
        doThrow(new IllegalStateException("other parts")).when(routes.planner).requireSameParts(any(), any());

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
