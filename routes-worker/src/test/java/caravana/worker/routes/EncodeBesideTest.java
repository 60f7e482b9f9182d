package caravana.worker.routes;

import static caravana.worker.routes.JobRoutes.ACKNOWLEDGE;
import static caravana.worker.routes.JobRoutes.COMMIT;
import static caravana.worker.routes.JobRoutes.POSTPONE;
import static caravana.worker.routes.JobRoutes.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import caravana.test.Waits;
import caravana.worker.exec.ToolFailures;
import caravana.worker.job.RunningJob;
import caravana.worker.tool.KillReason;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts of a video, and the files that are made at the same time, by threads of their own. */
class EncodeBesideTest extends PartRoutesFixture {

    private static final String LIST = "statement:job/list-parts.sql";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch filesBegun = new CountDownLatch(1);
    private volatile boolean filesEnded;

    @Override
    JobRoutes open() throws Exception {
        return JobRoutes.start(folder, threads);
    }

    @BeforeEach
    void planFiles() {
        when(routes.partsPlanner.hasFilesApart(any(), any())).thenReturn(true);
        when(routes.partsPlanner.hasMoreThanParts(any(), any())).thenReturn(true);
        when(parts.isUnknown()).thenReturn(true);
        when(parts.isOpen()).thenReturn(true);
        routes.answer(
                "statement:job/plan-parts.sql", with -> with.getMessage().setBody(Map.of("number", 2L, "done", 0L)));
        routes.answer(LIST, with -> with.getMessage().setBody(List.of()));
        leave(0);
    }

    @AfterEach
    void endThreads() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    /** A tool that runs until it is killed. */
    private void untilKilled(Exchange with) {
        RunningJob job = with.getProperty("job", RunningJob.class);
        filesBegun.countDown();
        KillReason reason = job.getTool().awaitKill(Waits.LIMIT);
        filesEnded = true;
        throw new IllegalStateException("killed by " + reason);
    }

    private void afterFilesBegin() throws InterruptedException {
        assertThat(filesBegun.await(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** Otherwise the next attempt would write the same files at the same time. */
    @Test
    void theFilesEndBeforeThePartsFailureIsHandled() {
        routes.answer(TRANSCODE, this::untilKilled);
        routes.answer(CLAIM_PART, with -> {
            afterFilesBegin();
            throw ToolFailures.killed();
        });

        assertThat(routes.receiveJob()).doesNotContain(COMMIT, ACKNOWLEDGE).contains(POSTPONE);
        assertThat(filesEnded).isTrue();
        assertThat(routes.ended()).containsEntry("retry_scheduled killed none", 1.0);
    }

    @Test
    void aWaitForPartsEndsWhenTheFilesFail() {
        CountDownLatch waiting = new CountDownLatch(2);
        routes.answer(LIST, with -> {
            waiting.countDown();
            with.getMessage().setBody(List.of());
        });
        routes.answer(TRANSCODE, with -> {
            assertThat(waiting.await(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            throw ToolFailures.killed();
        });

        assertThat(routes.receiveJob()).doesNotContain(COMMIT, ACKNOWLEDGE).contains(POSTPONE);
        assertThat(routes.ended()).containsEntry("retry_scheduled killed none", 1.0);
        int calls = routes.calls.size();
        threads.shutdown();
        assertThat(routes.calls).as("nothing goes on behind the job").hasSize(calls);
    }

    /** A step that failed by an outage is tried again, and its tools may run. */
    @Test
    void theNextTryRunsToolsAgain() {
        AtomicInteger tries = new AtomicInteger();
        routes.answer(TRANSCODE, with -> {
            if (tries.get() == 0) {
                untilKilled(with);
            }
            assertThat(with.getProperty("job", RunningJob.class).getTool().killed())
                    .isNull();
        });
        routes.answer(CLAIM_PART, with -> {
            if (tries.get() == 0) {
                afterFilesBegin();
                tries.incrementAndGet();
                throw new IOException("no answer");
            }
            when(parts.isOpen()).thenReturn(false);
            with.getMessage().setBody(null);
        });

        assertThat(routes.receiveJob()).contains(COMMIT, ACKNOWLEDGE);
        assertThat(filesEnded).isTrue();
        assertThat(tries).hasValue(1);
    }
}
