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
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashingTest {

    private static final Duration SOON = Waits.LIMIT;

    private static final int FLOOD = 100;

    /** As many at least as there are for any kind of call. */
    private static final int PLACES = 64;

    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final PasswordHashing hashing = new PasswordHashing(new Slow(), new SimpleMeterRegistry());
    private final ExecutorService callers = Executors.newCachedThreadPool();

    private void hold() {
        try {
            assertThat(done.await(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hashes for as long as the test wants. */
    private final class Slow extends Passwords {

        @Override
        public String hash(String password) {
            begun.incrementAndGet();
            hold();
            return "hash of " + password;
        }

        @Override
        public boolean matches(String password, String hash) {
            if (password.equals("guess")) {
                begun.incrementAndGet();
                hold();
            }
            return password.equals(hash);
        }
    }

    @AfterEach
    void stop() {
        done.countDown();
        callers.shutdownNow();
        hashing.stop();
    }

    private static PasswordHashing.Caller caller(String account, String source, boolean known) {
        return new PasswordHashing.Caller(account, source, known);
    }

    private Future<Boolean> logIn(String password, String account, String source, boolean known) {
        return callers.submit(() -> hashing.matches(password, "right", caller(account, source, known)));
    }

    /** Whether unknown sources guess on one account, or whether an account's own devices log in again and again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void logInsToOneAccountFromManySourcesKeepNobodyElseOut(boolean known) throws Exception {
        assertFindsAPlace(
                i -> logIn("guess", "attacked", "source " + i, known), () -> logIn("right", "other", "new", known));
    }

    @Test
    void logInsOfOneSourceToManyAccountsKeepNobodyElseOut() throws Exception {
        assertFindsAPlace(
                i -> logIn("guess", "account " + i, "one", false), () -> logIn("right", "account 1", "new", false));
    }

    @Test
    void aFloodOfSignUpsOfOneSourceKeepsNobodyElseOut() throws Exception {
        assertFindsAPlace(
                i -> callers.submit(() -> hashing.hash("flood", "flood") == null),
                () -> callers.submit(() -> hashing.hash("mine", "other").equals("hash of mine")));
    }

    /** While nothing is hashed and all places are taken: one of the flood is refused instead. */
    private void assertFindsAPlace(IntFunction<Future<Boolean>> flood, Callable<Future<Boolean>> other)
            throws Exception {
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            all.add(flood.apply(i));
        }
        await().atMost(SOON).until(() -> begun.get() > 0 && answered(all) >= FLOOD - PLACES - begun.get());
        long before = answered(all);

        Future<Boolean> found = other.call();

        await().atMost(SOON).until(() -> {
            // A thread that began late has left a place, which the call took.
            all.add(flood.apply(all.size()));
            return found.isDone() || answered(all) > before;
        });
        done.countDown();
        assertThat(found.get()).isTrue();
    }

    private static long answered(List<Future<Boolean>> calls) {
        return calls.stream().filter(Future::isDone).count();
    }

    /** As many as the default lets through. */
    @Test
    void noGuessOnOneAccountFindsTheQueueFull() throws Exception {
        List<Future<Boolean>> guesses = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            guesses.add(logIn("guess", "attacked", "source " + i, false));
        }
        await().atMost(SOON).until(() -> begun.get() > 0);
        done.countDown();

        for (Future<Boolean> guess : guesses) {
            assertThat(guess.get()).isFalse();
        }
    }

    @Test
    void aFloodOfSignUpsIsRefusedAndLogInsGoOn() throws Exception {
        List<Future<String>> signUps = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            int number = i;
            signUps.add(callers.submit(() -> hashing.hash("password " + number, "flood")));
        }
        // One is being hashed, sixteen wait, and the others are refused. So are those that wait, after some seconds.
        await().atMost(SOON).until(() -> signUps.stream().filter(Future::isDone).count() >= 8);
        assertThatThrownBy(() -> hashing.hash("one more", "flood")).isInstanceOfSatisfying(Problem.class, busy -> {
            assertThat(busy.getStatus()).isEqualTo(503);
            assertThat(busy.getCode()).isEqualTo("busy");
            assertThat(busy.getRetryAfter()).isPositive();
        });

        assertThat(hashing.matches("right", "right", caller("a", "home", true))).isTrue();
        assertThat(hashing.matches("wrong", "right", caller("a", "elsewhere", false)))
                .isFalse();
    }

    /** After five seconds; what is being hashed by then is not thrown away. */
    @Test
    void nobodyWaitsWithoutEnd() throws Exception {
        Future<String> first = callers.submit(() -> hashing.hash("first", "a"));
        await().atMost(SOON).until(() -> begun.get() == 1);
        Future<String> second = callers.submit(() -> hashing.hash("second", "b"));

        await().atMost(SOON).until(second::isDone);
        assertThatThrownBy(second::get).rootCause().hasMessageContaining("Too many passwords");
        assertThat(first.isDone()).isFalse();
        done.countDown();
        assertThat(first.get()).isEqualTo("hash of first");
        assertThat(begun.get()).isEqualTo(1);
    }
}
