package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.job.FailureCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.NoSuchHeaderException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sqs.model.SqsException;

class ForeignFailureTest {

    private static final Exchange EXCHANGE = new DefaultExchange(new DefaultCamelContext());

    /** SQLSTATEs, as PostgreSQL's appendix A lists them. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            42703, ROUTE_DEFECT,          undefined column
            42601, ROUTE_DEFECT,          syntax error
            42883, ROUTE_DEFECT,          undefined function
            42501, ROUTE_DEFECT,          insufficient privilege
            22P02, ROUTE_DEFECT,          invalid text representation
            22023, ROUTE_DEFECT,          a parameter without a value
            23514, ROUTE_DEFECT,          check violation
            21000, ROUTE_DEFECT,          cardinality violation
            07006, ROUTE_DEFECT,          a value of a type that the driver does not know
            08006, DATABASE_UNAVAILABLE,  connection failure
            53300, DATABASE_UNAVAILABLE,  too many connections
            53100, DATABASE_UNAVAILABLE,  the disk of the database is full
            57P01, DATABASE_UNAVAILABLE,  admin shutdown
            57014, DATABASE_UNAVAILABLE,  query canceled
            40P01, DATABASE_UNAVAILABLE,  deadlock detected
            25006, DATABASE_UNAVAILABLE,  read only after a failover
            28P01, DATABASE_UNAVAILABLE,  invalid password during a rotation
            XX000, DATABASE_UNAVAILABLE,  internal error of the server
            """)
    void aStatementThatIsWrongIsNoOutage(String state, FailureCode code, String what) {
        assertThat(ForeignFailure.of(new SQLException(what, state))).isEqualTo(code);
        assertThat(ForeignFailure.of(new IllegalStateException("wrapped", new SQLException(what, state))))
                .isEqualTo(code);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new SQLException("no connection"), FailureCode.DATABASE_UNAVAILABLE),
                Arguments.of(
                        new SQLException("I/O error", "08006", new SocketException("reset")),
                        FailureCode.DATABASE_UNAVAILABLE),
                Arguments.of(new IOException("write: No space left on device"), FailureCode.DISK_FULL),
                Arguments.of(new IOException("write: Disk quota exceeded"), FailureCode.DISK_FULL),
                Arguments.of(
                        new GenericFileOperationFailedException(
                                "Cannot store", new IOException("No space left on device")),
                        FailureCode.DISK_FULL),
                Arguments.of(new GenericFileOperationFailedException("Cannot rename"), FailureCode.DISK_UNAVAILABLE),
                Arguments.of(new AccessDeniedException("/data"), FailureCode.DISK_UNAVAILABLE),
                Arguments.of(new FileNotFoundException("/data/x (Permission denied)"), FailureCode.DISK_UNAVAILABLE),
                Arguments.of(new SocketException("Connection reset"), FailureCode.STORE_UNAVAILABLE),
                Arguments.of(
                        SdkClientException.create("Unable to execute HTTP request", new SocketException()),
                        FailureCode.STORE_UNAVAILABLE),
                Arguments.of(answer("ServiceUnavailable", 503), FailureCode.STORE_UNAVAILABLE),
                Arguments.of(answer("AccessDenied", 403), FailureCode.STORE_UNAVAILABLE),
                // To a HEAD.
                Arguments.of(answer(null, 403), FailureCode.STORE_UNAVAILABLE),
                Arguments.of(answer("KeyTooLongError", 400), FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        SdkClientException.create("Unable to marshall request to JSON: Key cannot be empty."),
                        FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        SqsException.builder()
                                .awsErrorDetails(AwsErrorDetails.builder()
                                        .errorCode("InvalidParameterValue")
                                        .build())
                                .build(),
                        FailureCode.ROUTE_DEFECT),
                Arguments.of(fromSqs(), FailureCode.QUEUE_UNAVAILABLE),
                Arguments.of(NoSuchKeyException.builder().build(), FailureCode.ORIGINAL_MISSING),
                Arguments.of(
                        new OutOfMemoryError("unable to create native thread: possibly out of memory"),
                        FailureCode.TOOL_UNAVAILABLE),
                Arguments.of(new OutOfMemoryError("Java heap space"), FailureCode.INTERNAL_ERROR),
                Arguments.of(new ClassCastException(), FailureCode.ROUTE_DEFECT),
                Arguments.of(new NullPointerException(), FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoSuchElementException(), FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoClassDefFoundError(), FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        new CamelExecutionException("in a bean", EXCHANGE, new NoSuchMethodError()),
                        FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoSuchBeanException("misspelt"), FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoSuchEndpointException("direct:misspelt"), FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        new DirectConsumerNotAvailableException("direct:misspelt", EXCHANGE), FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoSuchHeaderException(EXCHANGE, "x", String.class), FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        new TypeConversionException("x", Integer.class, new NumberFormatException()),
                        FailureCode.ROUTE_DEFECT),
                Arguments.of(new NoSuchFileException("video.mp4"), FailureCode.ROUTE_DEFECT),
                Arguments.of(
                        new FileNotFoundException("class path resource [camel/worker/x.sql] cannot be opened"),
                        FailureCode.ROUTE_DEFECT),
                Arguments.of(new Exception("whatever"), FailureCode.INTERNAL_ERROR),
                Arguments.of(new InterruptedException(), FailureCode.INTERNAL_ERROR));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyKindHasItsCode(Throwable failure, FailureCode code) {
        assertThat(ForeignFailure.of(failure)).isEqualTo(code);
    }

    private static S3Exception answer(String code, int status) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }

    /** As it comes out of the client when nobody answers: the stack alone says of which service. */
    private static SdkClientException fromSqs() {
        SdkClientException failure = SdkClientException.create("Unable to execute HTTP request");
        failure.setStackTrace(List.of(new StackTraceElement(
                        "software.amazon.awssdk.services.sqs.DefaultSqsClient", "sendMessage", "x.java", 1))
                .toArray(StackTraceElement[]::new));
        return failure;
    }
}
