package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.local.LocalStack;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** S3 or the database killed while an upload in pieces, or one directly to S3, is on its way: what has arrived stays, and goes on. */
@SampledClass(turn = 3)
class UploadFaultsTest extends QuickSweepsTest {

    private static final int PART = DirectClient.PART;

    private final LocalStack stack = WebFixture.STACK;

    @Autowired
    private DataSource database;

    private Api user;
    private TusClient tus;
    private DirectClient direct;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM uploads");
        user = user();
        tus = new TusClient(user);
        direct = new DirectClient(user);
    }

    /** Whatever happened, no upload is open, and the bucket is as the rows say. */
    @AfterEach
    void nothingIsLeft() {
        await().atMost(Waits.LIMIT).ignoreExceptions().untilAsserted(() -> {
            assertBucketIsAsTheRowsSay();
            assertThat(jdbc.queryForObject("SELECT count(*) FROM upload_parts", Integer.class))
                    .isZero();
        });
    }

    @Test
    void withoutS3InAPartTheUploadGoesOnWhereItWas() throws Exception {
        byte[] file = bytes(2 * PART + 4711);
        String id = tus.create(file.length);
        try (Wire wire = new Wire(port)) {
            wire.send(tus.onTheWire(id, 0, file.length)).send(Arrays.copyOf(file, PART + 1000));
            awaitOffset(id, PART);
            // It takes the part's bytes, and does not answer.
            stack.freeze("s3");
            wire.send(Arrays.copyOfRange(file, PART + 1000, file.length));
            await().atMost(Waits.LIMIT)
                    .until(() ->
                            jdbc.queryForObject("SELECT part FROM uploads WHERE ended IS NULL", Integer.class) == 2);
            stack.kill("s3");
            try {
                assertUnavailable(wire.answer());
                assertThat(tus.offset(id)).as("of what S3 has").isEqualTo(PART);
                assertProblem(tus.patch(id, file, PART, file.length), 503, "unavailable");
            } finally {
                stack.restart("s3");
            }
        }

        sendRest(id, file);

        assertStored(id, file);
        passed("s3-killed-in-a-part", "pieces");
    }

    private void awaitOffset(String id, long offset) {
        await().atMost(Waits.LIMIT).until(() -> tus.offset(id) == offset);
    }

    /** As a client does whose answer was 503. */
    private void sendRest(String id, byte[] file) {
        await().atMost(Waits.LIMIT).until(() -> {
            HttpResponse<String> head = tus.head(id);
            return head.statusCode() == 200
                    && tus.patch(id, file, (int) TusClient.offset(head), file.length)
                                    .statusCode()
                            == 204;
        });
    }

    private static void assertUnavailable(Wire.Answer answer) throws IOException {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.problemCode()).isEqualTo("unavailable");
        assertThat(answer.headers()).containsKey("retry-after");
    }

    private static void passed(String fault, String way) {
        System.out.printf("RESULT name=upload-fault value=%s way=%s lost=0 left=0 verdict=pass%n", fault, way);
    }

    @Test
    void withoutS3InAPartTheClientSendsThatPartAgain() throws Exception {
        byte[] file = bytes(PART + 4711);
        String id = direct.create(file.length);
        String tail = direct.put(id, 2, file);
        URI address = URI.create(Api.json(direct.sign(id, 1)).path("url").asText());
        try (Socket part = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
            part.getOutputStream()
                    .write(("PUT " + address.getRawPath() + "?" + address.getRawQuery() + " HTTP/1.1\r\nHost: "
                                    + address.getAuthority() + "\r\nContent-Length: " + PART + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            part.getOutputStream().write(file, 0, PART / 2);
            stack.kill("s3");
            try {
                assertThatThrownBy(() -> direct.put(id, 1, file)).isInstanceOf(IOException.class);
                ArrayNode claimed = DirectClient.add(DirectClient.add(Api.JSON.createArrayNode(), 1, tail), 2, tail);
                assertProblem(direct.complete(id, claimed), 503, "unavailable");
            } finally {
                stack.restart("s3");
            }
        }

        ArrayNode parts =
                DirectClient.add(DirectClient.add(Api.JSON.createArrayNode(), 1, direct.put(id, 1, file)), 2, tail);

        await().atMost(Waits.LIMIT).until(() -> direct.complete(id, parts).statusCode() == 200);
        assertStored(id, file);
        passed("s3-killed-in-a-part", "direct");
    }

    @Test
    void withoutTheDatabaseForTheLastPartItIsSentAgain() throws Exception {
        byte[] file = bytes(PART + 4711);
        String id = tus.create(file.length);
        try (Wire wire = new Wire(port)) {
            wire.send(tus.onTheWire(id, 0, file.length)).send(Arrays.copyOf(file, file.length - 1));
            awaitOffset(id, PART);
            stack.kill("postgres");
            try {
                wire.send(Arrays.copyOfRange(file, file.length - 1, file.length));
                assertUnavailable(wire.answer());
            } finally {
                stack.restart("postgres");
            }
        }

        sendRest(id, file);

        assertStored(id, file);
        passed("database-killed-at-the-last-part", "pieces");
    }

    @Test
    void withoutTheDatabaseForTheCompletionItIsAskedForAgain() throws Exception {
        byte[] file = bytes(PART + 4711);
        String id = direct.create(file.length);
        ArrayNode parts = direct.putAll(id, file);
        stack.kill("postgres");
        try {
            assertProblem(direct.complete(id, parts), 503, "unavailable");
        } finally {
            stack.restart("postgres");
        }

        await().atMost(Waits.LIMIT).until(() -> direct.complete(id, parts).statusCode() == 200);

        assertStored(id, file);
        passed("database-killed-at-completion", "direct");
    }

    /** S3 has the whole file, and the row is about to say so. */
    @Test
    void withoutTheDatabaseBetweenTheLastPartAndTheRowTheVideoIsAcceptedLater() throws Exception {
        byte[] file = bytes(PART + 4711);
        String pieces = tus.create(file.length);
        String parts = direct.create(file.length);
        ArrayNode sent = direct.putAll(parts, file);
        jdbc.execute("CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(23); RETURN NEW; END $$");
        jdbc.execute("CREATE TRIGGER wait_for_test BEFORE UPDATE ON videos FOR EACH ROW"
                + " WHEN (NEW.status = 'uploaded' AND OLD.status = 'receiving') EXECUTE FUNCTION wait_for_test()");
        CompletableFuture<HttpResponse<String>> last;
        CompletableFuture<HttpResponse<String>> completed;
        try (Connection held = database.getConnection();
                Statement lock = held.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(23)");
            last = CompletableFuture.supplyAsync(() -> answer(() -> tus.patch(pieces, file, 0, file.length)));
            completed = CompletableFuture.supplyAsync(() -> answer(() -> direct.complete(parts, sent)));
            await().atMost(Waits.LIMIT)
                    .until(() -> jdbc.queryForObject(
                                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                                    Integer.class)
                            == 2);
            assertThat(objects()).hasSize(2);
            assertThat(count("receiving")).isEqualTo(2);
            stack.kill("postgres");
        } finally {
            stack.restart("postgres");
            await().atMost(Waits.LIMIT).ignoreExceptions().until(() -> {
                jdbc.execute("DROP FUNCTION wait_for_test CASCADE");
                return true;
            });
        }
        assertProblem(last.get(), 503, "unavailable");
        assertProblem(completed.get(), 503, "unavailable");
        await().atMost(Waits.LIMIT).until(() -> TusClient.offset(tus.head(pieces)) == file.length);
        // As after a minute.
        jdbc.update("UPDATE uploads SET finishing_until = now() - interval '1 second' WHERE ended IS NULL");

        await().atMost(Waits.LIMIT).until(() -> count("uploaded") == 2);

        assertThat(direct.complete(parts, sent).statusCode()).as("once more").isEqualTo(200);
        await().atMost(Waits.LIMIT).untilAsserted(() -> {
            assertStored(pieces, file);
            assertStored(parts, file);
        });
        passed("database-killed-before-the-row", "pieces,direct");
    }

    private interface Call {
        HttpResponse<String> send() throws Exception;
    }

    private static HttpResponse<String> answer(Call call) {
        try {
            return call.send();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
