package caravana.web.server;

import caravana.web.http.ContainerHandle;
import caravana.web.http.InFlight;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Sends an answer when it is complete, without a thread: a client that reads slowly, or not at all, occupies only its
 * connection and the memory of its answer. {@link WholeBodyFilter} does the same for request bodies.
 *
 * <p>Event streams have their own way to wait for clients. {@code HealthFilter} comes first: all answers of one
 * connection fit the buffers of its socket.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class WholeAnswerFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(WholeAnswerFilter.class);

    /** The memory for large answers, in bytes, see {@link ClientMemory}. */
    private static final long MEMORY = 16L * 1024 * 1024;

    /**
     * The addresses of event streams, which do not end. The list of events has another address, {@code /api/events}.
     */
    private static final Pattern STREAMS = Pattern.compile("/api/videos(/[^/]+)?/events");

    /** How long a client may take: this time plus the time that the answer needs at the lowest rate. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The request attribute with the container's own response. */
    private static final String CONNECTED = WholeAnswerFilter.class.getName() + ".response";

    private static final int MIN_BYTES_PER_SECOND = 32 * 1024;

    private final ProblemWriter problems;
    private final InFlight inFlight;
    private final ClientMemory memory = new ClientMemory(MEMORY);

    WholeAnswerFilter(ProblemWriter problems, InFlight inFlight) {
        this.problems = problems;
        this.inFlight = inFlight;
    }

    /** A request that has waited for its body is answered when it is dispatched again. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return STREAMS.matcher(request.getRequestURI()).matches();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(CONNECTED) == null) {
            request.setAttribute(CONNECTED, response);
        }
        // A request that waited for its body is dispatched again with the previous answer object, which is not used.
        HttpServletResponse connected = (HttpServletResponse) request.getAttribute(CONNECTED);
        CollectedAnswer answer =
                new CollectedAnswer(connected, !request.getMethod().equals("HEAD"), () -> memory.owner(request));
        boolean departed = false;
        try {
            collect(request, answer, chain);
            if (request.isAsyncStarted() || answer.isSent() || failedToRead(request)) {
                return;
            }
            if (answer.isDropped()) {
                answer.replace();
                problems.write(
                        new Problem(503, "busy", "Too many large answers are being sent; try again in a moment."),
                        answer);
            } else if (answer.getStatus() >= 400 && answer.content().size() == 0) {
                // Spring refuses some requests for pages without a body, but sets the charset of a page.
                answer.setCharacterEncoding(null);
                problems.write(Problem.of(answer.getStatus()), answer);
            }
            if (ContainerHandle.of(request).hasReadBody()) {
                new Departure(request, connected, answer).begin();
                departed = true;
            } else {
                // The answer is a short refusal. UnreadBodyValve reads the rest of the body.
                answer.flushBuffer();
            }
        } finally {
            if (!departed) {
                answer.release();
            }
        }
    }

    /**
     * Collects the app's answer. When an answer is dropped, the code that wrote it may throw or continue; both are
     * handled.
     */
    private static void collect(HttpServletRequest request, CollectedAnswer answer, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, answer);
        } catch (IOException | ServletException failure) {
            if (!answer.isDropped()) {
                throw failure;
            }
        }
    }

    /** Returns whether the body could not be read, so that the container answers: see {@link StreamingHttpEngine}. */
    private static boolean failedToRead(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) != null;
    }

    /** The transfer of an answer. */
    private final class Departure extends Transfer implements WriteListener {

        private static final int WRITE_BYTES = 16 * 1024;

        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final CollectedAnswer answer;
        private final long size;
        private final InputStream body;
        private ServletOutputStream out;
        private long sent;
        private boolean flushed;

        Departure(HttpServletRequest request, HttpServletResponse response, CollectedAnswer answer) {
            super(inFlight);
            this.request = request;
            this.response = response;
            this.answer = answer;
            this.size = answer.content().size();
            this.body = answer.content().getInputStream();
        }

        void begin() throws IOException {
            ContainerHandle.of(request).announceLength(size);
            start(request, response, PATIENCE.plusSeconds(size / MIN_BYTES_PER_SECOND));
            out = response.getOutputStream();
            out.setWriteListener(this);
        }

        /**
         * Waits until the connection has accepted all bytes. Completing the request earlier would wait for the client,
         * on this thread.
         */
        @Override
        public void onWritePossible() throws IOException {
            // Allocated here, so that connections that wait have no buffer.
            byte[] buffer = new byte[(int) Math.min(WRITE_BYTES, size - sent)];
            while (out.isReady()) {
                if (sent < size) {
                    int count = body.read(buffer);
                    out.write(buffer, 0, count);
                    sent += count;
                } else if (!flushed) {
                    flushed = true;
                    out.flush();
                } else {
                    end();
                    async().complete();
                    return;
                }
            }
        }

        @Override
        public void onError(Throwable gone) {
            log.debug("The client did not wait for its answer: {}", gone.toString());
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            log.info("A client took too long to read its answer, {} of {} bytes", sent, size);
            end();
            ContainerHandle.of(request).closeNow();
            async().complete();
        }

        @Override
        void release() {
            answer.release();
        }
    }
}
