package caravana.worker.job;

import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.UnknownTransformationException;
import caravana.worker.exec.ToolOutOfMemoryException;
import caravana.worker.media.OutputInvalidException;
import caravana.worker.media.RejectedMediaException;
import com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.camel.ValidationException;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Says what a failure is called (its stable code) and in which words operators read it. */
@Component("jobFailure")
public class JobFailure {

    /** Longest reason, in characters: an SQS message with its attributes is at most 256 KiB. */
    private static final int LONGEST = 1000;

    /** The stable code under which a failure is stored and counted. */
    public String code(Throwable failure) {
        if (failure instanceof RejectedMediaException rejected) {
            return rejected.getCode();
        }
        if (failure instanceof NoSuchKeyException) {
            return "original_missing";
        }
        if (failure instanceof PoisonMessageException
                || failure instanceof ValidationException
                || failure instanceof JsonProcessingException) {
            return "poison_message";
        }
        if (failure instanceof ToolOutOfMemoryException) {
            return "out_of_memory";
        }
        if (failure instanceof OutputInvalidException) {
            return "output_invalid";
        }
        if (failure instanceof UnknownTransformationException || failure instanceof ImpossibleCombinationException) {
            return "unknown_transformation";
        }
        return "attempts_exhausted";
    }

    /**
     * One line that says what happened: never empty, at most 1,000 characters, and without the control characters that
     * SQS refuses in an attribute.
     */
    public String reason(Throwable failure) {
        String message =
                failure instanceof NoSuchKeyException ? "The original is no longer stored." : failure.getMessage();
        String line = (message == null || message.isBlank() ? failure.getClass().getName() : message)
                .replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]+", " ")
                .strip();
        if (line.isEmpty()) {
            return failure.getClass().getName();
        }
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    }
}
