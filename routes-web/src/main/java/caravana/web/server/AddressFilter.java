package caravana.web.server;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Normalizes percent-encoded letters in the path, such as {@code /api/%76ideos} to {@code /api/videos} (RFC 3986,
 * 6.2.2.2). Otherwise filters that compare paths would see another path, and routes the same one. An encoded full stop
 * stays, and {@link Firewall} refuses it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class AddressFilter extends OncePerRequestFilter {

    /** Encoded letters, digits, hyphens, underscores and tildes. */
    private static final Pattern ENCODED =
            Pattern.compile("%(3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa]|2[Dd]|5[Ff]|7[Ee])");

    /** The container keeps the changed address of a request that is dispatched again. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().indexOf('%') < 0;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String address = ENCODED.matcher(request.getRequestURI())
                .replaceAll(encoded -> Character.toString(Integer.parseInt(encoded.group(1), 16)));
        chain.doFilter(new Addressed(request, address), response);
    }

    private static final class Addressed extends HttpServletRequestWrapper {

        private final String address;

        Addressed(HttpServletRequest request, String address) {
            super(request);
            this.address = address;
        }

        @Override
        public String getRequestURI() {
            return address;
        }
    }
}
