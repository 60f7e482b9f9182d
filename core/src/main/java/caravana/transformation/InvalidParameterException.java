package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import com.fasterxml.jackson.databind.JsonNode;

/** A request gives a parameter of a transformation an invalid value, or no value. */
public class InvalidParameterException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String what;
    private final String value;
    private final String allowed;

    /**
     * @param what the parameter, as the beginning of a sentence
     * @param value what was given; null when nothing was
     * @param allowed what may be given
     */
    InvalidParameterException(String what, JsonNode value, String allowed) {
        super(what + " must be " + allowed);
        this.what = what;
        this.value = value == null ? null : value.toString();
        this.allowed = allowed;
    }

    /** The parameter, as the beginning of a sentence. */
    public String what() {
        return what;
    }

    /** What was given, as JSON of any length; null when nothing was. */
    public String value() {
        return value;
    }

    /** What may be given. */
    public String allowed() {
        return allowed;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
