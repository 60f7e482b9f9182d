package caravana.web.server;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Refuses requests without an HTTP version. Tomcat serves HTTP/0.9, in which the request line ends after the address.
 * Its answers have neither status nor headers, so the client gets only the problem document.
 */
final class VersionValve extends ValveBase {

    VersionValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        String version = request.getProtocol();
        if (version == null) {
            // The text in place of the version is not a version.
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        } else if (version.isEmpty()) {
            response.sendError(HttpServletResponse.SC_HTTP_VERSION_NOT_SUPPORTED);
        } else {
            getNext().invoke(request, response);
        }
    }
}
