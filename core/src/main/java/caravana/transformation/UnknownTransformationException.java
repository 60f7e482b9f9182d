package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import java.util.Set;

/** A request names a transformation that is not in the catalogue. */
public class UnknownTransformationException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String name;

    UnknownTransformationException(String name, Set<String> known) {
        super("unknown transformation '" + name + "'; known are " + String.join(", ", known));
        this.name = name;
    }

    private UnknownTransformationException(String message) {
        super(message);
        this.name = null;
    }

    /** The parameters of a job are kept in a way that this version of the app does not know. */
    static UnknownTransformationException ofVersion(int version) {
        return new UnknownTransformationException("unknown version " + version + " of the parameters");
    }

    /** The name that the catalogue does not have; null when it is not about a name. */
    public String name() {
        return name;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
