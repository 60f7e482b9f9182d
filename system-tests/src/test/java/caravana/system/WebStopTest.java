package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.test.Waits;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Web, as a process, told to stop while it is at work. */
class WebStopTest {

    private static final Duration SOON = Waits.LIMIT;

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    /**
     * A load balancer learns of it at once, what runs comes to its end, and only then nobody answers any more. Watchers who left hold
     * nothing up.
     */
    @Test
    void uploadsInFlightFinishBeforeThePortCloses() throws Exception {
        try (AppProcess web = startWeb()) {
            web.awaitReady();
            ApiClient client = ApiClient.signUp(web.uri());
            String watched = upload(web, client);
            HttpResponse<InputStream> events = http.send(
                    client.request(web.uri().resolve("/api/videos/" + watched + "/events"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(events.statusCode()).isEqualTo(200);
            for (int i = 0; i < 5; i++) {
                http.send(
                                client.request(web.uri().resolve("/api/videos/" + watched + "/events"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body()
                        .close();
            }

            try (Socket upload = begin(web.uri(), client, 1000)) {
                web.handle().destroy();
                await().atMost(SOON).until(() -> health(web.uri()) == 503);
                // Its clients come back, to another node.
                events.body().readAllBytes();
                assertThat(web.handle().isAlive()).isTrue();

                upload.getOutputStream().write(new byte[999]);
                upload.getOutputStream().flush();
                assertThat(new BufferedReader(new InputStreamReader(upload.getInputStream(), StandardCharsets.US_ASCII))
                                .readLine())
                        .contains("201");
            }
            web.handle().onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(health(web.uri())).as("nobody answers").isZero();
        }
    }

    /** Starts web so that only what holds its end up forever does so for longer than the test waits. */
    private AppProcess startWeb() {
        Map<String, String> settings = new HashMap<>(SharedStack.cleared().environment());
        settings.put(
                "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE",
                Waits.LIMIT.multipliedBy(2).toString());
        return AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
    }

    /** Uploads a video, and answers with its id. */
    private static String upload(AppProcess web, ApiClient client) throws Exception {
        return client.upload(web.uri(), "Watched", BodyPublishers.ofString("x"))
                .body()
                .replaceAll(".*\"video_id\":\"([^\"]+)\".*", "$1");
    }

    private int health(URI web) throws Exception {
        try {
            return http.send(
                            HttpRequest.newBuilder(web.resolve("/api/health")).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (ConnectException nobody) {
            return 0;
        }
    }

    /** Sends the head and the first byte of an upload, and waits until web is at it. */
    private static Socket begin(URI web, ApiClient client, int length) throws Exception {
        Socket socket = new Socket(web.getHost(), web.getPort());
        OutputStream out = socket.getOutputStream();
        out.write(("POST /api/videos?title=slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + client.token()
                        + "\r\nContent-Type: video/mp4\r\nExpect: 100-continue\r\nContent-Length: " + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        assertThat(in.readLine()).contains("100");
        in.readLine();
        out.write(1);
        out.flush();
        return socket;
    }
}
