package caravana.web.http;

import caravana.logging.LogContext;
import caravana.logging.TraceParent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.apache.camel.spi.ExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform-http engine of Camel's starter with these differences.
 *
 * <ul>
 *   <li>An endpoint with {@code useStreaming=true} gets the request's own stream as body, untouched; the starter's copies
 *       it into the heap.
 *   <li>Such endpoints run on a bounded pool of their own: uploads bound their memory by it, and never keep a status
 *       request waiting. A full pool answers 503 with {@code Retry-After}.
 *   <li>The exchange property {@code caller} tells who asks.
 *   <li>{@code Server-Timing} tells how long the app took, see {@link AppTime}.
 *   <li>No request header and no request body ever comes back in an answer, and every error is a {@link Problem}.
 * </ul>
 */
public class StreamingHttpEngine extends SpringBootPlatformHttpEngine {

    private static final Logger log = LoggerFactory.getLogger(StreamingHttpEngine.class);

    /** What an answer may carry, in lower case; all else in the headers came with the request. */
    private static final Set<String> ANSWER_HEADERS = Set.of(
            "allow",
            "camelhttpresponsecode",
            "content-type",
            "etag",
            "idempotency-replayed",
            "link",
            "location",
            "retry-after");

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final String CALLER = Caller.class.getName();

    private final Executor requests;
    private final Executor uploads;
    private final Executor refusals;
    private final InFlight inFlight;
    private final Problems failures;
    private final ProblemWriter problems;
    private final Supplier<Caller> callers;
    private final ApiMetrics metrics;

    /**
     * @param port the server's port
     * @param requests runs ordinary requests
     * @param uploads runs streaming ones; it has to reject what is too much
     * @param refusals reads on for those who are told that there are too many; it may reject what is too much
     * @param callers tells who makes the request of the calling thread; null for nobody
     */
    StreamingHttpEngine(
            int port,
            Executor requests,
            Executor uploads,
            Executor refusals,
            InFlight inFlight,
            Problems failures,
            ProblemWriter problems,
            Supplier<Caller> callers,
            ApiMetrics metrics) {
        super(port, requests);
        this.requests = requests;
        this.uploads = uploads;
        this.refusals = refusals;
        this.inFlight = inFlight;
        this.failures = failures;
        this.problems = problems;
        this.callers = callers;
        this.metrics = metrics;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor route) {
        return endpoint.isUseStreaming()
                ? new UploadConsumer(endpoint, exchange -> answer(route, withStream(exchange)), uploads)
                : new RequestConsumer(endpoint, exchange -> answer(route, exchange), requests);
    }

    private static Exchange withStream(Exchange exchange) throws IOException {
        HttpServletRequest request = request(exchange);
        exchange.getIn().setBody(call(request).time().from(request.getInputStream()));
        return exchange;
    }

    private static HttpServletRequest request(Exchange exchange) {
        return exchange.getIn().getHeader("CamelHttpServletRequest", HttpServletRequest.class);
    }

    private static ApiMetrics.Call call(HttpServletRequest request) {
        return (ApiMetrics.Call) request.getAttribute(ApiMetrics.Call.NAME);
    }

    private static void answer(Processor route, Exchange exchange) {
        HttpServletRequest request = request(exchange);
        ApiMetrics.Call call = call(request);
        exchange.setProperty(ApiMetrics.Call.NAME, call);
        exchange.setProperty("caller", request.getAttribute(CALLER));
        TraceParent trace = TraceParent.of(request.getHeader("traceparent"));
        exchange.setProperty("traceparent", trace.toString());
        LogContext.put(LogContext.TRACE_ID, trace.traceId());
        try {
            route.process(exchange);
        } catch (Throwable t) {
            // An Error that escaped from here would be answered by 200 and the request's own body.
            exchange.setException(t);
        } finally {
            LogContext.clear();
        }
        call.routed(exchange);
        Message answer = exchange.getMessage();
        if (answer.getBody() instanceof InputStream) {
            answer.setBody(null);
        }
        answer.getHeaders().keySet().removeIf(name -> !ANSWER_HEADERS.contains(name.toLowerCase(Locale.ROOT)));
    }

    /** Ordinary requests. */
    private class RequestConsumer extends SpringBootPlatformHttpConsumer {

        RequestConsumer(PlatformHttpEndpoint endpoint, Processor route, Executor executor) {
            super(endpoint, route, executor);
            setExceptionHandler(new Gone());
        }

        @Override
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            // Asked here, since the security context belongs to this thread and not to the one that runs the route.
            request.setAttribute(CALLER, callers.get());
            ApiMetrics.Call call = metrics.begin(request);
            request.setAttribute(ApiMetrics.Call.NAME, call);
            inFlight.begin();
            try {
                return super.service(request, new OwnErrors(response)).whenComplete((nothing, failure) -> {
                    inFlight.end();
                    call.end();
                });
            } catch (RejectedExecutionException full) {
                inFlight.end();
                throw full;
            }
        }

