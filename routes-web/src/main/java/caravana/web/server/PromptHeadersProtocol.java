package caravana.web.server;

import java.io.IOException;
import java.time.Duration;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP whose requests have a time limit from their first byte to the end of their headers. Tomcat's own limit begins anew with each
 * byte, so that clients that send one now and then would keep all connections of the server for as long as they like. A
 * connection that exceeds the limit is closed without an answer, as one that is silent is.
 *
 * <p>Public, with a constructor without parameters: Tomcat makes it by its name.
 */
public final class PromptHeadersProtocol extends Http11NioProtocol {

    /** As nginx has it ({@code client_header_timeout}). */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    protected Processor createProcessor() {
        return new PromptHeadersProcessor(this, getAdapter());
    }

    private static final class PromptHeadersProcessor extends Http11Processor {

        /** Whose request it is that has begun, how many were done before it, and when it began, by {@link System#nanoTime}. */
        private SocketWrapperBase<?> client;

        private int done;
        private long start;

        PromptHeadersProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
            super(protocol, adapter);
        }

        /** Called when bytes have come while no request is being answered. */
        @Override
        public SocketState service(SocketWrapperBase<?> connection) throws IOException {
            int before = request.getRequestProcessor().getRequestCount();
            if (connection != client || before != done) {
                client = connection;
                done = before;
                start = System.nanoTime();
            } else if (System.nanoTime() - start > PATIENCE.toNanos()) {
                return SocketState.CLOSED;
            }
            return super.service(connection);
        }
    }
}
