package caravana.web.credential;

import caravana.web.http.Problem;
import org.springframework.security.core.AuthenticationException;

/** Who calls cannot be established by what was sent. */
public final class CredentialRefusedException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;

    CredentialRefusedException(Problem problem) {
        super(problem.getMessage());
        this.problem = problem;
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }
}
