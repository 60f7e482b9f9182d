package caravana.web.server;

import caravana.web.http.ContainerHandle;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Reads the rest of a request's body for a while when the request was answered before its end. Otherwise, the
 * connection of a client that is still sending would be reset, and the client might not see the answer. It blocks no
 * thread; Tomcat's own way does, for as long as the client likes.
 */
final class UnreadBodyValve extends ValveBase {

    /** How long the rest of a body is read. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    UnreadBodyValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        ContainerHandle container = ContainerHandle.lend(request);
        getNext().invoke(request, response);
        // With a read listener, other code waits for the body, or has refused to.
        if (request.isAsync()
                || request.getCoyoteRequest().isFinished()
                || request.getCoyoteRequest().getReadListener() != null) {
            return;
        }
        boolean mayCome = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) == null
                && !request.getCoyoteRequest().hasExpectation()
                // An address that Tomcat cannot read belongs to no context, and only there can it wait without a
                // thread.
                && request.getContext() != null;
        if (mayCome) {
            response.finishResponse();
            new Remainder(request, container).discard();
        } else {
            container.closeAfterwards();
        }
    }

    /** Reads the rest below the request's stream, which the app may have closed. */
    private static final class Remainder implements ReadListener, AsyncListener, ApplicationBufferHandler {

        private final Request request;
        private final ContainerHandle container;
        private AsyncContext async;
        private ByteBuffer buffer;

        Remainder(Request request, ContainerHandle container) {
            this.request = request;
            this.container = container;
        }

        void discard() {
            async = request.startAsync();
            async.setTimeout(PATIENCE.toMillis());
            async.addListener(this);
            request.getCoyoteRequest().setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            org.apache.coyote.Request body = request.getCoyoteRequest();
            // In this order: after the end of the body, the question whether more is ready would read the next
            // request.
            while (!body.isFinished() && body.isReady() && body.doRead(this) >= 0) {
                // Continue with the next bytes. The end of a chunked body is -1, and an incomplete one throws.
            }
        }

        @Override
        public void setByteBuffer(ByteBuffer read) {
            buffer = read;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {
            // The next bytes overwrite the previous ones.
        }

        @Override
        public void onAllDataRead() {
            async.complete();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            container.closeAfterwards();
            async.complete();
        }

        @Override
        public void onError(Throwable gone) {
            // The container ends the request.
        }

        /** Prevents a second answer by the container after the client has disconnected. */
        @Override
        public void onError(AsyncEvent gone) {
            async.complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // Nothing to do.
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // It is not started again.
        }
    }
}
