package caravana.web.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;

/**
 * The platform-http engine of Camel's starter with three differences.
 *
 * <ul>
 *   <li>An endpoint with {@code useStreaming=true} gets the request's own stream as body, untouched; the starter's copies
 *       it into the heap.
 *   <li>Such endpoints run on a bounded pool of their own: uploads bound their memory by it, and never keep a status
 *       request waiting. A full pool answers 503 with {@code Retry-After}.
 *   <li>No request header and no request body ever comes back in an answer.
 * </ul>
 */
public class StreamingHttpEngine extends SpringBootPlatformHttpEngine {

    private static final String BUSY_RETRY_SECONDS = "5";

    /** What an answer may carry, in lower case; all else in the headers came with the request. */
    private static final Set<String> ANSWER_HEADERS =
            Set.of("content-type", "retry-after", "location", "etag", "link", "cache-control", "camelhttpresponsecode");

    private final Executor requests;
    private final Executor uploads;

    /**
     * @param port the server's port
     * @param requests runs ordinary requests
     * @param uploads runs streaming ones; it has to reject what is too much
     */
    public StreamingHttpEngine(int port, Executor requests, Executor uploads) {
        super(port, requests);
        this.requests = requests;
        this.uploads = uploads;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor route) {
        if (endpoint.isUseStreaming()) {
            return new UploadConsumer(endpoint, exchange -> answer(route, withStream(exchange)), uploads);
        }
        return new SpringBootPlatformHttpConsumer(endpoint, exchange -> answer(route, exchange), requests);
    }

    private static Exchange withStream(Exchange exchange) throws Exception {
        HttpServletRequest request = (HttpServletRequest) exchange.getIn().removeHeader("CamelHttpServletRequest");
        exchange.getIn().setBody(request.getInputStream());
        return exchange;
    }

    private static void answer(Processor route, Exchange exchange) {
        try {
            route.process(exchange);
        } catch (Throwable t) {
            // An Error that escaped from here would be answered by 200 and the request's own body.
            exchange.setException(t);
        }
        if (exchange.getMessage().getBody() instanceof InputStream) {
            exchange.getMessage().setBody(null);
        }
        exchange.getMessage()
                .getHeaders()
                .keySet()
                .removeIf(name -> !ANSWER_HEADERS.contains(name.toLowerCase(Locale.ROOT)));
    }

    private static final class UploadConsumer extends SpringBootPlatformHttpConsumer {

        UploadConsumer(PlatformHttpEndpoint endpoint, Processor route, Executor uploads) {
            super(endpoint, route, uploads);
        }

        @Override
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            try {
                return super.service(request, response);
            } catch (RejectedExecutionException full) {
                response.setHeader("Retry-After", BUSY_RETRY_SECONDS);
                response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        protected void handleService(HttpServletRequest request, HttpServletResponse response) throws Exception {
            String type = request.getContentType();
            if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
                // The servlet container would take the body for parameters while Camel maps the headers.
                response.setStatus(HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
                return;
            }
            super.handleService(new BodyHidden(request), response);
        }
    }

    /** Camel's binding takes a length of 0 for "no body" and leaves the stream alone. */
    private static final class BodyHidden extends HttpServletRequestWrapper {

        BodyHidden(HttpServletRequest request) {
            super(request);
        }

        @Override
        public int getContentLength() {
            return 0;
        }
    }
}
