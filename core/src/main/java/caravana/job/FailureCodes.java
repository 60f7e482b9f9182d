package caravana.job;

import org.springframework.stereotype.Component;

/** The bean by which routes read {@link FailureCode}. */
@Component("failureCodes")
public class FailureCodes {

    /** Returns whether a job that failed with that code may be retried; false for an unknown code. */
    public boolean isRetryable(String code) {
        return FailureCode.of(code).map(FailureCode::retryable).orElse(false);
    }
}
