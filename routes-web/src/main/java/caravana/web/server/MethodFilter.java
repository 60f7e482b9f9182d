package caravana.web.server;

import caravana.web.contract.Operations;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reports the methods of an address, for {@code OPTIONS} and with 405. Camel registers one address for all operations,
 * and would report the methods of all of them. Pages and their files can only be read; Spring decides which exist.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 2)
class MethodFilter extends OncePerRequestFilter {

    private static final String READ_ONLY = "GET, HEAD, OPTIONS";

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
            response.setHeader("Allow", READ_ONLY);
            problems.write(Problem.of(405), response);
        } else if (methods.isEmpty()) {
            chain.doFilter(new PageRequest(request), new PageResponse(request, response));
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

    /** Returns whether the contract has the address without its last slash. Camel would accept both. */
    private boolean endsInSlashOnly(String path) {
        String without = path.replaceFirst("/+$", "");
        return !without.equals(path) && !operations.methods(without).isEmpty();
    }

    /**
     * A request without {@code Origin}: Spring refuses requests whose origin it cannot parse, and preflight requests.
     */
    private static final class PageRequest extends HttpServletRequestWrapper {

        PageRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getHeader(String name) {
            return name.equalsIgnoreCase("Origin") ? null : super.getHeader(name);
        }
    }

    /**
     * An answer with the methods of the address. Spring's answer would leave out {@code OPTIONS}, or have the status
     * 200 for it.
     */
    private static final class PageResponse extends HttpServletResponseWrapper {

        private final boolean options;

        PageResponse(HttpServletRequest request, HttpServletResponse response) {
            super(response);
            this.options = request.getMethod().equals("OPTIONS");
        }

        @Override
        public void addHeader(String name, String value) {
            if (name.equalsIgnoreCase("Allow")) {
                setHeader(name, value);
            } else {
                super.addHeader(name, value);
            }
        }

        @Override
        public void setHeader(String name, String value) {
            if (name.equalsIgnoreCase("Allow")) {
                super.setHeader(name, READ_ONLY);
                if (options) {
                    setStatus(SC_NO_CONTENT);
                }
            } else {
                super.setHeader(name, value);
            }
        }
    }
}
