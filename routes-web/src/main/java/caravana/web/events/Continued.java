package caravana.web.events;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * An object that waits, without a thread, for the container to bring a request back: by {@code AsyncContext.dispatch(PATH)}, which
 * any thread may call, the container's own thread comes to {@link #proceed}.
 */
interface Continued {

    /** The request attribute that holds it. */
    String NAME = Continued.class.getName();

    /** Where requests are dispatched to; the filter {@link #resume} is there and answers. */
    String PATH = "/api/videos/events";

    /** Continues with the request, on the container's thread. */
    void proceed(HttpServletRequest request, HttpServletResponse response) throws IOException;

    /** A filter for asynchronous dispatches to {@link #PATH}. */
    static void resume(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(NAME) instanceof Continued waiting) {
            waiting.proceed((HttpServletRequest) request, (HttpServletResponse) response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
