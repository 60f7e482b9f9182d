package caravana.job;

import java.util.Map;

/** A failure whose stable code is given where it is thrown. */
public interface CodedFailure {

    /** One of {@link FailureCode}'s codes, or one that a route gives to a refusal of its own. */
    String code();

    /** What was found of a refused original, by name, for programs that write a sentence of their own; empty for none. */
    default Map<String, Object> values() {
        return Map.of();
    }
}
