package caravana.worker.exec;

import org.apache.camel.component.exec.ExecException;

/** A tool failed for a reason that lies with this machine, not with the original; another attempt may do better. */
public class ToolFailedException extends ExecException {

    private static final long serialVersionUID = 1L;

    ToolFailedException(String message, int exitValue) {
        super(message, null, null, exitValue);
    }
}
