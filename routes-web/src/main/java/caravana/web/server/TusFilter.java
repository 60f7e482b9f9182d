package caravana.web.server;

import caravana.media.MediaLimits;
import caravana.web.upload.ResumableDraft;
import caravana.web.upload.TusUpload;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Adds what tus 1.0.0 requires of every answer, also of refusals: the version, and the server's abilities for
 * {@code OPTIONS}. It also supports {@code X-HTTP-Method-Override}, for clients that cannot send {@code PATCH} or
 * {@code DELETE}.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class TusFilter extends OncePerRequestFilter {

    private static final String PATH = "/api/uploads";
    /** The prefix of the addresses of direct uploads, which are another protocol. */
    private static final String DIRECT = PATH + "/s3/";

    private static final String OVERRIDE = "X-HTTP-Method-Override";
    private static final Set<String> OVERRIDING = Set.of("PATCH", "DELETE");

    private final String maxBytes;
    private final String limit;

    TusFilter(MediaLimits limits) {
        this.maxBytes = String.valueOf(limits.size().toBytes());
        this.limit = ResumableDraft.limit(limits.size().toBytes());
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return !path.equals(PATH) && (!path.startsWith(PATH + "/") || path.startsWith(DIRECT));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getHeader(ResumableDraft.VERSION_HEADER) == null) {
            response.setHeader("Tus-Resumable", TusUpload.VERSION);
        }
        response.setHeader("Tus-Version", TusUpload.VERSION);
        if (request.getMethod().equals("OPTIONS")) {
            response.setHeader("Tus-Extension", TusUpload.EXTENSIONS);
            response.setHeader("Tus-Max-Size", maxBytes);
            response.setHeader("Tus-Checksum-Algorithm", TusUpload.CHECKSUMS);
            response.setHeader("Accept-Patch", TusUpload.TYPE + ", " + ResumableDraft.TYPE);
            response.setHeader("Upload-Limit", limit);
        }
        String method = request.getHeader(OVERRIDE);
        boolean overrides = request.getMethod().equals("POST") && method != null && OVERRIDING.contains(method);
        chain.doFilter(overrides ? new Overridden(request, method) : request, response);
    }

    private static final class Overridden extends HttpServletRequestWrapper {

        private final String method;

        Overridden(HttpServletRequest request, String method) {
            super(request);
            this.method = method;
        }

        @Override
        public String getMethod() {
            return method;
        }
    }
}
