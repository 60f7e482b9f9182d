package caravana.worker.job;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;

/** The job was stopped without a fault of its own: it is requeued immediately, without using up an attempt. */
public final class JobInterruptedException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final FailureCode code;

    private JobInterruptedException(FailureCode code, String message) {
        super(message);
        this.code = code;
    }

    /** The job was stopped because its worker stops. */
    public static JobInterruptedException byStop(String message) {
        return new JobInterruptedException(FailureCode.WORKER_STOPPED, message);
    }

    /** The job was stopped by a mistake in this worker's routes. */
    public static JobInterruptedException byRouteDefect(String message) {
        return new JobInterruptedException(FailureCode.ROUTE_DEFECT, message);
    }

    @Override
    public String code() {
        return code.code();
    }
}
