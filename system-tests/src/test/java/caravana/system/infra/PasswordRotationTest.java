package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database's password changes under running apps, as RDS changes it every week. */
class PasswordRotationTest {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration JOB = Duration.ofMinutes(1);
    private static final String SECRET = "the-database";

    @TempDir
    private Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile String password = "first";

    @Test
    void appsGoOnWithTheNewPassword() throws Exception {
        HttpServer secrets = secretsManager();
        try (LocalStack stack = LocalStack.start(folder.resolve("stack"))) {
            URI database = URI.create(stack.environment().get("DATABASE_URL"));
            String jdbc = "jdbc:postgresql://127.0.0.1:" + database.getPort() + database.getPath();
            requirePasswords(jdbc);
            rotate(jdbc, "first");

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
                web.awaitReady(START);
                worker.awaitReady(START);
                ApiClient client = ApiClient.signUp(web.uri());
                assertThat(reads).hasValue(2);

                rotate(jdbc, "second");
                closeConnections(jdbc);

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
                client.upload(web, "Rotation", HttpRequest.BodyPublishers.ofString("not a video"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private String status(ApiClient client, URI web, String id) {
        return await().atMost(Duration.ofSeconds(30))
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

    /** The local stack's database trusts everybody on this machine; here it shall ask the apps' user. */
    private void requirePasswords(String jdbc) throws IOException, SQLException {
        Path rules;
        try (Stream<Path> all = Files.walk(folder.resolve("stack"))) {
            rules = all.filter(p -> p.endsWith("pg_hba.conf")).findFirst().orElseThrow();
        }
        Files.writeString(rules, "host all caravana 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        asSuperuser(jdbc, "SELECT pg_reload_conf()");
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try {
                DriverManager.getConnection(jdbc, "caravana", "wrong").close();
                return false;
            } catch (SQLException wrong) {
                return "28P01".equals(wrong.getSQLState());
            }
        });
    }

    private void rotate(String jdbc, String to) throws SQLException {
        asSuperuser(jdbc, "ALTER ROLE caravana PASSWORD '" + to + "'; SELECT 1");
        password = to;
    }

    /** As time does: the pool closes connections after half an hour. */
    private static void closeConnections(String jdbc) throws SQLException {
        asSuperuser(jdbc, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'caravana'");
    }

    private static void asSuperuser(String jdbc, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbc, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            try (ResultSet result = statement.getResultSet()) {
                assertThat(result == null || result.next()).isTrue();
            }
        }
    }
}
