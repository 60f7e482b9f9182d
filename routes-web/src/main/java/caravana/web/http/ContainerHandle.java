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

    /** Lends it to the request's filters. */
    public static ContainerHandle lend(Request request) {
        ContainerHandle handle = new ContainerHandle(request);
        request.setAttribute(NAME, handle);
        return handle;
    }

    /** The handle of a request that {@code UnreadBodyValve} has passed. */
    public static ContainerHandle of(ServletRequest request) {
        return (ContainerHandle) request.getAttribute(NAME);
    }

    /** Answers {@code Expect: 100-continue}, if the client sent it. A blocking read does so as well. */
    public void sendContinue() throws IOException {
        request.getResponse().sendAcknowledgement(ContinueResponseTiming.ALWAYS);
    }

    /** Whether the request has no body, or all of it has been read. */
    public boolean hasReadBody() {
        return request.getCoyoteRequest().isFinished();
    }

    /**
     * Announces the length of the answer's body, unless the app has done so: that of a body that does not come, as to
     * {@code HEAD}. The app's own response does not take it any more after a redirection.
     *
     * @param bytes of the body that was collected
     */
    public void announceLength(long bytes) {
        if (request.getResponse().getCoyoteResponse().getContentLengthLong() < 0) {
            request.getResponse().setContentLengthLong(bytes);
        }
    }

    /**
     * Closes the connection when the request ends. Without it, the container would read what is left of the body, and
     * hold a thread for as long as the client lets it wait.
     */
    public void closeAfterwards() {
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        // Tomcat takes that for an error, and would have it answered.
        request.getResponse().setErrorReported();
    }

    /**
     * Closes the connection when this thread, one of the container's, returns, and sends nothing of what is still buffered.
     * Completing the request instead would wait until the client has taken all of it.
     */
    public void closeNow() {
        request.getResponse().getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
    }
}
