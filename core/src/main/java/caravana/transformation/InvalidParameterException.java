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
     * @param value the value of the request; null when it has none
     * @param allowed the allowed values
     */
    InvalidParameterException(String what, JsonNode value, String allowed) {
        super(what + " must be " + allowed);
        this.what = what;
        this.value = value == null ? null : value.toString();
        this.allowed = allowed;
    }

    /** Returns the parameter, as the beginning of a sentence. */
    public String what() {
        return what;
    }

    /** Returns the value of the request as JSON, of any length; null when the request has none. */
    public String value() {
        return value;
    }

    /** Returns the allowed values. */
    public String allowed() {
        return allowed;
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
