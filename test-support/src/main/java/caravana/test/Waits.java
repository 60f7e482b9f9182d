package caravana.test;

import java.time.Duration;

/** How long tests wait for something to happen. */
public final class Waits {

    /**
     * The limit of one wait: far more than anything takes on a machine five times slower than an ordinary one. It ends a test
     * that would hang; how fast something is, the benchmarks measure.
     */
    public static final Duration LIMIT = Duration.ofMinutes(10);

    private Waits() {}
}
