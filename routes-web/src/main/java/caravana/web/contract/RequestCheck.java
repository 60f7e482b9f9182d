package caravana.web.contract;

import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.QueryString;
import caravana.web.http.UnknownName;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Checks what every call of the contract has to hold to, whatever answers it: a body that is not compressed, and a query
 * with the parameters that the call has. It comes after the check of the token, and before any of the body is read.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class RequestCheck extends OncePerRequestFilter {

    private final Operations operations;
    private final ProblemWriter problems;

    RequestCheck(Operations operations, ProblemWriter problems) {
        this.operations = operations;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Operations.Operation operation =
                operations.find(request.getMethod(), request.getRequestURI()).orElse(null);
        if (operation != null) {
            try {
                checkEncoding(request);
                checkQuery(request, operation);
            } catch (Problem refused) {
                if (refused.getStatus() == 415) {
                    // What would be taken instead, see RFC 9110, 15.5.16.
                    response.setHeader("Accept-Encoding", "identity");
                }
                problems.write(refused, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static void checkEncoding(HttpServletRequest request) {
        for (String encoding : Collections.list(request.getHeaders("Content-Encoding"))) {
            if (!encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity")) {
                throw new Problem(
                        415,
                        "content_encoding_unsupported",
                        "The body has a Content-Encoding. Send it without one, not compressed.");
            }
        }
    }

    private static void checkQuery(HttpServletRequest request, Operations.Operation operation) {
        Map<String, ?> known = operation.parameters();
        for (String name : QueryString.parsed(request.getQueryString()).keySet()) {
            if (!known.containsKey(name)) {
                throw UnknownName.of("parameter", name, known.keySet());
            }
        }
    }
}
