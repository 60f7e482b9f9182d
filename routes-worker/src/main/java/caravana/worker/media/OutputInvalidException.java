package caravana.worker.media;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;

/** A result is not as planned. This is our fault, not the uploader's: the job is tried once more. */
public class OutputInvalidException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    /** @param message the difference from the plan */
    public OutputInvalidException(String message) {
        super(message);
    }

    @Override
    public String code() {
        return FailureCode.OUTPUT_INVALID.code();
    }
}
