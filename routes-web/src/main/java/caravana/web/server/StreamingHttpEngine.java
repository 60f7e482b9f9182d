package caravana.web.server;

import caravana.logging.LogContext;
import caravana.logging.TraceParent;
import caravana.tracing.SpanTree;
import caravana.tracing.Tracing;
import caravana.web.caller.Caller;
import caravana.web.http.Places;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import caravana.web.http.RateLimit;
import caravana.web.http.Source;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
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
 * The platform-http engine of Camel's starter, with these differences:
 *
 * <ul>
 *   <li>A route runs on the container's own thread, which owns request and response until the route ends. The starter
 *       uses another thread; when reading or writing fails there, the container ends the request, and reuses both
 *       objects for another connection while the route still uses them (ADR 14).
 *   <li>An endpoint with {@code useStreaming=true} gets the request's own stream as body; the starter copies it
 *       into the heap. Every other endpoint gets a complete body, see {@link WholeBodyFilter}.
 *   <li>{@link Places} limit concurrent calls: uploads, other calls of accounts, and calls of clients without an account.
 *   <li>The exchange property {@code caller} has the caller.
 *   <li>{@code Server-Timing} reports how long the app needed, see {@link ServerTiming}.
 *   <li>An answer never contains headers or the body of its request, and every error is a {@link Problem}.
 *   <li>{@code HEAD} is {@code GET} without the body.
 * </ul>
 */
public class StreamingHttpEngine extends SpringBootPlatformHttpEngine {

    private static final Logger log = LoggerFactory.getLogger(StreamingHttpEngine.class);

    private static final String TRACEPARENT = "traceparent";

    private static final String CACHE_CONTROL = "Cache-Control";

    private static final String CALLER = Caller.class.getName();
    private static final String REQUEST = HttpServletRequest.class.getName();

    private final Places calls;
    private final Places callsOfSources;
    private final Places uploads;
    private final BooleanSupplier reloading;
    private final Problems failures;
    private final ProblemWriter problems;
    private final Supplier<Caller> callers;
    private final ApiMetrics metrics;
    private final Tracing tracing;

    /**
     * @param port the server's port
     * @param calls the places of ordinary calls of accounts
     * @param callsOfSources the places of calls without an account, by their {@link Source}
     * @param uploads the places of endpoints with {@code useStreaming=true}
     * @param reloading whether routes are being replaced at the moment
     * @param callers returns the caller of this thread's request; null without an account
     */
    StreamingHttpEngine(
            int port,
            Places calls,
            Places callsOfSources,
            Places uploads,
            BooleanSupplier reloading,
            Problems failures,
            ProblemWriter problems,
            Supplier<Caller> callers,
            ApiMetrics metrics,
            Tracing tracing) {
        super(port);
        this.calls = calls;
        this.callsOfSources = callsOfSources;
        this.uploads = uploads;
        this.reloading = reloading;
        this.failures = failures;
        this.problems = problems;
        this.callers = callers;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor route) {
        return endpoint.isUseStreaming()
                ? new UploadConsumer(endpoint, exchange -> run(route, withStream(exchange)))
                : new CallConsumer(endpoint, exchange -> run(route, withBytes(exchange)), calls);
    }

    private static Exchange withStream(Exchange exchange) throws IOException {
        HttpServletRequest request = request(exchange);
        exchange.getIn().setBody(call(request).time().from(request.getInputStream()));
        return exchange;
    }

    /** Reads the body as bytes, so that the decoder of text finds invalid ones. */
    private static Exchange withBytes(Exchange exchange) throws IOException {
        exchange.getIn().setBody(request(exchange).getInputStream().readAllBytes());
        return exchange;
    }

    private static HttpServletRequest request(Exchange exchange) {
        return exchange.getIn().getHeader("CamelHttpServletRequest", HttpServletRequest.class);
    }

    private static ApiMetrics.Call call(HttpServletRequest request) {
        return (ApiMetrics.Call) request.getAttribute(ApiMetrics.Call.NAME);
    }

    private static void run(Processor route, Exchange exchange) {
        HttpServletRequest request = request(exchange);
        exchange.setProperty(REQUEST, request);
        exchange.setProperty("caller", request.getAttribute(CALLER));
        SpanTree tree = SpanTree.current();
        TraceParent trace = tree == null ? TraceParent.of(request.getHeader(TRACEPARENT)) : tree.traceParent();
        exchange.setProperty(TRACEPARENT, trace.toString());
        LogContext.put(LogContext.TRACE_ID, trace.traceId());
        AnswerHeaders.forget(exchange.getIn());
        try {
            route.process(exchange);
        } catch (Throwable t) {
            // An Error that is not caught here would lead to a 200 with the request's own body.
            exchange.setException(t);
        } finally {
            LogContext.clear();
        }
        call(request).routed(exchange);
        Message answer = exchange.getMessage();
        if (answer.getBody() instanceof InputStream) {
            answer.setBody(null);
        }
        AnswerHeaders.keep(answer);
    }

    /** The consumer of ordinary calls. */
    private class CallConsumer extends SpringBootPlatformHttpConsumer {

        private final Places places;

        /**
         * Whether Camel accepts every address that begins with the endpoint's, as for calls of the contract. Addresses
         * that the contract does not have must not reach it, because no filter has waited for their bodies.
         */
        private final boolean anyBelow;

