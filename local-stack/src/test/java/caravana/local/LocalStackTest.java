package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalStackTest {

    private static final String[] SERVERS = {"postgres", "redis", "sqs", "s3"};

    @TempDir
    Path data;

    @Test
    void theQueueRedrivesToItsDeadLettersAndAllEndsWithTheStack() throws Exception {
        List<ProcessHandle> servers;
        try (LocalStack stack = LocalStack.start(data)) {
            servers = handles(stack);
            assertThat(servers).allMatch(Liveness::isRunning);

            String attributes = sqs(stack, "Action=GetQueueAttributes&AttributeName.1=All", "SQS_QUEUE_URL");
            assertThat(attributes).contains("video-jobs-dlq").contains("maxReceiveCount");
            assertThat(attributes).containsPattern("VisibilityTimeout</Name>\\s*<Value>60<");
        }
        assertThat(servers).noneMatch(Liveness::isRunning);
    }

    @Test
    void whatAKilledStackLeftIsEndedAndItsDataIsThere() throws Exception {
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
        killed.launcher().onExit().get(10, TimeUnit.SECONDS);

        try (LocalStack next = LocalStack.start(data)) {
            assertThat(left).noneMatch(Liveness::isRunning);
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
    void oneFolderIsForOneStack() {
        try (LocalStack stack = LocalStack.start(data)) {
            assertThat(catchThrowable(() -> LocalStack.start(data)))
                    .isInstanceOf(LocalStackException.class)
                    .hasMessageContaining(
                            "Another local stack (process " + stack.launcher().pid() + ")")
                    .hasMessageContaining("CARAVANA_DATA");
        }
    }

    private static List<ProcessHandle> handles(LocalStack stack) {
        return Stream.of(SERVERS).map(stack::server).toList();
    }

    private static Connection connect(LocalStack stack) throws SQLException {
        String url = stack.environment().get("DATABASE_URL");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + url.substring(url.indexOf('@') + 1), "caravana", "caravana");
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
