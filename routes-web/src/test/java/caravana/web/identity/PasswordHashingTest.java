package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import caravana.web.http.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordHashingTest {

    private static final Duration SOON = Waits.LIMIT;

    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final PasswordHashing hashing = new PasswordHashing(new Slow(), new SimpleMeterRegistry());
    private final ExecutorService callers = Executors.newCachedThreadPool();

    /** Hashes for as long as the test wants. */
    private final class Slow extends Passwords {

        @Override
        public String hash(String password) {
            begun.incrementAndGet();
            await().atMost(SOON).until(() -> done.getCount() == 0);
            return "hash of " + password;
        }

        @Override
        public boolean matches(String password, String hash) {
            return password.equals(hash);
        }
    }

    @AfterEach
    void stop() {
        done.countDown();
        callers.shutdownNow();
        hashing.stop();
    }

    @Test
    void aFloodOfSignUpsIsRefusedAndLogInsGoOn() throws Exception {
        List<Future<String>> signUps = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            int number = i;
            signUps.add(callers.submit(() -> hashing.hash("password " + number)));
        }
        // One is being hashed, sixteen wait, and the others have been told.
        await().atMost(SOON).until(() -> signUps.stream().filter(Future::isDone).count() == 8);
        assertThatThrownBy(() -> hashing.hash("one more")).isInstanceOfSatisfying(Problem.class, busy -> {
            assertThat(busy.getStatus()).isEqualTo(503);
            assertThat(busy.getCode()).isEqualTo("busy");
            assertThat(busy.getRetryAfter()).isPositive();
        });

        assertThat(hashing.matches("right", "right", true)).isTrue();
        assertThat(hashing.matches("wrong", "right", false)).isFalse();
    }

    /** After five seconds; what is being hashed by then is not thrown away. */
    @Test
    void nobodyWaitsWithoutEnd() throws Exception {
        Future<String> first = callers.submit(() -> hashing.hash("first"));
        await().atMost(SOON).until(() -> begun.get() == 1);
        Future<String> second = callers.submit(() -> hashing.hash("second"));

        await().atMost(SOON).until(second::isDone);
        assertThatThrownBy(second::get).rootCause().hasMessageContaining("Too many sign-ups at once");
        assertThat(first.isDone()).isFalse();
        done.countDown();
        assertThat(first.get()).isEqualTo("hash of first");
        assertThat(begun.get()).isEqualTo(1);
    }
}