        CallConsumer(PlatformHttpEndpoint endpoint, Processor route, Places places) {
            super(endpoint, route);
            this.places = places;
            this.anyBelow = endpoint.isMatchOnUriPrefix();
            setExceptionHandler(new Gone());
        }

        /** Returns null: the request is answered when the method returns. */
        @Override
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            ApiMetrics.Call call = metrics.begin(request);
            request.setAttribute(ApiMetrics.Call.NAME, call);
            SpanTree tree = tracing.request(request.getMethod(), call.operation(), request.getHeader(TRACEPARENT));
            Caller caller = callers.get();
            request.setAttribute(CALLER, caller);
            Places own = caller == null ? callsOfSources : places;
            Object owner = caller == null ? Source.of(request.getRemoteAddr()) : caller.id();
            try {
                if (anyBelow && call.isUnknown()) {
                    throw Problem.of(404);
                }
                own.take(owner);
                own.rateLimit(owner).write(response);
                try {
                    handleService(request, response);
                } finally {
                    own.leave(owner);
                }
            } catch (Problem problem) {
                answer(problem, call, response);
            } catch (Exception e) {
                answer(failures.of(e), call, response);
            } finally {
                call.end();
                if (tree != null) {
                    call.describe(tree.root());
                    tree.finish();
                }
            }
            return null;
        }

        @Override
        protected void handleService(HttpServletRequest request, HttpServletResponse response) throws Exception {
            if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
                throw stopped();
            }
            super.handleService(new BodyHidden(asGet(request)), response);
        }

        /**
         * Returns the refusal of an address whose route is stopped or being replaced. A deleted route no longer has an
         * address.
         */
        private Problem stopped() {
            boolean deleted = !reloading.getAsBoolean()
                    && getEndpoint().getCamelContext().getRoute(getRouteId()) == null
                    && !getEndpoint().getCamelContext().isStopping();
            return deleted
                    ? Problem.of(404)
                    : new Problem(503, "unavailable", "This call is being restarted; try again.");
        }

        /**
         * Writes a problem for Camel's own refusals, such as of a media type. They have no body, or one of plain text.
         */
        @Override
        protected void afterProcess(HttpServletResponse response, Exchange exchange) throws Exception {
            HttpServletRequest request = exchange.getProperty(REQUEST, HttpServletRequest.class);
            if (request != null && request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) != null) {
                leaveToContainer(request, exchange);
                return;
            }
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
                // Camel sets a media type of the contract even for an answer without a body.
                answer.removeHeader(Exchange.CONTENT_TYPE);
            }
            if (request != null) {
                // Camel refuses some requests before the app sees them.
                response.setHeader(ServerTiming.HEADER, call(request).time().soFar());
            }
            RateLimit limit = exchange.getProperty(RateLimit.PROPERTY, RateLimit.class);
            if (limit != null) {
                limit.write(response);
            }
            if (answer.getHeader(CACHE_CONTROL) != null) {
                // Camel treats it as a header of the connection, and does not write it.
                response.setHeader(CACHE_CONTROL, answer.getHeader(CACHE_CONTROL, String.class));
            }
            super.afterProcess(response, exchange);
            if (request != null) {
                call(request).answered(response.getStatus());
            }
        }

        /**
         * Leaves the answer to the container: the body could not be read to its end, and {@link ProblemReportValve}
         * answers when this thread returns, if the client is still connected.
         */
        private void leaveToContainer(HttpServletRequest request, Exchange exchange) {
            Problem problem = exchange.getProperty("problem", Problem.class);
            if (problem == null) {
                // A route may have read everything that it needs before the rest of the body turns out to be invalid
                // HTTP.
                problem = failures.of(
                        exchange.getException() == null
                                ? (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION)
                                : exchange.getException());
            }
            request.setAttribute(ProblemReportValve.PROBLEM, problem);
            call(request).answered(problem.getStatus());
            exchange.setException(null);
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }

    private void answer(Problem problem, ApiMetrics.Call call, HttpServletResponse response) {
        call.answered(problem.getStatus());
        try {
            if (!response.isCommitted()) {
                problems.write(problem, response);
            }
        } catch (IOException gone) {
            log.info("The client did not wait for its answer: {}", gone.toString());
        }
    }

    private final class UploadConsumer extends CallConsumer {

        UploadConsumer(PlatformHttpEndpoint endpoint, Processor route) {
            super(endpoint, route, uploads);
        }
    }

    private static HttpServletRequest asGet(HttpServletRequest request) {
        return request.getMethod().equals("HEAD")
                ? new HttpServletRequestWrapper(request) {
                    @Override
                    public String getMethod() {
                        return "GET";
                    }
                }
                : request;
    }

    /**
     * Handles an answer that could not be written, usually because the client has disconnected. It is not logged as an
     * error.
     */
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

    /** Hides from Camel's binding what the engine and the routes read themselves. */
    private static final class BodyHidden extends HttpServletRequestWrapper {

        BodyHidden(HttpServletRequest request) {
            super(request);
        }

        /** Returns a length of 0, which means "no body" to the binding, so that it does not read the stream. */
        @Override
        public int getContentLength() {
            return 0;
        }

        /** Returns no names, because the servlet container would read a form to find parameters. */
        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.emptyEnumeration();
        }

        /** Returns UTF-8. A charset of the request must not decide how answers are written. */
        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }
    }
}
