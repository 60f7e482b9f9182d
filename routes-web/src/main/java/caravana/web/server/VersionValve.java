package caravana.web.server;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Refuses requests without a version of HTTP. HTTP/0.9, a request line that ends behind the address, Tomcat serves; its
 * answers have neither status nor headers, so that the client gets the problem document alone.
 */
final class VersionValve extends ValveBase {

    VersionValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        String version = request.getProtocol();
        if (version == null) {
            // What stands at its place is none.
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        } else if (version.isEmpty()) {
            response.sendError(HttpServletResponse.SC_HTTP_VERSION_NOT_SUPPORTED);
        } else {
            getNext().invoke(request, response);
        }
    }
}
