package caravana.web.server;

import caravana.web.contract.Operations;
import caravana.web.http.AnnouncedBody;
import caravana.web.http.ContainerHandle;
import caravana.web.http.InFlight;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Passes a request with a body on when the body has arrived completely; uploads pass immediately. So a client that
 * sends slowly occupies no thread and no place. Bodies that are too long, or of unknown length, are refused before they
 * are read.
 *
 * <p>It is the last filter, so that unauthorized requests are refused before their body is read.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
class WholeBodyFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(WholeBodyFilter.class);

    /** The longest body of a call that is not an upload, in bytes. */
    private static final int LIMIT = 64 * 1024;

    /** The longest body with a list, in bytes: all parts of an upload, or the operations of a batch. */
    private static final int LIST_LIMIT = 1024 * 1024;

    /** The contract's operations with such a list. */
    private static final Set<String> LISTS = Set.of("complete-direct-upload", "run-batch");

    /** The bytes of each body that are not counted: enough for a log-in or a sign-up. */
    private static final int FREE = 2 * 1024;

    /** The memory for longer bodies, in bytes, see {@link ClientMemory}. */
    private static final long MEMORY = 4L * 1024 * 1024;

    /** How long a whole body may take to arrive. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The contract's operations that read their body while it arrives. */
    private static final Set<String> UPLOADS =
            Set.of("receive-upload", "receive-raw-upload", "create-upload", "append-upload", "receive-asset");

    private static final String BODY = WholeBodyFilter.class.getName() + ".body";

    private final Operations operations;
    private final CamelContext camel;
    private final Problems failures;
    private final ProblemWriter problems;
    private final InFlight inFlight;
    private final ClientMemory memory = new ClientMemory(MEMORY);

    WholeBodyFilter(
            Operations operations, CamelContext camel, Problems failures, ProblemWriter problems, InFlight inFlight) {
        this.operations = operations;
        this.camel = camel;
        this.failures = failures;
        this.problems = problems;
        this.inFlight = inFlight;
    }

    /** The request is dispatched again when its body is complete. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(BODY) instanceof byte[] body) {
            chain.doFilter(new Complete(request, body), response);
        } else if (isAsyncDispatch(request) || !AnnouncedBody.isIn(request) || !isCall(request)) {
            chain.doFilter(request, response);
        } else {
            await(operations.of(request.getMethod(), request.getRequestURI()), request, response, chain);
        }
    }

    private void await(String operation, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        int limit = LISTS.contains(operation) ? LIST_LIMIT : LIMIT;
        if (UPLOADS.contains(operation)) {
            chain.doFilter(request, response);
        } else if (request.getContentLengthLong() > limit) {
            problems.write(
                    new Problem(413, "too_large", "Send at most " + limit + " bytes; only uploads may be larger."),
                    response);
        } else if (request.getContentLengthLong() < 0) {
            problems.write(Problem.of(411), response);
        } else {
            new Arrival(request, response).begin();
        }
    }

    /**
     * Returns whether the body is read. Without a handler, the request is refused without its body. A route may handle
     * an address that the contract does not have.
     */
    private boolean isCall(HttpServletRequest request) {
        String path = request.getRequestURI();
        return !operations.methods(path).isEmpty() || isRoute(PathContainer.parsePath(path));
    }

    private boolean isRoute(PathContainer path) {
        return camel.getComponent("platform-http", PlatformHttpComponent.class).getHttpEndpoints().stream()
                .map(call -> (PlatformHttpEndpoint) call.getConsumer().getEndpoint())
                .filter(endpoint -> !endpoint.isUseStreaming() && !endpoint.isMatchOnUriPrefix())
                .anyMatch(endpoint -> PathPatternParser.defaultInstance
                        .parse(endpoint.getPath())
                        .matches(path));
    }

    /** The transfer of a body. It occupies the memory of the bytes that have arrived until its call is answered. */
    private final class Arrival extends Transfer implements ReadListener {

        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final ClientMemory.Owner owner;
        private final int length;
        private byte[] body;
        private int arrived;
        private int charged;
        private ServletInputStream in;

        Arrival(HttpServletRequest request, HttpServletResponse response) {
            super(inFlight);
            this.request = request;
            this.response = response;
            this.owner = memory.owner(request);
            this.length = request.getContentLength();
            this.body = new byte[Math.min(length, FREE)];
        }

        void begin() throws IOException {
            start(request, response, PATIENCE);
            in = request.getInputStream();
            ContainerHandle.of(request).sendContinue();
            in.setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (!isOver() && in.isReady() && !in.isFinished()) {
                if (arrived == body.length && !grow()) {
                    refuse(new Problem(503, "busy", "Too many requests are arriving; try again in a moment."));
                } else {
                    arrived += Math.max(0, in.read(body, arrived, body.length - arrived));
                }
            }
        }

        /** Enlarges the buffer; false when there is not enough memory. */
        private boolean grow() {
            int more = Math.min(body.length, length - body.length);
            boolean taken = owner.take(more);
            if (taken) {
                charged += more;
                body = Arrays.copyOf(body, body.length + more);
            }
            return taken;
        }

        @Override
        public void onAllDataRead() {
            if (end()) {
                request.setAttribute(BODY, body);
                async().dispatch();
            }
        }

        /** Answers the client, which may still be able to read although it sends no more. */
        @Override
        public void onError(Throwable failure) {
            try {
                answer(failures.of(failure));
            } catch (IOException gone) {
                log.debug("The client of an incomplete request is gone: {}", gone.toString());
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            refuse(new Problem(
                    408,
                    "too_slow",
                    "The request did not arrive within " + PATIENCE.toSeconds() + " seconds; send it again."));
        }

        private void refuse(Problem problem) throws IOException {
            if (answer(problem)) {
                ContainerHandle.of(request).closeAfterwards();
                async().complete();
            }
        }

        private boolean answer(Problem problem) throws IOException {
            boolean first = end();
            if (first) {
                problems.write(problem, response);
                response.flushBuffer();
            }
            return first;
        }

        /**
         * Releases the body: the request keeps its attributes until its client has read the answer, which may take
         * long.
         */
        @Override
        void release() {
            request.removeAttribute(BODY);
            body = null;
            owner.giveBack(charged);
            charged = 0;
        }
    }

    /** The request with its complete body. */
    private static final class Complete extends HttpServletRequestWrapper {

        private final byte[] body;
        private ServletInputStream stream;

        Complete(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            if (stream == null) {
                stream = new Stream(body);
            }
            return stream;
        }

        @Override
        public BufferedReader getReader() {
            String encoding = getCharacterEncoding();
            Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
            return new BufferedReader(new InputStreamReader(getInputStream(), charset));
        }
    }

    private static final class Stream extends ServletInputStream {

        private final ByteArrayInputStream bytes;

        Stream(byte[] body) {
            bytes = new ByteArrayInputStream(body);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return bytes.read(into, offset, length);
        }

        @Override
        public int available() {
            return bytes.available();
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body is complete; read it");
        }
    }
}
