package caravana.web.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The public keys of an outside issuer. A background thread fetches them every five minutes, and after a failure with
 * growing pauses. Requests use the keys that were fetched last, also while the issuer is unavailable.
 *
 * <p>An unknown key id may belong to a new key. Then the thread fetches the keys again, at most every 30 s, and a few
 * requests wait for the result, at most two seconds.
 */
final class IssuerKeys implements JWKSource<SecurityContext>, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

    private static final Duration RENEWAL = Duration.ofMinutes(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int PATIENCE_SECONDS = 2;

    private final IssuerMetadata issuer;
    private final Runnable whenChanged;
    private final ScheduledExecutorService background;
    private final Semaphore waiting = new Semaphore(16);

    private volatile JWKSet keys;
    private volatile boolean failing;
    private volatile long nextRenewal = System.nanoTime();

    /** The pause before the next fetch. Only the background thread uses it. */
    private Duration pause = FIRST_PAUSE;

    private CompletableFuture<Void> look;
    private long lookedAt;

    /**
     * Starts to fetch the keys in the background.
     *
     * @param whenChanged is called when the fetched keys differ from the previous ones
     */
    IssuerKeys(IssuerMetadata issuer, Runnable whenChanged) {
        this.issuer = issuer;
        this.whenChanged = whenChanged;
        CustomizableThreadFactory threads = new CustomizableThreadFactory("issuer-keys-");
        threads.setDaemon(true);
        this.background = Executors.newSingleThreadScheduledExecutor(threads);
        background.execute(this::renew);
    }

    /**
     * @throws IssuerUnavailableException when no keys were fetched yet, or when the wanted key is unknown and the
     *     issuer does not answer
     */
    @Override
    public List<JWK> get(JWKSelector wanted, SecurityContext context) {
        if (keys == null) {
            throw unavailable();
        }
        List<JWK> found = wanted.select(keys);
        if (found.isEmpty() && !failing) {
            lookAgain();
            found = wanted.select(keys);
        }
        if (found.isEmpty() && failing) {
            throw unavailable();
        }
        return found;
    }

    private void lookAgain() {
        if (!waiting.tryAcquire()) {
            throw new IssuerUnavailableException(1);
        }
        try {
            look().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException tooLong) {
            throw new IssuerUnavailableException(PATIENCE_SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IssuerUnavailableException(1);
        } finally {
            waiting.release();
        }
    }

    /** Returns the fetch that is running or has just ended; otherwise starts one. */
    private synchronized CompletableFuture<Void> look() {
        long now = System.nanoTime();
        if (look == null || look.isDone() && now - lookedAt > LOOK_AGAIN_NANOS) {
            look = CompletableFuture.runAsync(this::fetch, background);
            lookedAt = now;
        }
        return look;
    }

    private void renew() {
        fetch();
        Duration next = failing ? pause : RENEWAL;
        pause = failing ? min(pause.multipliedBy(2), LONGEST_PAUSE) : FIRST_PAUSE;
        nextRenewal = System.nanoTime() + next.toNanos();
        background.schedule(this::renew, next.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void fetch() {
        try {
            JWKSet fetched = issuer.fetchKeys();
            boolean changed = !fetched.equals(keys);
            keys = fetched;
            if (changed) {
                whenChanged.run();
            }
            if (failing) {
                log.info("The issuer's keys are available again");
            }
            failing = false;
        } catch (IOException | RuntimeException e) {
            log.warn("The issuer's keys cannot be fetched: {}", e.getMessage());
            failing = true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private IssuerUnavailableException unavailable() {
        long nanos = nextRenewal - System.nanoTime();
        return new IssuerUnavailableException((int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos) + 1));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
