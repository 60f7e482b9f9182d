package caravana.web.identity;

import caravana.web.http.Problem;
import org.springframework.security.access.AccessDeniedException;

/** An API key does not permit the call. */
final class ScopeMissingException extends AccessDeniedException {

    private static final long serialVersionUID = 1L;

    private final String scope;
    private final Problem problem;

    /** @param scope what the call needs; null when no key may make it */
    ScopeMissingException(String scope, Problem problem) {
        super(problem.getMessage());
        this.scope = scope;
        this.problem = problem;
    }

    String scope() {
        return scope;
    }

    Problem problem() {
        return problem;
    }
}
