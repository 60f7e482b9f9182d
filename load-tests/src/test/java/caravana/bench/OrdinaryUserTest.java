package caravana.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrdinaryUserTest {

    private static final String HEALTHY = "{\"status\":\"ok\"}";

    private HttpServer web;
    private OrdinaryUser user;

    @BeforeEach
    void start() throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.start();
        URI address = URI.create("http://127.0.0.1:" + web.getAddress().getPort());
        user = new OrdinaryUser(address, ApiClient.with("token"));
    }

    @AfterEach
    void stop() {
        web.stop(0);
    }

    @Test
    void rightAnswersAreNoFailures() throws Exception {
        serve(201, "[{\"video_id\":\"newest\"},{\"video_id\":\"older\"}]", 200, HEALTHY);

        assertThat(user.call(2)).containsOnlyKeys(OrdinaryUser.Call.values());
        assertThat(user.calls()).isEqualTo(6);
        assertThat(user.failures()).as("%s", user.shownFailures()).isZero();
    }

    @Test
    void wrongStatusesAreFailures() throws Exception {
        serve(503, "[]", 503, HEALTHY);

        user.call(2);

        // Nothing was uploaded, so what is listed is wrong as well.
        assertThat(user.failures()).isEqualTo(6);
    }

    @Test
    void wrongBodiesAreFailures() throws Exception {
        serve(201, "[{\"video_id\":\"older\"}]", 200, "{\"status\":\"draining\"}");

        user.call(2);

        assertThat(user.failures()).isEqualTo(4);
        assertThat(user.shownFailures()).first().asString().contains("LIST", "200", "older");
    }

    @Test
    void brokenAnswersAreFailures() throws Exception {
        web.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 100);
            exchange.close();
        });

        user.call(1);

        assertThat(user.failures()).isEqualTo(3);
    }

    private void serve(int uploadStatus, String list, int healthStatus, String health) {
        web.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            boolean isUpload = exchange.getRequestMethod().equals("POST");
            boolean isHealth = exchange.getRequestURI().getPath().equals("/api/health");
            byte[] body = (isUpload ? "{\"video_id\":\"newest\"}" : isHealth ? health : list).getBytes(UTF_8);
            exchange.sendResponseHeaders(isUpload ? uploadStatus : isHealth ? healthStatus : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }
}
