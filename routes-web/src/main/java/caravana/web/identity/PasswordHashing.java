package caravana.web.identity;

import caravana.web.http.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.annotation.PreDestroy;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords for callers, few at once: a hash takes a processor for some tens of milliseconds and 19 MiB. Log-ins
 * from known sources, log-ins from others and sign-ups have threads of their own, so that none waits for the others.
 *
 * <p>A bounded number of callers waits, for at most five seconds; more are refused at once. All of them together are fewer
 * than the requests that web serves at once. While sign-ups wait, they take a quarter of a processor and no more.
 */
@Component
class PasswordHashing {

    /** Log-ins from known sources, and from others, that wait for their turn. */
    static final int LOG_INS_WAITING = 32;

    private static final int SIGN_UPS_WAITING = 16;
    private static final int PATIENCE_SECONDS = 5;

    /** How long a thread rests after a hash while others wait, as a multiple of what the hash took. */
    private static final int SIGN_UP_REST = 3;

    private static final int NO_REST = 0;

    private final Passwords passwords;
    private final Pool knownLogIns;
    private final Pool otherLogIns;
    private final Pool signUps;

    PasswordHashing(Passwords passwords, MeterRegistry meters) {
        this.passwords = passwords;
        // Rather few: what all other requests do has to go on beside them.
        int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.knownLogIns = new Pool("log-in", atOnce, LOG_INS_WAITING, NO_REST, meters);
        this.otherLogIns = new Pool("log-in", atOnce, LOG_INS_WAITING, NO_REST, meters);
        this.signUps = new Pool("sign-up", 1, SIGN_UPS_WAITING, SIGN_UP_REST, meters);
    }

    /**
     * Whether that is the password; see {@link Passwords#matches}.
     *
     * @param known whether the caller has logged in to the account from the same source before
     * @throws Problem 503 {@code busy} when too many log-ins wait
     */
    boolean matches(String password, String hash, boolean known) {
        return (known ? knownLogIns : otherLogIns).run(() -> passwords.matches(password, hash));
    }

    /**
     * The hash of a new account's password.
     *
     * @throws Problem 503 {@code busy} when too many sign-ups wait
     */
    String hash(String password) {
        return signUps.run(() -> passwords.hash(password));
    }

    @PreDestroy
    void stop() {
        knownLogIns.stop();
        otherLogIns.stop();
        signUps.stop();
    }

    private static final class Pool {

        private final String call;
        private final ThreadPoolExecutor threads;
        private final Timer hashes;

        Pool(String call, int atOnce, int waiting, int rest, MeterRegistry meters) {
            this.call = call;
            this.threads = new RestingExecutor(atOnce, waiting, rest, call + "-hash-");
            this.hashes = meters.timer("caravana.password.hash", "operation", call);
        }

        <T> T run(Callable<T> hash) {
            AtomicBoolean taken = new AtomicBoolean();
            try {
                Future<T> result =
                        threads.submit(() -> taken.compareAndSet(false, true) ? hashes.recordCallable(hash) : null);
                try {
                    return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                } catch (TimeoutException tooLong) {
                    if (taken.compareAndSet(false, true)) {
                        throw busy();
                    }
                    // It is being made, so that its result counts.
                    return result.get();
                }
            } catch (RejectedExecutionException full) {
                throw busy();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Stopped", e);
            }
        }

        private Problem busy() {
            return new Problem(503, "busy", "Too many " + call + "s at once; try again in a moment.");
        }

        void stop() {
            threads.shutdownNow();
        }
    }
}
