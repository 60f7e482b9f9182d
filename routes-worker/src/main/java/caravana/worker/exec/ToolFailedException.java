package caravana.worker.exec;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import org.apache.camel.component.exec.ExecException;

/** A tool failed for a reason on this machine, and not in the original; another attempt may succeed. */
public class ToolFailedException extends ExecException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    /** The characters of unreadable output that the message quotes. */
    private static final int SHOWN = 100;

    private final FailureCode code;

    ToolFailedException(FailureCode code, String message, int exitValue) {
        super(message, null, null, exitValue);
        this.code = code;
    }

    /** The tool ended without an error, but its output is not in the expected format. */
    public static ToolFailedException unreadable(String tool, String output) {
        String shown = output.length() <= SHOWN ? output : output.substring(0, SHOWN) + " …";
        return new ToolFailedException(
                FailureCode.TOOL_FAILED,
                tool + " ended with status 0, and its output is unreadable: '" + shown + "'",
                0);
    }

    @Override
    public String code() {
        return code.code();
    }
}
