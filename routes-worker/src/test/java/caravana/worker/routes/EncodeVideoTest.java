package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.CLAIM;
import static caravana.worker.routes.JobRoutes.COMMIT;
import static caravana.worker.routes.JobRoutes.FETCH;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.SEND;
import static caravana.worker.routes.JobRoutes.STORE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import caravana.worker.exec.ToolFailures;
import caravana.worker.media.StoredFile;
import caravana.worker.media.VideoParts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The way of a job whose video is encoded in parts, by the worker that has the job. */
class EncodeVideoTest extends PartRoutesFixture {

    private static final String PLAN = "statement:job/plan-parts.sql";
    private static final String WAKE = "statement:job/wake-helpers.sql";
    private static final String LIST = "statement:job/list-parts.sql";
    private static final String DROP = "statement:job/drop-parts.sql";

    @BeforeEach
    void planTwo() {
        when(parts.isUnknown()).thenReturn(true);
        routes.answer(PLAN, with -> with.getMessage().setBody(Map.of("number", 2L, "done", 0L)));
        // For this worker.
        leave(1);
        routes.answer(WAKE, with -> with.getMessage().setBody(List.of(Map.of("job_message", "a copy"))));
        routes.answer(LIST, with -> with.getMessage().setBody(List.of()));
    }

    @Test
    void partsAreMadeHereAndByOthersAndThenJoined() {
        // Open for the claim of its own part, for the claim that finds none, and while it waits once.
        when(parts.isOpen()).thenReturn(true, true, true, false);
        when(parts.getStored())
                .thenReturn(
                        List.of(new VideoParts.Stored(1, "processed/other", folder.resolve("part-1.mp4"), "digest")));

        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM,
                        FETCH,
                        "exec:ffprobe",
                        "exec:ffprobe",
                        PLAN,
                        CLAIM_PART,
                        WAKE,
                        SEND,
                        TRANSCODE,
                        STORE,
                        NOTE,
                        CLAIM_PART,
                        LIST,
                        LIST,
                        FETCH,
                        TRANSCODE,
                        "exec:ffprobe",
                        STORE,
                        STORE,
                        COMMIT,
                        ACKNOWLEDGE);
        assertThat(routes.last(SEND).body()).isEqualTo("a copy");
        assertThat(routes.last(SEND).headers()).containsEntry("CamelAwsSqsDelaySeconds", 0);
        assertThat(routes.last(NOTE).properties().get("part")).isEqualTo(part(0));
    }

    /** The first part is encoded before the keys are known, and its files are stored when it is claimed. */
    @Test
    void renditionsBeginAtOnceAndTheirSoundIsEncodedApart() {
        when(parts.isEarly()).thenReturn(true);
        when(parts.isEncoded()).thenReturn(true);
        when(routes.partsPlanner.hasSoundApart(parts)).thenReturn(true);
        when(routes.partsPlanner.hasMoreThanParts(any(), any())).thenReturn(true);
        when(parts.isOpen()).thenReturn(false);
        when(parts.getFiles())
                .thenReturn(List.of(
                        new StoredFile(
                                "0.mp4", "video/mp4", folder.resolve("part").toFile()),
                        new StoredFile(
                                "0-240p.mp4",
                                "video/mp4",
                                folder.resolve("rendition").toFile())));

        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM,
                        FETCH,
                        "exec:ffprobe",
                        TRANSCODE,
                        "exec:ffprobe",
                        PLAN,
                        CLAIM_PART,
                        WAKE,
                        SEND,
                        STORE,
                        STORE,
                        NOTE,
                        TRANSCODE,
                        LIST,
                        TRANSCODE,
                        "exec:ffprobe",
                        STORE,
                        STORE,
                        COMMIT,
                        ACKNOWLEDGE);
    }

    @Test
    void filesThatNeedTheWholeVideoAreMadeBesideItsParts() {
        when(routes.partsPlanner.hasFilesApart(any(), any())).thenReturn(true);
        when(routes.partsPlanner.hasMoreThanParts(any(), any())).thenReturn(true);
        when(parts.isOpen()).thenReturn(false);

        assertThat(routes.receiveJob())
                .containsExactly(
                        CLAIM,
                        FETCH,
                        "exec:ffprobe",
                        "exec:ffprobe",
                        PLAN,
                        TRANSCODE,
                        LIST,
                        TRANSCODE,
                        "exec:ffprobe",
                        STORE,
                        STORE,
                        COMMIT,
                        ACKNOWLEDGE);
    }

    @Test
    void aSoundThatCannotBeEncodedFailsTheAttempt() {
        when(parts.isEarly()).thenReturn(true);
        when(routes.partsPlanner.hasSoundApart(parts)).thenReturn(true);
        when(routes.partsPlanner.hasMoreThanParts(any(), any())).thenReturn(true);
        when(parts.isOpen()).thenReturn(false);
        AtomicInteger runs = new AtomicInteger();
        routes.answer(TRANSCODE, with -> {
            // The first part, the claimed one, the sound.
            if (runs.incrementAndGet() == 3) {
                throw ToolFailures.killed();
            }
        });

        assertThat(routes.receiveJob()).doesNotContain(COMMIT, ACKNOWLEDGE).contains(POSTPONE);
        assertThat(routes.ended()).containsEntry("retry_scheduled killed none", 1.0);
    }

    @Test
    void aPartThatIsNotWhatItMustBeMeansOneRun() {
        when(parts.isOpen()).thenReturn(true, false);
        when(parts.getMade()).thenReturn(null);
        when(parts.isDropped()).thenReturn(true);

        assertThat(routes.receiveJob())
                .containsSubsequence(CLAIM_PART, TRANSCODE, LIST, DROP, TRANSCODE, COMMIT, ACKNOWLEDGE)
                .doesNotContain(NOTE);
    }

    @Test
    void aPartThatIsGoneFailsNoJob() {
        when(parts.isOpen()).thenReturn(false);
        when(parts.getStored())
                .thenReturn(
                        List.of(new VideoParts.Stored(1, "processed/other", folder.resolve("part-1.mp4"), "digest")));
        AtomicInteger fetches = new AtomicInteger();
        routes.answer(FETCH, with -> {
            if (fetches.incrementAndGet() > 1) {
                throw NoSuchKeyException.builder().message("gone").build();
            }
            with.getMessage().setBody("an original");
        });

        assertThat(routes.receiveJob()).containsSubsequence(LIST, FETCH, TRANSCODE, COMMIT, ACKNOWLEDGE);
    }

    @Test
    void aLostClaimPlansNothing() {
        routes.answer(PLAN, with -> with.getMessage().setBody(null));

        assertThat(routes.receiveJob()).doesNotContain(CLAIM_PART, COMMIT).contains(ACKNOWLEDGE);
        assertThat(routes.ended()).containsEntry("lost claim_lost none", 1.0);
    }
}
