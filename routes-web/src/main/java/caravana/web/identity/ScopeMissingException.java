package caravana.web.identity;

import caravana.web.http.ScopeMissing;
import org.springframework.security.access.AccessDeniedException;

/** An API key does not permit the call. */
final class ScopeMissingException extends AccessDeniedException {

    private static final long serialVersionUID = 1L;

    private final ScopeMissing problem;

    ScopeMissingException(ScopeMissing problem) {
        super(problem.getMessage());
        this.problem = problem;
    }

    ScopeMissing problem() {
        return problem;
    }
}
