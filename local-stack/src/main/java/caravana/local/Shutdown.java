package caravana.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns a signal (Ctrl-C, SIGTERM) into an orderly end of the main thread, whose exit status becomes that of the JVM.
 */
final class Shutdown {

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Integer> finished = new CompletableFuture<>();

    private Shutdown() {}

    /** From here on a signal asks for the end. */
    static Shutdown onSignal() {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            shutdown.ask();
                            // The JVM's own status after a signal would tell of the signal, not of the end.
                            Runtime.getRuntime().halt(shutdown.finished.join());
                        },
                        "shutdown"));
        return shutdown;
    }

    /** Asks for the end. */
    void ask() {
        asked.complete(null);
    }

    /** Completes once the end was requested. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    /** Waits until the end is requested, or that long. */
    void awaitAsked(Duration patience) throws InterruptedException {
        try {
            asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
            // That is what was waited for.
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * Does something, but waits for it no longer than until the end is requested.
     *
     * @return whether it was done, rather than the end asked for
     * @throws LocalStackException when it fails with one
     */
    boolean unlessAsked(Runnable action) {
        try {
            CompletableFuture.anyOf(asked, CompletableFuture.runAsync(action)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LocalStackException failure) {
                throw failure;
            }
            throw e;
        }
        return !asked.isDone();
    }

    /** The main thread is done; the JVM may end with this status. */
    void finished(int status) {
        finished.complete(status);
    }
}
