package caravana.worker.exec;

import caravana.job.FailureCode;

/** A tool wanted more memory than there was. Once, that may be the machine's fault; twice, it is the original's. */
public class ToolOutOfMemoryException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    ToolOutOfMemoryException(String message, int exitValue) {
        super(FailureCode.OUT_OF_MEMORY, message, exitValue);
    }
}
