package caravana.worker.job;

/** The job was stopped for no fault of its own, since its worker stops: it is handed back and costs no attempt. */
public class JobInterruptedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message at which step it was stopped */
    public JobInterruptedException(String message) {
        super(message);
    }
}
