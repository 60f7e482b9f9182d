package caravana.worker.job;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;

/**
 * The row no longer has the claim token of this job: another worker has claimed the video, or it was cancelled or
 * deleted.
 */
public class ClaimLostException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    /** @param message the step that noticed it */
    public ClaimLostException(String message) {
        super(message);
    }

    @Override
    public String code() {
        return FailureCode.CLAIM_LOST.code();
    }
}
