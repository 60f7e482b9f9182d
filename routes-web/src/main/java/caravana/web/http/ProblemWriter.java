package caravana.web.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/** Writes a {@link Problem} as the answer outside of routes: in filters, and for requests that no route receives. */
@Component
public class ProblemWriter {

    private final ObjectMapper json;

    ProblemWriter(ObjectMapper json) {
        this.json = json;
    }

    /** Writes the whole answer. It does not replace a more specific {@code WWW-Authenticate} header. */
    public void write(Problem problem, HttpServletResponse response) throws IOException {
        response.setStatus(problem.getStatus());
        response.setContentType(Problem.TYPE);
        response.setHeader("Cache-Control", "no-store");
        if (problem.getChallenge() != null && !response.containsHeader(HttpHeaders.WWW_AUTHENTICATE)) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, problem.getChallenge());
        }
        if (problem instanceof TooMany tooMany) {
            tooMany.limit().write(response);
        }
        if (problem.getRetryAfter() != null) {
            response.setIntHeader("Retry-After", problem.getRetryAfter());
        }
        byte[] document = json.writeValueAsBytes(problem.getDocument());
        response.setContentLength(document.length);
        response.getOutputStream().write(document);
    }
}
