package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database's password changes under running apps, as RDS changes it every week. */
@SampledClass(turn = 1)
class PasswordRotationTest {

    private static final Duration JOB = Waits.LIMIT;
    private static final String SECRET = "the-database";

    @TempDir
    private Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile String password = "first";

    @Test
    void appsGoOnWithTheNewPassword() throws Exception {
        HttpServer secrets = secretsManager();
        try (LocalStack stack = LocalStack.start(folder.resolve("stack"));
                Connection connection = DriverManager.getConnection(stack.jdbcUrl())) {
            URI database = URI.create(stack.environment().get("DATABASE_URL"));
            rotate(connection, "first");

            Map<String, String> settings = new HashMap<>(stack.environment());
            settings.put("DATABASE_URL", "postgresql://127.0.0.1:" + database.getPort() + database.getPath());
            settings.put("DATABASE_SECRET_ID", SECRET);
            // The SDK's own variable.
            settings.put(
                    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                    "http://127.0.0.1:" + secrets.getAddress().getPort());
            settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
            try (AppProcess web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
                    AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"))) {
                web.awaitReady();
                worker.awaitReady();
                ApiClient client = ApiClient.signUp(web.uri());
                assertThat(reads).hasValue(2);

                rotate(connection, "second");
                closeOthers(connection);

                // A refused file is a whole job: both apps write.
                await().atMost(JOB)
                        .ignoreExceptions()
                        .until(() -> status(client, web.uri(), upload(client, web.uri())), "failed"::equals);
                assertThat(reads).hasValue(4);
                System.out.println(
                        "RESULT name=password-rotation value=2 unit=apps-that-read-it-again target=2 verdict=pass");
            }
        } finally {
            secrets.stop(0);
        }
    }

    private String upload(ApiClient client, URI web) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.upload(web, "Rotation", HttpRequest.BodyPublishers.ofString("not\0a video"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private String status(ApiClient client, URI web, String id) {
        return await().atMost(JOB)
                .until(
                        () -> json.readTree(client.get(web.resolve("/api/videos/" + id))
                                        .body())
                                .path("status")
                                .asText(),
                        s -> s.equals("failed") || s.equals("processed"));
    }

    /** Answers GetSecretValue, as Secrets Manager does. */
    private HttpServer secretsManager() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(asked).contains(SECRET);
            reads.incrementAndGet();
            String value = json.writeValueAsString(Map.of("username", "caravana", "password", password));
            byte[] body = json.writeValueAsBytes(Map.of("Name", SECRET, "SecretString", value));
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** A role may change its own password. */
    private void rotate(Connection connection, String to) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER ROLE caravana PASSWORD '" + to + "'");
        }
        password = to;
    }

    /** As time does: the pool closes connections after half an hour. */
    private static void closeOthers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE usename = 'caravana' AND pid <> pg_backend_pid()");
        }
    }
}
