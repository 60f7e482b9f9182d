package caravana.worker.exec;

import caravana.job.FailureCode;

/**
 * A tool needed more memory than was available. The first time, this may be a fault of the machine; the second time,
 * the original is the cause.
 */
public class ToolOutOfMemoryException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    ToolOutOfMemoryException(String message, int exitValue) {
        super(FailureCode.OUT_OF_MEMORY, message, exitValue);
    }
}