        /** A route that is stopped, or stopped and started again, stays at its address meanwhile. */
        @Override
        protected void handleService(HttpServletRequest request, HttpServletResponse response) throws Exception {
            if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
                call(request).answered(503);
                refuse(new Problem(503, "unavailable", "This call is being restarted; try again."), response);
            } else {
                super.handleService(request, response);
            }
        }

        /** Camel's own refusals, of a media type, say, have no body or one of plain text. */
        @Override
        protected void afterProcess(HttpServletResponse response, Exchange exchange) throws Exception {
            Message answer = exchange.getMessage();
            Integer status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
            boolean error = exchange.isFailed() || (status != null && status >= 400);
            String type = answer.getHeader(Exchange.CONTENT_TYPE, String.class);
            if (error && (exchange.isFailed() || type == null || !type.contains("json"))) {
                Problem problem = exchange.isFailed() ? failures.of(exchange.getException()) : Problem.of(status);
                exchange.setException(null);
                problems.write(problem, response);
                answer.setBody(null);
                answer.removeHeaders("*");
                answer.setHeader(Exchange.HTTP_RESPONSE_CODE, response.getStatus());
                answer.setHeader(Exchange.CONTENT_TYPE, Problem.TYPE);
            }
            if (answer.getBody() instanceof String text) {
                answer.setBody(text.getBytes(StandardCharsets.UTF_8));
            }
            if (answer.getBody() instanceof byte[] whole) {
                response.setContentLength(whole.length);
            } else if (answer.getBody() == null) {
                // Camel names one for whatever the contract has some type for.
                answer.removeHeader(Exchange.CONTENT_TYPE);
            }
            ApiMetrics.Call call = exchange.getProperty(ApiMetrics.Call.NAME, ApiMetrics.Call.class);
            if (call != null) {
                // Camel refuses some requests before the app sees them.
                response.setHeader(AppTime.HEADER, call.time().soFar());
            }
            super.afterProcess(response, exchange);
            if (call != null) {
                call.answered(response.getStatus());
            }
            try {
                // An answer without a body is complete as well; Spring would look for a converter for it, and fail.
                response.flushBuffer();
            } catch (IOException gone) {
                log.debug("The client did not wait for its answer: {}", gone.toString());
            }
        }
    }

    private void refuse(Problem problem, HttpServletResponse response) {
        try {
            problems.write(problem, response);
            response.flushBuffer();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /**
     * Answers errors at once. The container's own way is to answer them when its thread has ended its part, which it may
     * do while ours is still writing, and the client would get half an answer.
     */
    private final class OwnErrors extends HttpServletResponseWrapper {

        OwnErrors(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void sendError(int status) {
            refuse(Problem.of(status), this);
        }

        @Override
        public void sendError(int status, String message) {
            sendError(status);
        }
    }

    private final class UploadConsumer extends RequestConsumer {

        UploadConsumer(PlatformHttpEndpoint endpoint, Processor route, Executor uploads) {
            super(endpoint, route, uploads);
        }

        @Override
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            try {
                return super.service(request, response);
            } catch (RejectedExecutionException full) {
                ApiMetrics.Call call = call(request);
                call.answered(503);
                return refuseWhileFull(request, response).whenComplete((nothing, failure) -> call.end());
            }
        }

        private CompletableFuture<Void> refuseWhileFull(HttpServletRequest request, HttpServletResponse response) {
            Problem busy = new Problem(503, "busy", "Too many uploads are running; try again in a moment.");
            try {
                return CompletableFuture.runAsync(
                        () -> {
                            refuse(busy, response);
                            linger(request);
                        },
                        refusals);
            } catch (RejectedExecutionException tooManyOfThemAsWell) {
                refuse(busy, response);
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        protected void handleService(HttpServletRequest request, HttpServletResponse response) throws Exception {
            String type = request.getContentType();
            if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
                // The servlet container would take the body for parameters while Camel maps the headers.
                call(request).answered(415);
                refuse(Problem.of(415), response);
                return;
            }
            super.handleService(new BodyHidden(request), response);
            if (response.getStatus() >= 400) {
                response.flushBuffer();
                linger(request);
            }
        }

        /**
         * Reads on for a while after a refusal. A client that is still sending would have its connection reset, and might
         * never see the answer.
         */
        private void linger(HttpServletRequest request) {
            long end = System.nanoTime() + LINGER_NANOS;
            byte[] nobodyWantsIt = new byte[64 * 1024];
            try {
                InputStream in = request.getInputStream();
                while (System.nanoTime() < end && in.read(nobodyWantsIt) >= 0) {
                    // On to the next.
                }
            } catch (IOException gone) {
                log.debug("The client of a refused upload went away: {}", gone.toString());
            }
        }
    }

    /** An answer that could not be written. Mostly the client is gone, which is its own affair. */
    private static final class Gone implements ExceptionHandler {

        @Override
        public void handleException(Throwable failure) {
            handleException("", failure);
        }

        @Override
        public void handleException(String message, Throwable failure) {
            handleException(message, null, failure);
        }

        @Override
        public void handleException(String message, Exchange exchange, Throwable failure) {
            if (failure instanceof IOException) {
                log.info("{} {}", message, failure.toString());
            } else {
                log.error(message, failure);
            }
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
