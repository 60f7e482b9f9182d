package caravana.web.http;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ContinueResponseTiming;

/** Access to functions of Tomcat's request that the servlet API does not offer. Valid until the request ends. */
public final class ContainerHandle {

    private static final String NAME = ContainerHandle.class.getName();

    private final Request request;

    private ContainerHandle(Request request) {
        this.request = request;
    }

    /** Makes the handle available to the request's filters. */
    public static ContainerHandle lend(Request request) {
        ContainerHandle handle = new ContainerHandle(request);
        request.setAttribute(NAME, handle);
        return handle;
    }

    /** Returns the handle of a request that has passed {@code UnreadBodyValve}. */
    public static ContainerHandle of(ServletRequest request) {
        return (ContainerHandle) request.getAttribute(NAME);
    }

    /** Sends the answer to {@code Expect: 100-continue}, if the client requested it. A blocking read also sends it. */
    public void sendContinue() throws IOException {
        request.getResponse().sendAcknowledgement(ContinueResponseTiming.ALWAYS);
    }

    /** Returns whether the request has no body, or all of it was read. */
    public boolean hasReadBody() {
        return request.getCoyoteRequest().isFinished();
    }

    /**
     * Sets {@code Content-Length}, unless the app has set it, for an answer without its body, as to {@code HEAD}. The
     * app's own response no longer accepts it after a redirection.
     *
     * @param bytes length of the body that was left out
     */
    public void announceLength(long bytes) {
        if (request.getResponse().getCoyoteResponse().getContentLengthLong() < 0) {
            request.getResponse().setContentLengthLong(bytes);
        }
    }

    /**
     * Closes the connection when the request ends. Otherwise the container would read the rest of the body, and occupy
     * a thread for as long as the client sends slowly.
     */
    public void closeAfterwards() {
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        // Tomcat treats this as an error, and would send an answer to it.
        request.getResponse().setErrorReported();
    }

    /**
     * Closes the connection when this thread of the container returns, and discards buffered output. Completing the
     * request instead would wait until the client has read the output.
     */
    public void closeNow() {
        request.getResponse().getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
    }
}
