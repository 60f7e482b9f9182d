package caravana.worker.job;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;

/** A message that no worker can ever process: it goes to the dead-letter queue immediately, and no row changes. */
public class PoisonMessageException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    /** @param message the reason, for operators */
    public PoisonMessageException(String message) {
        super(message);
    }

    @Override
    public String code() {
        return FailureCode.POISON_MESSAGE.code();
    }
}
