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

    /** The parameters of a job are stored in a version that this app does not know. */
    static UnknownTransformationException ofVersion(int version) {
        return new UnknownTransformationException("unknown version " + version + " of the parameters");
    }

    /** Returns the name that is not in the catalogue; null when the exception is about a version. */
    public String name() {
        return name;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
