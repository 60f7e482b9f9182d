package caravana.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The largest of values that are read twenty times a second. */
final class Peak {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final AtomicLong most = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();
    private final Thread sampler;

    /** What is looked at; a process may have ended meanwhile. */
    interface Value {
        long now() throws IOException;
    }

    private Peak(Value value) {
        sampler = new Thread(() -> {
            while (!done.get()) {
                try {
                    most.accumulateAndGet(value.now(), Math::max);
                } catch (IOException ended) {
                    // The next look does without it.
                }
                LockSupport.parkNanos(PERIOD_NANOS);
            }
        });
    }

    /** Begins to look. */
    static Peak of(Value value) {
        Peak peak = new Peak(value);
        peak.sampler.setDaemon(true);
        peak.sampler.start();
        return peak;
    }

    /** Ends looking. */
    long end() throws InterruptedException {
        done.set(true);
        sampler.join();
        return most.get();
    }
}
