package caravana.job;

import java.util.Map;

/** An exception that names its own failure code. */
public interface CodedFailure {

    /**
     * Returns one of {@link FailureCode}'s codes, or a code that only a route uses, for a refusal that the route
     * defines.
     */
    String code();

    /**
     * Returns the measured values of a refused original by name, such as its {@code duration_seconds}, for programs
     * that write their own sentence; empty when there are none.
     */
    default Map<String, Object> values() {
        return Map.of();
    }
}
