package caravana.web.http;

import caravana.web.contract.Operations;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Says which methods an address of the contract takes: to {@code OPTIONS}, and to whoever uses another one. Camel has one
 * address for all operations, and would name the methods of any of them.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 2)
class MethodFilter extends OncePerRequestFilter {

    private final Operations operations;
    private final ProblemWriter problems;

    MethodFilter(Operations operations, ProblemWriter problems) {
        this.operations = operations;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getRequestURI();
        Set<String> methods = operations.methods(path);
        if (methods.isEmpty() && endsInSlashOnly(path)) {
            problems.write(Problem.of(404), response);
        } else if (methods.isEmpty() && request.getMethod().equals("TRACE")) {
            response.setHeader("Allow", "GET, HEAD, OPTIONS");
            problems.write(Problem.of(405), response);
        } else if (methods.isEmpty()) {
            chain.doFilter(request, response);
        } else if (request.getMethod().equals("OPTIONS")) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            response.setHeader("Allow", String.join(", ", methods));
        } else if (methods.contains(request.getMethod())) {
            chain.doFilter(request, response);
        } else {
            response.setHeader("Allow", String.join(", ", methods));
            problems.write(Problem.of(405), response);
        }
    }

    /** Camel would take the address for the one without the slash; the contract does not have it. */
    private boolean endsInSlashOnly(String path) {
        String without = path.replaceFirst("/+$", "");
        return !without.equals(path) && !operations.methods(without).isEmpty();
    }
}
