package caravana.worker.job;

import caravana.aws.AwsErrors;
import caravana.database.SqlState;
import caravana.job.FailureCode;
import caravana.worker.tool.TaskLimit;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.ValidationException;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Interprets exceptions of the JDK, Camel, drivers and the AWS SDK as failures of a job. */
final class ForeignFailure {

    /** Error codes of S3 and SQS for a request that is wrong. */
    private static final Set<String> WRONG_REQUESTS = Set.of(
            "InvalidArgument",
            "InvalidRequest",
            "KeyTooLongError",
            "MalformedXML",
            "InvalidParameterValue",
            "InvalidParameterCombination",
            "MissingParameter",
            "MissingRequiredParameter",
            "ValidationError",
            "InvalidAttributeName",
            "InvalidAttributeValue",
            "InvalidMessageContents",
            "UnsupportedOperation");

    private static final List<String> DISK_FULL = List.of("No space left on device", "Disk quota exceeded");

    /** Camel's exceptions about missing headers, properties, beans, methods, endpoints and conversions. */
    private static final List<Class<? extends Throwable>> MISTAKES = List.of(
            CamelExchangeException.class,
            RuntimeCamelException.class,
            NoTypeConversionAvailableException.class,
            ReflectiveOperationException.class,
            LinkageError.class,
            StackOverflowError.class,
            ClassCastException.class,
            NullPointerException.class,
            IllegalArgumentException.class,
            IllegalStateException.class,
            IndexOutOfBoundsException.class,
            UnsupportedOperationException.class,
            ArithmeticException.class,
            ArrayStoreException.class,
            NegativeArraySizeException.class,
            NoSuchElementException.class,
            DateTimeException.class);

    private ForeignFailure() {}

    /**
     * Returns the code of the failure. Failures of systems and of the machine have precedence over those of a program:
     * if a bean reports a missing value because the disk is full, the code is that of a full disk.
     */
    static FailureCode of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        // In this order: database, service, file. The cause of a driver's exception about a lost connection is an
        // IOException.
        return Stream.<Function<Throwable, FailureCode>>of(
                        ForeignFailure::ofDatabase,
                        ForeignFailure::ofService,
                        ForeignFailure::ofMemory,
                        ForeignFailure::ofFullDisk,
                        ForeignFailure::ofFiles,
                        ForeignFailure::ofProgram)
                .flatMap(kind -> causes.stream().map(kind).filter(Objects::nonNull))
                .findFirst()
                .orElse(FailureCode.INTERNAL_ERROR);
    }

    private static FailureCode ofDatabase(Throwable failure) {
        if (failure instanceof SQLException database) {
            return isWrong(database) ? FailureCode.ROUTE_DEFECT : FailureCode.DATABASE_UNAVAILABLE;
        }
        return null;
    }

    private static FailureCode ofService(Throwable failure) {
        if (failure instanceof NoSuchKeyException) {
            return FailureCode.ORIGINAL_MISSING;
        }
        if (failure instanceof SdkException aws) {
            return isWrongRequest(aws) ? FailureCode.ROUTE_DEFECT : service(aws);
        }
        return null;
    }

    private static FailureCode ofMemory(Throwable failure) {
        if (failure instanceof OutOfMemoryError error) {
            return TaskLimit.isReachedBy(error) ? FailureCode.TOOL_UNAVAILABLE : FailureCode.INTERNAL_ERROR;
        }
        return null;
    }

    private static FailureCode ofFullDisk(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = failure instanceof IOException && DISK_FULL.stream().anyMatch(message::contains);
        return full ? FailureCode.DISK_FULL : null;
    }

    private static FailureCode ofFiles(Throwable failure) {
        boolean ofCamel = failure instanceof GenericFileOperationFailedException;
        if (!ofCamel && !(failure instanceof IOException)) {
            return null;
        }
        if (failure instanceof JsonProcessingException || isMissingFile(failure)) {
            return FailureCode.ROUTE_DEFECT;
        }
        boolean ofDisk = ofCamel || failure instanceof FileSystemException || failure instanceof FileNotFoundException;
        // Among the steps of a job, only those that call S3 read from the network.
        return ofDisk ? FailureCode.DISK_UNAVAILABLE : FailureCode.STORE_UNAVAILABLE;
    }

    /** Returns whether a step uses a file that no step has made, or a resource that does not exist. */
    private static boolean isMissingFile(Throwable failure) {
        return failure instanceof NoSuchFileException
                || failure instanceof FileNotFoundException
                        && !String.valueOf(failure.getMessage()).matches(".*\\((?!No such file).*\\)");
    }

    /**
     * Returns the service whose client failed. Without an answer of the service, the exception itself does not name it.
     */
    private static FailureCode service(SdkException failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().startsWith("software.amazon.awssdk.services.sqs.")) {
                return FailureCode.QUEUE_UNAVAILABLE;
            }
        }
        return FailureCode.STORE_UNAVAILABLE;
    }

    private static boolean isWrong(SQLException failure) {
        return SqlState.isWrongStatement(failure)
                || SqlState.isWrongValue(failure)
                || SqlState.isConstraintViolation(failure);
    }

    private static boolean isWrongRequest(SdkException failure) {
        if (failure instanceof AwsServiceException answered) {
            return AwsErrors.hasCode(answered, WRONG_REQUESTS);
        }
        return String.valueOf(failure.getMessage()).startsWith("Unable to marshall request");
    }

    /** Returns the code of a failure that only a mistake in a route or a bean can cause. */
    private static FailureCode ofProgram(Throwable failure) {
        if (failure instanceof CamelExecutionException
                || failure instanceof ExchangeTimedOutException
                || failure instanceof ValidationException) {
            return null;
        }
        return MISTAKES.stream().anyMatch(mistake -> mistake.isInstance(failure)) ? FailureCode.ROUTE_DEFECT : null;
    }
}
