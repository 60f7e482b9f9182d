package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestingExecutorTest {

    private static final int WAITING = 5;
    private static final int REST = 3;

    private final RestingExecutor executor = new RestingExecutor(1, REST, "test-");
    private final CountDownLatch begin = new CountDownLatch(1);

    @AfterEach
    void stop() {
        begin.countDown();
        executor.shutdownNow();
    }

    /** When a task ran. */
    private record Span(long began, long ended) {}

    @Test
    void itRestsBetweenTasksThatWait() throws Exception {
        List<Future<Span>> spans = new ArrayList<>();
        for (int i = 0; i < 1 + WAITING; i++) {
            spans.add(executor.submit(this::task));
        }
        begin.countDown();

        Span before = spans.get(0).get();
        for (Future<Span> next : spans.subList(1, spans.size())) {
            Span span = next.get();
            assertThat(span.began() - before.ended()).isGreaterThanOrEqualTo(REST * (before.ended() - before.began()));
            before = span;
        }
    }

    private Span task() throws InterruptedException {
        begin.await();
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(5)) {
            Thread.onSpinWait();
        }
        return new Span(began, System.nanoTime());
    }
}
