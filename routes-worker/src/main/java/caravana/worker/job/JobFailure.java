package caravana.worker.job;

import caravana.checks.OneOf;
import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import org.apache.camel.ValidationException;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Determines the stable code of a failure, and the text about it for operators. */
@Component("jobFailure")
public class JobFailure {

    /** Longest reason, in characters: an SQS message with its attributes is at most 256 KiB. */
    private static final int LONGEST = 1000;

    /**
     * The stable code under which a failure is stored and counted: the one that it was thrown with, or what
     * {@link ForeignFailure} makes of an exception that is not ours.
     */
    public String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CodedFailure coded) {
                return coded.code();
            }
        }
        return ForeignFailure.of(failure).code();
    }

    /** What was found of an original that is refused, by name; null for any other failure. */
    public Map<String, Object> values(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CodedFailure coded && !coded.values().isEmpty()) {
                return coded.values();
            }
        }
        return null;
    }

    /**
     * The same at a certain point of the flow.
     *
     * @param outcome what became of the claim; null before it, when what is wrong with a document is wrong with the message
     */
    public String code(Throwable failure, @OneOf(property = "outcome") String outcome) {
        boolean document = failure instanceof ValidationException || failure instanceof JsonProcessingException;
        return outcome == null && document ? FailureCode.POISON_MESSAGE.code() : code(failure);
    }

    /** Whether no worker can ever process the message. */
    public boolean isPoison(Throwable failure, @OneOf(property = "outcome") String outcome) {
        return FailureCode.POISON_MESSAGE.code().equals(code(failure, outcome));
    }

    /** Whether a failure has that code. */
    public boolean is(Throwable failure, @OneOf(property = "error_code") String code) {
        return code.equals(code(failure));
    }

    /**
     * One line that says what happened: never empty, at most 1,000 characters, and without the control characters that
     * SQS refuses in an attribute.
     */
    public String reason(Throwable failure) {
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
