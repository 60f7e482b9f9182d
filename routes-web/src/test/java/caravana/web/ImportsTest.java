package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Videos that web fetches, from servers that behave well and badly. */
class ImportsTest extends QuickSweepsTest {

    private static final int PART = 5 * 1024 * 1024;

    private final List<Receiver> servers = new ArrayList<>();
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM imports");
        user = user();
    }

    @AfterEach
    void close() {
        servers.forEach(Receiver::close);
        jdbc.update("DELETE FROM imports");
    }

    private Receiver server(Receiver.Behaviour behaviour) throws Exception {
        Receiver server = new Receiver(behaviour);
        servers.add(server);
        return server;
    }

    private static Receiver.Behaviour file(byte[] file, String... headers) {
        return (call, server) -> send(call, file, file.length, headers);
    }

    /** @param announced bytes; 0 to announce none */
    private static void send(HttpExchange call, byte[] file, long announced, String... headers) throws IOException {
        for (int i = 0; i < headers.length; i += 2) {
            call.getResponseHeaders().set(headers[i], headers[i + 1]);
        }
        call.sendResponseHeaders(200, announced);
        call.getResponseBody().write(file);
    }

    private HttpResponse<String> order(ObjectNode order) throws Exception {
        return user.postJson("/api/videos/import", order.toString());
    }

    private static ObjectNode of(String url) {
        return Api.JSON.createObjectNode().put("url", url).put("title", "t");
    }

    /** Returns the id. */
    private String ordered(ObjectNode order) throws Exception {
        HttpResponse<String> answer = order(order);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = Api.json(answer).path("video_id").asText();
        assertThat(answer.headers().firstValue("Location")).contains("/api/imports/" + id);
        return id;
    }

    private JsonNode shown(String id) throws Exception {
        HttpResponse<String> answer = user.get("/api/imports/" + id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Api.json(answer);
    }

    private JsonNode awaitState(String id, String state) {
        JsonNode reached = await().atMost(Waits.LIMIT)
                .until(() -> shown(id), now -> now.path("state").asText().equals(state) || ended(now));
        assertThat(reached.path("state").asText()).as(reached.toString()).isEqualTo(state);
        return reached;
    }

    private static boolean ended(JsonNode shown) {
        return shown.path("ended_at").isTextual();
    }

    /** That it fails for good at the first try, with nothing left. */
    private void assertFails(String url, String code) throws Exception {
        JsonNode failed = awaitState(ordered(of(url)), "failed");
        assertThat(failed.path("error_code").asText()).as(failed.toString()).isEqualTo(code);
        assertThat(failed.path("attempts").asInt()).isEqualTo(1);
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void aFileIsFetchedByteEqualInPartsAndQueued() throws Exception {
        byte[] file = bytes(2 * PART + 77);
        Receiver server = server(file(file, "Content-Type", "text/html"));
        String id =
                ordered(of(server.url() + "/match.mp4").put("reference", "r-1").put("prioridad", 2));

        JsonNode accepted = awaitState(id, "accepted");
        assertThat(accepted.path("received_bytes").asLong()).isEqualTo(file.length);
        assertThat(accepted.path("ended_at").isTextual()).isTrue();
        assertStored(id, file);
        assertThat(row(id))
                .containsEntry("original_name", "match.mp4")
                .containsEntry("reference", "r-1")
                .containsEntry("priority", 2);
        assertThat(row(id).get("published_at")).isNotNull();
        assertProblem(user.delete("/api/imports/" + id), 409, "import_ended");
        assertThat(user.get("/api/videos/" + id).statusCode()).isEqualTo(200);
    }

    @Test
    void ofUnknownLengthAndWithACheckSumItIsTheSame() throws Exception {
        byte[] file = bytes(1000);
        Receiver server = server((call, receiver) -> send(call, file, 0));
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        String id = ordered(of(server.url()).put("original_sha256", sum));
        awaitState(id, "accepted");
        assertStored(id, file);

        JsonNode other = awaitState(ordered(of(server.url()).put("original_sha256", "0".repeat(64))), "failed");
        assertThat(other.path("error_code").asText()).isEqualTo("checksum_mismatch");
    }

    @Test
    void headersGoToTheNamedServerAloneAndAreStoredEncrypted() throws Exception {
        byte[] file = bytes(1000);
        Receiver other = server(file(file));
        List<String> kept = new CopyOnWriteArrayList<>();
        Receiver first = server((call, receiver) -> {
            kept.add(jdbc.queryForObject("SELECT headers || upload FROM imports", String.class));
            boolean here = call.getRequestURI().getPath().endsWith("/here");
            call.getResponseHeaders().set("Location", here ? other.url() + "#part" : "/here");
            call.sendResponseHeaders(302, -1);
        });
        ObjectNode order = of(first.url());
        order.putObject("headers").put("Authorization", "Bearer secret-of-them").put("User-Agent", "a program");
        String id = ordered(order);

        awaitState(id, "accepted");
        assertThat(kept).hasSize(2).noneMatch(columns -> columns.contains("secret-of-them"));
        assertThat(first.calls())
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.headers()).containsEntry("authorization", "Bearer secret-of-them"));
        assertThat(other.calls()).hasSize(1);
        assertThat(other.calls().get(0).headers())
                .doesNotContainKey("authorization")
                .containsEntry("user-agent", "Caravana-Import/1");
        assertThat(jdbc.queryForObject("SELECT headers FROM imports", String.class))
                .isNull();
        ObjectNode forbidden = of(first.url());
        forbidden.putObject("headers").put("Host", "internal");
        assertProblem(order(forbidden), 400, "invalid_request");
        ObjectNode split = of(first.url());
        split.putObject("headers").put("Cookie", "a\r\nHost: internal");
        assertProblem(order(split), 400, "invalid_request");
    }

    @Test
    void whatIsNoVideoOrTooMuchFailsForGoodAndLeavesNothing() throws Exception {
        Receiver server = server(file("<!DOCTYPE html><title>a page</title>".getBytes(), "Content-Type", "video/mp4"));
        assertFails(server.url(), "not_a_video");
        server.become(file(new byte[0]));
        assertFails(server.url(), "not_a_video");
        server.become(file(bytes(100), "Content-Encoding", "gzip"));
        assertFails(server.url(), "content_encoding_unsupported");
        server.become(Receiver.status(404));
        assertFails(server.url(), "source_refused");
        server.become((call, receiver) -> call.sendResponseHeaders(200, 1L << 50));
        assertFails(server.url(), "too_large");
        server.become(Receiver.status(302, "Location", "/hook"));
        assertFails(server.url(), "too_many_redirects");
        server.become(Receiver.status(302));
        assertFails(server.url(), "url_invalid");
        assertThat(Api.json(user.get("/api/events")).path("events"))
                .allSatisfy(event -> assertThat(event.path("type").asText()).isEqualTo("import.failed"))
                .hasSize(7);
    }

    @Test
    void redirectsInwardAreRefused() throws Exception {
        Receiver server = server(Receiver.status(500));
        for (String inward : List.of(
                "http://10.0.0.1/",
                "http://169.254.169.254/latest/meta-data",
                "http://[::ffff:10.0.0.1]/",
                "http://[fe80::1]/",
                "//192.168.0.1/x")) {
            server.become(Receiver.status(307, "Location", inward));
            assertFails(server.url(), "address_refused");
        }
        server.become(Receiver.status(307, "Location", "file:///etc/passwd"));
        assertFails(server.url(), "url_scheme");
        server.become(Receiver.status(307, "Location", "http://u:p@127.0.0.1/"));
        assertFails(server.url(), "url_credentials");
        for (String[] wrong : new String[][] {
            {"ftp://127.0.0.1/", "url_scheme"},
            {"https://u:p@127.0.0.1/", "url_credentials"},
            {"https://10.0.0.1/", "address_refused"},
            {"https://2130706433/", "url_invalid"},
            {"https://nobody.invalid/", "host_unknown"}
        }) {
            assertProblem(order(of(wrong[0])), 400, wrong[1]);
        }
    }

    @Test
    void whatMayPassIsTriedAgainAndAFileThatEndsEarlyIsNotAccepted() throws Exception {
        byte[] file = bytes(PART + 1000);
        Receiver server = server((call, receiver) -> {
            boolean cut = receiver.calls().size() < 3;
            // More than a part, and less than announced.
            send(call, file, cut ? file.length + 1 : file.length);
        });
        String id = ordered(of(server.url()));
        assertThat(awaitState(id, "accepted").path("attempts").asInt()).isEqualTo(3);
        assertStored(id, file);

        server.become(Receiver.status(503));
        JsonNode failed = awaitState(ordered(of(server.url())), "failed");
        assertThat(failed.path("error_code").asText()).isEqualTo("source_refused");
        assertThat(failed.path("attempts").asInt()).isEqualTo(5);
    }

    @Test
    void oneWhoseNodeIsGoneIsFetchedAgainAndTheOldTryCannotEndIt() throws Exception {
        byte[] file = bytes(1000);
        Receiver server = server(Receiver.hang());
        String id = ordered(of(server.url()));
        awaitState(id, "running");
        // Somebody else has taken it over, and is gone as well.
        jdbc.update(
                "UPDATE imports SET claim_token = CAST(? AS uuid), due_at = now() - interval '1 second'",
                UUID.randomUUID().toString());
        server.become(file(file));

        assertThat(awaitState(id, "accepted").path("attempts").asInt()).isEqualTo(2);
        assertThat(server.calls()).hasSize(2);
        assertStored(id, file);
    }

    @Test
    void oneThatNeverEndsIsCancelled() throws Exception {
        Receiver server = server(Receiver.drip(200));
        String id = ordered(of(server.url()));
        await().atMost(Waits.LIMIT).until(() -> shown(id).path("received_bytes").asLong() > 0);
        assertThat(user.delete("/api/imports/" + id).statusCode()).isEqualTo(204);
        assertThat(shown(id).path("state").asText()).isEqualTo("cancelled");
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
        await().atMost(Waits.LIMIT).until(() -> !isFetching());
        assertProblem(user().get("/api/imports/" + id), 404, "not_found");
    }

    /** Whether this node reads from a server. */
    private static boolean isFetching() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().endsWith(".ImportCall"));
    }

    @Test
    void anAccountHasTwoAtOnceAndOthersGoOn() throws Exception {
        Receiver hanging = server(Receiver.hang());
        for (int i = 0; i < 3; i++) {
            ordered(of(hanging.url() + i));
        }
        await().atMost(Waits.LIMIT).until(() -> hanging.calls().size() == 2);
        Receiver server = server(file(bytes(1000)));
        Api first = user;
        user = user();
        awaitState(ordered(of(server.url())), "accepted");
        assertThat(hanging.calls()).hasSize(2);
        user = first;
        assertThat(jdbc.queryForList("SELECT video_id::text FROM imports WHERE import_state = 'waiting'", String.class))
                .hasSize(3);
        for (String id :
                jdbc.queryForList("SELECT video_id::text FROM imports WHERE import_state = 'waiting'", String.class)) {
            assertThat(user.delete("/api/imports/" + id).statusCode()).isEqualTo(204);
        }
    }

    @Test
    void aRepetitionLeadsToTheSameImport() throws Exception {
        Receiver server = server(file(bytes(1000)));
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = keyed(of(server.url()));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            assertThat(answer.headers().firstValue("Idempotency-Replayed").isPresent())
                    .isEqualTo(i == 1);
            ids.add(Api.json(answer).path("video_id").asText());
        }
        assertThat(ids).hasSize(1);
        assertProblem(keyed(of(server.url() + "/other")), 409, "idempotency_mismatch");
        awaitState(ids.iterator().next(), "accepted");
    }

    private HttpResponse<String> keyed(ObjectNode order) throws Exception {
        return user.send(user.request("/api/videos/import")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "once")
                .POST(BodyPublishers.ofString(order.toString())));
    }
}
