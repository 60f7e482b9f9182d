package caravana.web.server;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Refuses HTTP/0.9, which Tomcat serves: a request line without a version. Its answers have neither status nor headers, so
 * that the client gets the problem document alone.
 */
final class VersionValve extends ValveBase {

    VersionValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (request.getProtocol().isEmpty()) {
            response.sendError(HttpServletResponse.SC_HTTP_VERSION_NOT_SUPPORTED);
        } else {
            getNext().invoke(request, response);
        }
    }
}
