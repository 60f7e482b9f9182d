package caravana.worker.exec;

import caravana.job.FailureCode;

/**
 * A tool that only read the original crashed, as by a wrong access to memory. When that happens twice, the original is damaged. A
 * crash while something is made may as well be a fault of ours.
 */
public class ToolCrashedException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    /** The handler of crashes finds the word "crashed" in the detail of the attempt before. */
    ToolCrashedException(String tool, int exitValue, String stderr) {
        super(FailureCode.TOOL_FAILED, tool + " crashed with status " + exitValue + ": " + stderr, exitValue);
    }
}
