package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import java.util.Set;

/** A job asks for a transformation that the catalogue does not have. */
public class UnknownTransformationException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String name;

    UnknownTransformationException(String name, Set<String> known) {
        super("unknown transformation '" + name + "'; known are " + String.join(", ", known));
        this.name = name;
    }

    /** The name that the catalogue does not have. */
    public String name() {
        return name;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
