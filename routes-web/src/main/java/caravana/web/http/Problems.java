package caravana.web.http;

import java.io.IOException;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;

/** Which answer a failure becomes. */
@Component("problems")
public class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /**
     * The answer to a request that failed, by the failure's type: a {@link Problem} is answered as it is, a system that
     * is away is 503, and what is left is our own mistake.
     */
    public Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof SQLException || cause instanceof SdkException) {
                log.error("A system that a request needs is away: {}", cause.toString());
                return new Problem(503, "unavailable", "A system that we need is away for a moment; try again later.");
            }
            if (cause instanceof IOException) {
                log.info("The client went away: {}", cause.toString());
                return new Problem(400, "request_incomplete", "The request ended before all of it had arrived.");
            }
        }
        log.error("A request failed", failure);
        return new Problem(500, "internal_error", "Something went wrong on our side; it has been logged.");
    }

    /** @throws Problem always: the same 404 for an unknown, an unfinished and a deleted video */
    public void unknownVideo() {
        throw new Problem(404, "not_found", "There is no video with this id.");
    }
}
