package caravana.web.identity;

import caravana.web.http.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.annotation.PreDestroy;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/**
 * Runs the password hashing of requests, few at a time: a hash needs some tens of milliseconds of a processor, and 19
 * MiB. Log-ins from known sources, log-ins from others, and sign-ups have separate threads, so that they do not wait
 * for each other.
 *
 * <p>A bounded number of requests waits, at most five seconds. It is smaller than the number of requests that web
 * serves concurrently. The next one is that whose account and source have the fewest hashes waiting and running. When
 * the queue is full, the last request of the account and source with the most is refused. So guesses on one account
 * from many sources, or from one source on many accounts, do not lock others out. While sign-ups wait, they use at most
 * a quarter of a processor.
 */
@Component
class PasswordHashing {

    private static final int KNOWN_LOG_INS_WAITING = 32;

    /**
     * The most waiting log-ins from unknown sources. It is larger than the number of concurrent guesses on one account
     * that unknown sources may make by default, so these cannot fill the queue.
     */
    private static final int OTHER_LOG_INS_WAITING = 64;

    private static final int SIGN_UPS_WAITING = 16;
    private static final int PATIENCE_SECONDS = 5;

    /** How long a thread pauses after a hash while others wait, as a multiple of the hash's duration. */
    private static final int SIGN_UP_REST = 3;

    private static final int NO_REST = 0;

    private final Passwords passwords;
    private final Pool knownLogIns;
    private final Pool otherLogIns;
    private final Pool signUps;

    PasswordHashing(Passwords passwords, MeterRegistry meters) {
        this.passwords = passwords;
        // Few threads, so that all other requests continue meanwhile.
        int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.knownLogIns = new Pool("log-in", atOnce, KNOWN_LOG_INS_WAITING, NO_REST, meters);
        this.otherLogIns = new Pool("log-in", atOnce, OTHER_LOG_INS_WAITING, NO_REST, meters);
        this.signUps = new Pool("sign-up", 1, SIGN_UPS_WAITING, SIGN_UP_REST, meters);
    }

    /**
     * The client of a log-in.
     *
     * @param account the e-mail address, even if no account has it
     * @param source see {@link caravana.web.http.Source}
     * @param known whether the source has logged in to the account before
     */
    record Caller(String account, String source, boolean known) {}

    /**
     * Returns whether the password matches the hash, see {@link Passwords#matches}.
     *
     * @throws Problem 503 {@code busy} when too many log-ins wait
     */
    boolean matches(String password, String hash, Caller caller) {
        return (caller.known() ? knownLogIns : otherLogIns)
                .run(
                        () -> passwords.matches(password, hash),
                        List.of("account " + caller.account(), "source " + caller.source()));
    }

    /**
     * Refuses a sign-up for which there is no place, before other work is done for it.
     *
     * @param source see {@link caravana.web.http.Source}
     * @throws Problem 503 {@code busy}
     */
    void requirePlace(String source) {
        if (signUps.queue.isFullFor(List.of(source))) {
            throw signUps.busy();
        }
    }

    /**
     * Returns the hash of a new account's password.
     *
     * @param source see {@link caravana.web.http.Source}
     * @throws Problem 503 {@code busy} when too many sign-ups wait
     */
    String hash(String password, String source) {
        return signUps.run(() -> passwords.hash(password), List.of(source));
    }

    @PreDestroy
    void stop() {
        knownLogIns.stop();
        otherLogIns.stop();
        signUps.stop();
    }

    private static final class Pool {

        private final String call;
        private final int waiting;
        private final ThreadPoolExecutor threads;
        private final FairQueue queue;
        private final Timer hashes;

        Pool(String call, int atOnce, int waiting, int rest, MeterRegistry meters) {
            this.call = call;
            this.waiting = waiting;
            this.threads = new RestingExecutor(atOnce, rest, call + "-hash-");
            this.queue = new FairQueue(waiting);
            this.hashes = meters.timer("caravana.password.hash", "operation", call);
        }

        <T> T run(Callable<T> hash, List<String> owners) {
            FairQueue.Task<T> task = queue.enter(() -> hashes.recordCallable(hash), owners);
            try {
                // Cancelled tasks leave their calls of runNext in this queue; its length is enough for all waiting
                // tasks.
                if (!task.isCancelled() && threads.getQueue().size() < waiting) {
                    threads.execute(queue::runNext);
                }
                return result(task);
            } catch (RejectedExecutionException | CancellationException refused) {
                queue.leave(task);
                throw busy();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Stopped", e);
            }
        }

        private <T> T result(FairQueue.Task<T> task) throws InterruptedException, ExecutionException {
            try {
                return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException tooLong) {
                // A running task has left the queue, so its result is used.
                queue.leave(task);
                return task.get();
            }
        }

        private Problem busy() {
            return new Problem(
                    503, "busy", "Too many passwords are being checked at the moment. Try again in a few seconds.");
        }

        void stop() {
            threads.shutdownNow();
        }
    }
}
