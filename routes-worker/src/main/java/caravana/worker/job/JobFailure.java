package caravana.worker.job;

import caravana.checks.OneOf;
import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.ValidationException;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Determines the stable code of a failure, and the text about it for operators. */
@Component("jobFailure")
public class JobFailure {

    /** The longest reason in characters. An SQS message with its attributes may have at most 256 KiB. */
    private static final int LONGEST = 1000;

    /**
     * Returns the stable code under which a failure is stored and counted: the exception's own code, or that of {@link
     * ForeignFailure} for an exception from outside this project.
     */
    public String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CodedFailure coded) {
                return coded.code();
            }
        }
        return ForeignFailure.of(failure).code();
    }

    /** Returns the measured values of a refused original by name; null for any other failure. */
    public Map<String, Object> values(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CodedFailure coded && !coded.values().isEmpty()) {
                return coded.values();
            }
        }
        return null;
    }

    /**
     * Returns the code of a failure, considering how far the job has come.
     *
     * @param outcome the outcome of the claim; null before the claim. Then an invalid document means an invalid
     *     message
     */
    public String code(Throwable failure, @OneOf(property = "outcome") String outcome) {
        boolean document = failure instanceof ValidationException || failure instanceof JsonProcessingException;
        return outcome == null && document ? FailureCode.POISON_MESSAGE.code() : code(failure);
    }

    /** Returns whether no worker can ever process the message. */
    public boolean isPoison(Throwable failure, @OneOf(property = "outcome") String outcome) {
        return FailureCode.POISON_MESSAGE.code().equals(code(failure, outcome));
    }

    /** Returns whether a failure has that code. */
    public boolean is(Throwable failure, @OneOf(property = "error_code") String code) {
        return code.equals(code(failure));
    }

    /**
     * Returns the reason in one line: never empty, at most 1,000 characters, and without the control characters that
     * SQS refuses in an attribute.
     */
    public String reason(Throwable failure) {
        if (failure instanceof CamelExchangeException && failure.getCause() != null) {
            // Of steps that ran at the same time, it says only which of them failed.
            return reason(failure.getCause());
        }
        String message =
                failure instanceof NoSuchKeyException ? FailureCode.ORIGINAL_MISSING.sentence() : failure.getMessage();
        String line = (message == null || message.isBlank() ? failure.getClass().getName() : message)
                .replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]+", " ")
                .strip();
        if (line.isEmpty()) {
            return failure.getClass().getName();
        }
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    }
}
