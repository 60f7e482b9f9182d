package caravana.web.credential;

import caravana.web.http.Problem;
import org.springframework.security.core.AuthenticationException;

/** The credentials of a request do not identify a caller. */
public final class CredentialRefusedException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;

    CredentialRefusedException(Problem problem) {
        super(problem.getMessage());
        this.problem = problem;
    }

    /** Returns the answer to the request. */
    public Problem problem() {
        return problem;
    }
}
