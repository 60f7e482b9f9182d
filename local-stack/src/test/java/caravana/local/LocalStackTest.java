package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(1200)
class LocalStackTest {

    private static final String[] SERVERS = {"postgres", "redis", "sqs", "s3"};

    @TempDir
    static Path sharedData;

    /** For the tests that leave it running. */
    private static LocalStack shared;

    @TempDir
    Path data;

    @BeforeAll
    static void start() {
        shared = LocalStack.start(sharedData);
    }

    @AfterAll
    static void allServersEndWithTheStack() {
        List<ProcessHandle> servers = handles(shared);
        assertThat(servers).allMatch(Liveness::isRunning);

        shared.close();

        assertThat(servers).noneMatch(Liveness::isRunning);
    }

    @Test
    void eachServerAnswers() throws Exception {
        assertThat(handles(shared)).allMatch(Liveness::isRunning);
        try (Connection database = connect(shared);
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_encoding")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("UTF8");
        }
        assertThat(ping(URI.create(shared.environment().get("REDIS_URL")))).endsWith("+PONG\r\n");
        assertThat(preflight(shared, "http://localhost:8080")).isEqualTo(200);
        assertThat(preflight(shared, "http://elsewhere.example")).isEqualTo(403);

        String attributes = sqs(shared, "Action=GetQueueAttributes&AttributeName.1=All", "SQS_QUEUE_URL");
        assertThat(attributes).contains("video-jobs-dlq").contains("maxReceiveCount");
        assertThat(attributes).containsPattern("VisibilityTimeout</Name>\\s*<Value>60<");
    }

    @Test
    void aKilledStackLeavesItsDataAndNoProcess() throws Exception {
        LocalStack killed = LocalStack.start(data);
        List<ProcessHandle> left = handles(killed);
        try (Connection database = connect(killed);
                Statement statement = database.createStatement()) {
            statement.execute("CREATE TABLE kept (word text)");
            statement.execute("INSERT INTO kept VALUES ('still here')");
        }
        sqs(
                killed,
                "Action=SendMessage&MessageBody=" + URLEncoder.encode("still here too", StandardCharsets.UTF_8),
                "SQS_QUEUE_URL");

        killed.launcher().destroyForcibly();
        killed.launcher().onExit().get(10, TimeUnit.MINUTES);
        assertThat(left)
                .as("nothing outlives its launcher")
                .allMatch(p -> Liveness.awaitEnd(p, Duration.ofMinutes(10)));

        try (LocalStack next = LocalStack.start(data)) {
            try (Connection database = connect(next);
                    Statement statement = database.createStatement();
                    ResultSet row = statement.executeQuery("SELECT word FROM kept")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("still here");
            }
            assertThat(sqs(next, "Action=ReceiveMessage&WaitTimeSeconds=5", "SQS_QUEUE_URL"))
                    .contains("still here too");
        }
    }

    @Test
    void aSignalStopsTheServersAndIsNoFailure() throws Exception {
        Process launcher = new ProcessBuilder(
                        ProjectLayout.java(),
                        "-cp",
                        ProjectLayout.classPath(),
                        Main.class.getName(),
                        "servers",
                        "--data",
                        data.toString(),
                        "--free-ports")
                .start();
        List<String> lines = launcher.inputReader()
                .lines()
                .takeWhile(line -> !line.equals(Main.READY))
                .toList();
        List<ProcessHandle> servers = lines.stream()
                .filter(line -> line.startsWith(Main.PID))
                .map(line -> ProcessHandle.of(Long.parseLong(line.substring(line.indexOf('=') + 1)))
                        .orElseThrow())
                .toList();
        assertThat(servers).hasSize(SERVERS.length);

        launcher.destroy();

        assertThat(launcher.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(launcher.exitValue()).isZero();
        assertThat(servers).noneMatch(Liveness::isRunning);
    }

    @Test
    void aKilledServerComesBackWithItsDataOnItsPort() throws Exception {
        try (Connection database = connect(shared);
                Statement statement = database.createStatement()) {
            statement.execute("CREATE TABLE kept (word text)");
            statement.execute("INSERT INTO kept VALUES ('kept')");
        }
        assertThat(sqs(shared, "Action=SendMessage&MessageBody=kept", "SQS_QUEUE_URL"))
                .contains("MessageId");
        for (String name : SERVERS) {
            ProcessHandle killed = shared.server(name);

            shared.kill(name);

            assertThat(Liveness.isRunning(killed)).isFalse();
            assertThat(answers(shared, name)).as(name).isFalse();

            shared.restart(name);

            assertThat(shared.server(name)).isNotEqualTo(killed);
            assertThat(answers(shared, name)).as(name).isTrue();
        }
        try (Connection database = connect(shared);
                Statement statement = database.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT word, current_setting('synchronous_commit') FROM kept")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(2)).isEqualTo("on");
        }
        assertThat(sqs(shared, "Action=ReceiveMessage", "SQS_QUEUE_URL")).contains("kept");
        assertThat(handles(shared)).allMatch(Liveness::isRunning);
    }

    @Test
    void aFrozenServerKeepsItsConnectionsAndAnswersNobody() throws Exception {
        try (Connection before = connect(shared)) {
            before.setNetworkTimeout(Runnable::run, 500);
            shared.freeze("postgres");
            try {
                assertThat(catchThrowable(() -> before.createStatement().executeQuery("SELECT 1")))
                        .hasRootCauseInstanceOf(SocketTimeoutException.class);
            } finally {
                shared.thaw("postgres");
            }
        }
        try (Connection after = connect(shared)) {
            assertThat(after.isValid(600)).isTrue();
        }
    }

    private static boolean answers(LocalStack stack, String name) {
        String variable =
                switch (name) {
                    case "postgres" -> "DATABASE_URL";
                    case "redis" -> "REDIS_URL";
                    case "sqs" -> "AWS_ENDPOINT_URL_SQS";
                    default -> "AWS_ENDPOINT_URL_S3";
                };
        try (Socket socket = new Socket(
                "127.0.0.1", URI.create(stack.environment().get(variable)).getPort())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void oneFolderIsForOneStack() {
        assertThat(catchThrowable(() -> LocalStack.start(sharedData)))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining(
                        "Another local stack (process " + shared.launcher().pid() + ")")
                .hasMessageContaining("CARAVANA_DATA");
    }

    private static List<ProcessHandle> handles(LocalStack stack) {
        return Stream.of(SERVERS).map(stack::server).toList();
    }

    private static Connection connect(LocalStack stack) throws SQLException {
        return DriverManager.getConnection(stack.jdbcUrl());
    }

    private static String ping(URI redis) throws IOException {
        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            String question = "AUTH " + redis.getUserInfo().substring(1) + "\r\nPING\r\nQUIT\r\n";
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).replace("+OK\r\n", "");
        }
    }

    /** What S3 answers a browser that asks whether a page of that origin may put an object. */
    private static int preflight(LocalStack stack, String origin) throws IOException {
        URI s3 = URI.create(stack.environment().get("AWS_ENDPOINT_URL_S3"));
        // Over a plain socket, since the JDK's client sends no Origin.
        try (Socket socket = new Socket(s3.getHost(), s3.getPort())) {
            String request =
                    "OPTIONS /caravana-videos/key HTTP/1.1\r\nHost: " + s3.getAuthority() + "\r\nOrigin: " + origin
                            + "\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type\r\n"
                            + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ")[1]);
        }
    }

    private static String sqs(LocalStack stack, String form, String queue) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(stack.environment().get(queue)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form + "&Version=2012-11-05"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
