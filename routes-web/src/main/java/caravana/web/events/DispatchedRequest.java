package caravana.web.events;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A request that waits without a thread. Any thread may call {@code AsyncContext.dispatch(PATH)}; then a thread of the
 * container calls {@link #proceed}.
 */
interface DispatchedRequest {

    /** The name of the request attribute with this object. */
    String NAME = DispatchedRequest.class.getName();

    /** The path to which requests are dispatched. The filter {@link #resume} handles them there. */
    String PATH = "/api/videos/events";

    /** Continues with the request, on the container's thread. */
    void proceed(HttpServletRequest request, HttpServletResponse response) throws IOException;

    /** A filter for asynchronous dispatches to {@link #PATH}. */
    static void resume(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(NAME) instanceof DispatchedRequest waiting) {
            waiting.proceed((HttpServletRequest) request, (HttpServletResponse) response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
