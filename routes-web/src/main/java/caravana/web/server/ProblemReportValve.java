package caravana.web.server;

import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with a {@link Problem} when something calls {@code sendError}: for requests that the container refuses before
 * the application sees them, for unreadable bodies, and for unknown addresses.
 */
final class ProblemReportValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemReportValve.class);

    /** The request attribute with a {@link Problem} that explains the error better than its status. */
    static final String PROBLEM = ProblemReportValve.class.getName() + ".problem";

    private final ProblemWriter problems;

    ProblemReportValve(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        // A status below 500 is caused by the client, and is not logged.
        if (failure != null && status >= 500) {
            log.error("A request failed outside of all routes", failure);
        }
        try {
            problems.write(
                    request.getAttribute(PROBLEM) instanceof Problem known ? known : Problem.of(status), response);
            response.finishResponse();
        } catch (IOException gone) {
            log.debug("The client did not wait for its answer: {}", gone.toString());
        }
    }
}
