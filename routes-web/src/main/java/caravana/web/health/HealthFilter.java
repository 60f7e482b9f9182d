package caravana.web.health;

import caravana.web.http.InFlight;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers {@code GET /api/health} on Tomcat's own threads, so that it never waits behind uploads: 200 when the routes
 * run, 503 during start and drain. All other requests get 503 until the routes run, because the port opens seconds
 * earlier.
 *
 * <p>It is the first component to stop: health turns 503 immediately, running requests finish, and only then the port
 * closes.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
public class HealthFilter extends OncePerRequestFilter implements SmartLifecycle {

    /** The path of health checks by load balancers. */
    public static final String PATH = "/api/health";

    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private final ApplicationAvailability availability;

    private final InFlight inFlight;

    private final ProblemWriter problems;

    private volatile boolean running;
    private volatile boolean draining;

    HealthFilter(ApplicationAvailability availability, InFlight inFlight, ProblemWriter problems) {
        this.availability = availability;
        this.inFlight = inFlight;
        this.problems = problems;
    }

    /** A request that has waited for its body is dispatched again, and is then in progress. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean started = availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
        if (request.getRequestURI().equals(PATH) && METHODS.contains(request.getMethod())) {
            if (request.getQueryString() == null) {
                answerHealth(response, started && !draining ? "ok" : draining ? "draining" : "starting");
            } else {
                problems.write(Problem.invalid("This call has no parameters. Send it without a query."), response);
            }
        } else if (!started && !draining) {
            problems.write(new Problem(503, "starting", "The server is starting; try again in a moment.", 2), response);
        } else {
            serve(request, response, chain);
        }
    }

    private static void answerHealth(HttpServletResponse response, String status) throws IOException {
        response.setStatus(
                status.equals("ok") ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        String document = "{\"status\":\"" + status + "\"}";
        response.setContentLength(document.length());
        response.getOutputStream().print(document);
    }

    private void serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        inFlight.begin();
        try {
            chain.doFilter(request, response);
        } finally {
            // Asynchronous work is counted separately: a body that arrives, or an event stream.
            inFlight.end();
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stops before all other components, including the port. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void stop() {
        draining = true;
        running = false;
    }

    @Override
    public void stop(Runnable stopped) {
        draining = true;
        Thread waiting = new Thread(
                () -> {
                    inFlight.awaitNone();
                    running = false;
                    stopped.run();
                },
                "drain");
        waiting.setDaemon(true);
        waiting.start();
    }
}
