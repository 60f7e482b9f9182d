package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import java.util.Set;

/** A request gives a transformation a parameter that it does not have. */
public class UnknownParameterException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String transformation;
    private final String parameter;
    private final transient Set<String> known;

    UnknownParameterException(String transformation, String parameter, Set<String> known) {
        super("'" + transformation + "' has no parameter '" + parameter + "'; it has " + known);
        this.transformation = transformation;
        this.parameter = parameter;
        this.known = known;
    }

    public String transformation() {
        return transformation;
    }

    public String parameter() {
        return parameter;
    }

    /** Returns the names of the parameters that the transformation has. */
    public Set<String> known() {
        return known;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
