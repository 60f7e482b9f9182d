package caravana.worker.exec;

import caravana.job.FailureCode;

/**
 * A tool needed more memory than was available. Once, this may be the fault of the machine; twice, it is that of the
 * original.
 */
public class ToolOutOfMemoryException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    ToolOutOfMemoryException(String message, int exitValue) {
        super(FailureCode.OUT_OF_MEMORY, message, exitValue);
    }
}
