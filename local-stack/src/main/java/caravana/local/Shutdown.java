package caravana.local;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Turns a signal (Ctrl-C, SIGTERM) into an orderly end of the main thread, for which the JVM waits. */
final class Shutdown {

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    private Shutdown() {}

    /** From here on a signal asks for the end. */
    static Shutdown onSignal() {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            shutdown.ask();
                            try {
                                shutdown.finished.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "shutdown"));
        return shutdown;
    }

    /** Asks for the end. */
    void ask() {
        asked.complete(null);
    }

    /** Completes once the end was asked for. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    /** Waits until the end is asked for. */
    void await() {
        asked.join();
    }

    /** The main thread is done; the JVM may end. */
    void finished() {
        finished.countDown();
    }
}
