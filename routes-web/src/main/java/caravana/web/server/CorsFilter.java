package caravana.web.server;

import caravana.web.contract.Operations;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Allows pages of the configured origins to call the API (CORS). A page of any other origin gets the same answer as a
 * program, and the browser hides it from the page. Spring's filter would refuse such requests, and also our own page
 * behind a proxy whose name web does not know.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class CorsFilter extends OncePerRequestFilter {

    /** The headers of answers that pages may read: those that routes set, and those that filters add. */
    private static final String EXPOSED = Stream.concat(
                    AnswerHeaders.NAMES.stream(),
                    Stream.of(
                            "Accept-Patch",
                            "RateLimit",
                            "RateLimit-Policy",
                            "Server-Timing",
                            "Tus-Checksum-Algorithm",
                            "Tus-Extension",
                            "Tus-Max-Size",
                            "Tus-Resumable",
                            "Tus-Version"))
            .collect(Collectors.joining(", "));

    /** Names of headers that are separated by commas. The answer repeats them. */
    private static final Pattern HEADERS = Pattern.compile("[A-Za-z0-9-]+( *, *[A-Za-z0-9-]+)*");

    /** The seconds for which a browser may cache the answer to a preflight request. */
    private static final String MAX_AGE = "3600";

    private final Set<String> origins;
    private final Operations operations;

    CorsFilter(@Value("${caravana.cors.origins}") List<String> origins, Operations operations) {
        this.origins = Set.copyOf(origins);
        this.operations = operations;
        origins.stream()
                .filter(origin -> !origin.matches("https?://[^/*\\s]+"))
                .findFirst()
                .ifPresent(wrong -> {
                    throw new IllegalArgumentException(
                            "CARAVANA_CORS_ORIGINS has " + wrong
                                    + "; write origins as https://videos.example.org, separated by commas, without a path or *");
                });
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return origins.isEmpty() || !request.getRequestURI().startsWith("/api/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.addHeader("Vary", "Origin");
        String origin = request.getHeader("Origin");
        if (origin != null && origins.contains(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Expose-Headers", EXPOSED);
            Set<String> methods = operations.methods(request.getRequestURI());
            if (isPreflight(request) && !methods.isEmpty()) {
                answer(request, response, methods);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean isPreflight(HttpServletRequest request) {
        return request.getMethod().equals("OPTIONS") && request.getHeader("Access-Control-Request-Method") != null;
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response, Set<String> methods) {
        String wanted = request.getHeader("Access-Control-Request-Headers");
        if (wanted != null && HEADERS.matcher(wanted).matches()) {
            response.setHeader("Access-Control-Allow-Headers", wanted);
        }
        response.setHeader("Access-Control-Allow-Methods", String.join(", ", methods));
        response.setHeader("Access-Control-Max-Age", MAX_AGE);
        response.setHeader("Allow", String.join(", ", methods));
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }
}
