package caravana.job;

/** A failure whose stable code is given where it is thrown. */
public interface CodedFailure {

    /** One of {@link FailureCode}'s codes, or one that a route gives to a refusal of its own. */
    String code();
}
