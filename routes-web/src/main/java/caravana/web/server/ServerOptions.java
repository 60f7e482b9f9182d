package caravana.web.server;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * Answers {@code OPTIONS *}, which queries the server as a whole (RFC 9110, 9.3.7), with the methods of the OpenAPI
 * document. Tomcat answers it before any valve or filter, and would report TRACE, which no address accepts, and not
 * PATCH.
 */
final class ServerOptions implements Adapter {

    private final Adapter adapter;
    private final String methods;

    private ServerOptions(Adapter adapter, Set<String> methods) {
        this.adapter = adapter;
        this.methods = String.join(", ", methods);
    }

    /** Inserts the adapter before the one that the connector creates at its start. */
    static void addTo(Connector connector, Set<String> methods) {
        connector.addLifecycleListener(event -> {
            if (event.getType().equals(Lifecycle.AFTER_INIT_EVENT)) {
                var protocol = connector.getProtocolHandler();
                protocol.setAdapter(new ServerOptions(protocol.getAdapter(), methods));
            }
        });
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        if (request.requestURI().equals("*") && "OPTIONS".equals(request.getMethod())) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            response.setHeader("Allow", methods);
            response.action(ActionCode.CLOSE, null);
        } else {
            adapter.service(request, response);
        }
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return adapter.prepare(request, response);
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent status) throws Exception {
        return adapter.asyncDispatch(request, response, status);
    }

    @Override
    public void log(Request request, Response response, long time) {
        adapter.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        adapter.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
        return adapter.getDomain();
    }
}
