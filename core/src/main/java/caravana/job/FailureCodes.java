package caravana.job;

import org.springframework.stereotype.Component;

/** The bean by which routes read {@link FailureCode}. */
@Component("failureCodes")
public class FailureCodes {

    /** Whether a job that failed with that code may be started again; false for a code that is unknown. */
    public boolean isRetryable(String code) {
        return FailureCode.of(code).map(FailureCode::retryable).orElse(false);
    }
}
