package caravana.web.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A database that answers, hangs and fails as the test wants. Time is moved by hand. */
class ReadinessTest {

    private static final Duration SOON = Waits.LIMIT;

    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Readiness readiness = new Readiness(questions(), nanoTime::get);
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private volatile boolean failing;

    private Map<String, Runnable> questions() {
        Map<String, Runnable> questions = new LinkedHashMap<>();
        questions.put("database", () -> {
            asked.incrementAndGet();
            await().atMost(SOON).until(() -> hanging.getCount() == 0);
            if (failing) {
                throw new IllegalStateException("refused");
            }
        });
        questions.put("progress", () -> {});
        return questions;
    }

    @AfterEach
    void thaw() {
        hanging.countDown();
    }

    @Test
    void anAnswerHoldsForASecond() {
        assertThat(answer()).isEqualTo("ok");
        failing = true;
        for (int i = 0; i < 100; i++) {
            assertThat(answer()).isEqualTo("ok");
        }
        assertThat(asked.get()).isEqualTo(1);

        pass(Duration.ofMillis(1001));
        assertThat(answer()).isEqualTo("down");
        assertThat(asked.get()).isEqualTo(2);
    }

    @Test
    void whileASystemHangsOneCallerWaitsAndTheOthersGetTheAnswerBefore() {
        assertThat(answer()).isEqualTo("ok");
        pass(Duration.ofSeconds(2));
        hanging = new CountDownLatch(1);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(this::answer);
        await().atMost(SOON).until(() -> asked.get() == 2);

        // Had it waited, it would be "down".
        assertThat(answer()).isEqualTo("ok");

        // Two seconds are enough for a system that is up; it is not asked again while it hangs.
        assertThat(first.join()).isEqualTo("down");
        pass(Duration.ofSeconds(2));
        assertThat(answer()).isEqualTo("down");
        assertThat(asked.get()).isEqualTo(2);

        hanging.countDown();
        await().atMost(SOON).until(() -> {
            pass(Duration.ofSeconds(2));
            return answer().equals("ok");
        });
    }

    @Test
    void anAnswerThatIsTooOldIsNotGiven() {
        assertThat(answer()).isEqualTo("ok");
        pass(Duration.ofMinutes(1));
        hanging = new CountDownLatch(1);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(this::answer);
        await().atMost(SOON).until(() -> asked.get() == 2);

        assertThat(answer()).isEqualTo("down");
        assertThat(first.join()).isEqualTo("down");
    }

    @Test
    void theFirstAnswerOfAllIsNoGuess() {
        hanging = new CountDownLatch(1);

        assertThat(answer()).isEqualTo("down");
    }

    private String answer() {
        Exchange exchange = new DefaultExchange(camel);
        readiness.answer(exchange);
        return (String) exchange.getMessage().getBody(Map.class).get("status");
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
