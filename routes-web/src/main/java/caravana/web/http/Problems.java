package caravana.web.http;

import caravana.database.SqlState;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.BadRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;

/** Chooses the {@link Problem} for an exception. */
@Component("problems")
public class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /**
     * Chooses the answer by the type of the exception. A {@link Problem} is the answer itself, and an unavailable
     * system gives 503. Anything else is a defect of this app and gives 500, including a statement that does not fit
     * the schema.
     */
    public Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof SQLException sql && SqlState.isWrongValue(sql)) {
                log.warn("The database cannot store a value: {}", sql.getMessage());
                return Problem.invalid(
                        "A value of the request cannot be stored: a number or a time is too large, or a text "
                                + "has an invalid character. Correct it.");
            }
            if (cause instanceof SQLException sql && SqlState.isWrongStatement(sql)) {
                break;
            }
            if (cause instanceof SQLException || cause instanceof SdkException) {
                log.error("A system that a request needs is unavailable: {}", cause.toString());
                return Problem.of(503);
            }
            // Tomcat wraps the exception.
            if (cause instanceof SocketTimeoutException || cause.getCause() instanceof SocketTimeoutException) {
                return new Problem(408, "too_slow", "No data arrived for too long; send the request again.");
            }
            if (cause instanceof BadRequestException && !(cause instanceof ClientAbortException)) {
                log.info("A body that is not HTTP: {}", cause.toString());
                return Problem.invalid(
                        "The chunks of the body, or the trailer fields after them, do not follow HTTP/1.1 "
                                + "(RFC 9112, section 7.1), or are too long. Correct them.");
            }
            // A mistake in our own JSON is also an IOException, but does not mean that the client has disconnected.
            if (cause instanceof IOException && !(cause instanceof JsonProcessingException)) {
                log.info("The client closed the connection: {}", cause.toString());
                return new Problem(
                        400, "request_incomplete", "The request ended before all of it had arrived. Send it again.");
            }
        }
        log.error("A request failed", failure);
        return Problem.of(500);
    }
}
