package caravana.worker.exec;

import caravana.job.FailureCode;

/** A tool cannot be run on this machine at the moment, for any job. The job is requeued without using up an attempt. */
public class ToolUnavailableException extends ToolFailedException {

    private static final long serialVersionUID = 1L;

    private static final int NOT_STARTED = -1;

    ToolUnavailableException(String tool, String why) {
        super(FailureCode.TOOL_UNAVAILABLE, tool + " cannot be run: " + why, NOT_STARTED);
    }
}
