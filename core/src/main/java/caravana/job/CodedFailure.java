package caravana.job;

import java.util.Map;

/** An exception that names its own failure code. */
public interface CodedFailure {

    /** One of {@link FailureCode}'s codes, or one that a route gives to a refusal of its own. */
    String code();

    /** What was found of a refused original, by name, for programs that write a sentence of their own; empty for none. */
    default Map<String, Object> values() {
        return Map.of();
    }
}
