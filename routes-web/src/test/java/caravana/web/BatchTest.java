package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several calls in one: each as its own call, and each alone. */
class BatchTest extends QuickSweepsTest {

    private final ArrayNode operations = Api.JSON.createArrayNode();
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM imports");
        user = user();
    }

    @AfterEach
    void forget() {
        jdbc.update("DELETE FROM imports");
    }

    private static ObjectNode of(String action, String video) {
        return Api.JSON.createObjectNode().put("action", action).put("video_id", video);
    }

    private static ObjectNode imported(String url) {
        ObjectNode operation = Api.JSON.createObjectNode().put("action", "import");
        operation.putObject("order").put("url", url).put("title", "t");
        return operation;
    }

    private HttpResponse<String> send(Api caller) throws Exception {
        return caller.postJson(
                "/api/videos/batch",
                Api.JSON.createObjectNode().set("operations", operations).toString());
    }

    /** The answer's lines, each of which is one as the contract has it. */
    private List<JsonNode> run(Api caller) throws Exception {
        HttpResponse<String> answer = send(caller);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(answer.body()).endsWith("\n");
        List<JsonNode> lines = new ArrayList<>();
        for (String line : answer.body().split("\n")) {
            JsonNode result = Api.JSON.readTree(line);
            assertThat(result.path("index").asInt()).isEqualTo(lines.size());
            assertThat(result.has("problem"))
                    .as(line)
                    .isEqualTo(result.path("status").asInt() >= 400);
            assertThat(result.has("body")).as(line).isNotEqualTo(result.has("problem"));
            assertThat(result.path("problem")
                            .path("status")
                            .asInt(result.path("status").asInt()))
                    .isEqualTo(result.path("status").asInt());
            lines.add(result);
        }
        return lines;
    }

    private static String shown(JsonNode result) {
        return result.path("status").asInt() + " "
                + result.path("problem").path("code").asText();
    }

    @Test
    void eachIsMadeAsItsOwnCall() throws Exception {
        String failed = uploaded(user);
        set(failed, "status = 'failed', failed_at = now(), error_code = 'x', retryable = true");
        String unwanted = uploaded(user);
        try (Receiver server = new Receiver((call, receiver) -> {
            byte[] file = bytes(1000);
            call.sendResponseHeaders(200, file.length);
            call.getResponseBody().write(file);
        })) {
            operations.add(of("retry", failed));
            operations.add(imported(server.url()));
            operations.add(of("delete", unwanted));
            // As its own call would: the video is gone by then.
            operations.add(of("delete", unwanted));

            List<JsonNode> results = run(user);

            assertThat(results).extracting(BatchTest::shown).containsExactly("200 ", "202 ", "200 ", "404 not_found");
            assertThat(results.get(0).at("/body/video_id").asText()).isEqualTo(failed);
            assertThat(results.get(2).at("/body/video_id").asText()).isEqualTo(unwanted);
            assertThat(row(failed)).containsEntry("status", "uploaded");
            assertThat(user.get("/api/videos/" + unwanted).statusCode()).isEqualTo(404);
            String id = results.get(1).at("/body/video_id").asText();
            await().atMost(Waits.LIMIT)
                    .until(() -> Api.json(user.get("/api/imports/" + id))
                            .path("state")
                            .asText()
                            .equals("accepted"));
        }
    }

    @Test
    void aBadOneIsRefusedAloneWithItsReason() throws Exception {
        String video = uploaded(user);
        String others = uploaded(user());
        operations.add(5);
        operations.addNull();
        operations.addObject();
        operations.add(of("cancel", video));
        operations.add(of("retry", video));
        operations.add(of("delete", others));
        operations.add(of("delete", UUID.randomUUID().toString()));
        operations.add(of("delete", "../" + others));
        operations.add(of("delete", video).put("order", "x"));
        operations.add(imported("https://10.0.0.1/"));
        operations.add(imported("http://127.0.0.1:1/\u0000"));
        operations.addObject().put("action", "import");
        ObjectNode unknown = imported("http://127.0.0.1:1/");
        ((ObjectNode) unknown.path("order")).put("colour", "blue");
        operations.add(unknown);
        operations.add(imported("http://127.0.0.1:1/").put("idempotency_key", 5));
        ObjectNode urgent = imported("http://127.0.0.1:1/");
        ((ObjectNode) urgent.path("order")).put("prioridad", 5);
        operations.add(urgent);
        operations.addObject().put("action", "delete").put("video_id", BigInteger.TEN.pow(35));
        operations.add(of("delete", video));

        List<JsonNode> results = run(user);

        assertThat(results)
                .extracting(BatchTest::shown)
                .containsExactly(
                        "400 invalid_request",
                        "400 invalid_request",
                        "400 invalid_request",
                        "400 invalid_request",
                        "409 not_retryable",
                        "403 not_owner",
                        "404 not_found",
                        "400 invalid_request",
                        "400 invalid_request",
                        "400 address_refused",
                        "400 invalid_request",
                        "400 invalid_request",
                        "400 invalid_request",
                        "400 invalid_request",
                        "403 forbidden",
                        "400 invalid_request",
                        "200 ");
        assertThat(results.get(12).at("/problem/detail").asText()).contains("colour");
        assertThat(jdbc.queryForObject("SELECT count(*) FROM imports", Integer.class))
                .isZero();
        assertThat(jdbc.queryForList("SELECT status FROM videos WHERE id = CAST(? AS uuid)", String.class, others))
                .containsExactly("uploaded");
    }

    @Test
    void aRepetitionWithTheSameKeysMakesNoSecondImport() throws Exception {
        operations.add(imported("http://127.0.0.1:1/").put("idempotency_key", "first"));
        operations.add(imported("http://127.0.0.1:1/").put("idempotency_key", "second"));
        List<JsonNode> once = run(user);
        List<JsonNode> twice = run(user);
        assertThat(twice)
                .extracting(result -> result.at("/body/video_id").asText())
                .containsExactlyElementsOf(once.stream()
                        .map(result -> result.at("/body/video_id").asText())
                        .toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void aBodyThatIsNoListOfOperationsIsRefusedAsAWhole() throws Exception {
        String video = uploaded(user);
        for (String body : List.of(
                "",
                "[]",
                "{",
                "{\"operations\": 1}",
                "{\"operations\": []}",
                "{}",
                "{\"operations\": [{\"action\": \"delete\", \"video_id\": \"" + video + "\"}], \"atomic\": true}",
                "{\"operations\": [{\"action\": \"delete\", \"video_id\": \"" + video + "\"}]} x")) {
            assertProblem(user.postJson("/api/videos/batch", body), 400, "invalid_request");
        }
        IntStream.range(0, 101).forEach(i -> operations.add(of("delete", video)));
        HttpResponse<String> tooMany = send(user);
        assertProblem(tooMany, 422, "too_many_operations");
        assertThat(Api.json(tooMany).path("detail").asText()).contains("101").contains("100");
        assertProblem(user.postJson("/api/videos/batch", " ".repeat(1024 * 1024) + "{}"), 413, "too_large");
        assertThat(row(video)).containsEntry("status", "uploaded");

        operations.remove(100);
        assertThat(run(user)).hasSize(100).first().extracting(BatchTest::shown).isEqualTo("200 ");
    }

    @Test
    void anAnswerThatTheClientDoesNotTakeIsRefusedBeforeAnythingIsDone() throws Exception {
        String video = uploaded(user);
        operations.add(of("delete", video));
        for (String accept : List.of("application/json", "text/html, image/*", "application/x-ndjson;q=0")) {
            HttpResponse<String> refused = accepting(accept);
            assertProblem(refused, 406, "not_acceptable");
            assertThat(Api.json(refused).path("detail").asText()).contains("application/x-ndjson");
        }
        assertThat(row(video)).containsEntry("status", "uploaded");
        assertThat(accepting("text/html, application/*;q=0.5").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> accepting(String accept) throws Exception {
        return user.send(user.request("/api/videos/batch")
                .header("Content-Type", "application/json")
                .header("Accept", accept)
                .POST(BodyPublishers.ofString(Api.JSON
                        .createObjectNode()
                        .set("operations", operations)
                        .toString())));
    }

    @Test
    void aKeyNeedsTheScopeOfTheCallsAndThatOfAPriority() throws Exception {
        operations.add(of("delete", uploaded(user)));
        ObjectNode urgent = imported("http://127.0.0.1:1/");
        ((ObjectNode) urgent.path("order")).put("prioridad", 1);
        operations.add(urgent);
        assertProblem(send(api().with(ApiKeysTest.key(user, "videos:read"))), 403, "insufficient_scope");
        assertThat(run(api().with(ApiKeysTest.key(user, "videos:write"))))
                .extracting(BatchTest::shown)
                .containsExactly("200 ", "403 insufficient_scope");
    }
}
