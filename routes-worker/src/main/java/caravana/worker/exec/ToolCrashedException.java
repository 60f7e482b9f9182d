package caravana.worker.exec;

import caravana.job.FailureCode;

/**
 * A tool that only reads the original has crashed, for example by an invalid memory access. If it crashes twice, the
 * original counts as damaged. A crash while a tool writes may also be our fault, and is not reported this way.
 */
public class ToolCrashedException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    /**
     * The message must contain the word "crashed": the handler of crashes searches for it in the reason of the previous
     * attempt.
     */
    ToolCrashedException(String tool, int exitValue, String stderr) {
        super(FailureCode.TOOL_FAILED, tool + " crashed with status " + exitValue + ": " + stderr, exitValue);
    }
}
