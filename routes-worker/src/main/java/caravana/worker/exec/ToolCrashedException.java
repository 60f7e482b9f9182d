package caravana.worker.exec;

import caravana.job.FailureCode;

/** A tool ended of a fault in itself, as by a wrong access to memory. Twice, it is the original that leads it there. */
public class ToolCrashedException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    ToolCrashedException(String message, int exitValue) {
        super(FailureCode.TOOL_FAILED, message, exitValue);
    }
}
