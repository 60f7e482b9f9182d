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
 * Tomcat's HTTP protocol with a time limit for a request's head, from its first byte to its last. Tomcat's own limit
 * begins again with each byte, so clients that send a byte now and then could keep all connections open for ever. A
 * connection that exceeds the limit is closed without an answer, like a silent one.
 *
 * <p>It is public with a constructor without parameters, because Tomcat creates it by its name.
 */
public final class PromptHeadersProtocol extends Http11NioProtocol {

    /** The same time limit as nginx's {@code client_header_timeout}. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    protected Processor createProcessor() {
        return new PromptHeadersProcessor(this, getAdapter());
    }

    private static final class PromptHeadersProcessor extends Http11Processor {

        PromptHeadersProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
            super(protocol, adapter);
        }

        /**
         * Called when bytes arrive and no request is being answered. The time of a request begins with its first byte,
         * and ends when the processor takes another connection or request.
         */
        @Override
        public SocketState service(SocketWrapperBase<?> connection) throws IOException {
            long start = request.getStartTimeNanos();
            if (start >= 0 && System.nanoTime() - start > PATIENCE.toNanos()) {
                return SocketState.CLOSED;
            }
            return super.service(connection);
        }
    }
}
