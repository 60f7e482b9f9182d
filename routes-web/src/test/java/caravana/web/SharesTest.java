package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What users and operators say of an account's place in the queue. */
class SharesTest extends WebTest {

    private Api operator() throws Exception {
        return api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
    }

    private Object priority(HttpResponse<String> accepted) throws Exception {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        return row(Api.json(accepted).path("video_id").asText()).get("priority");
    }

    private static HttpResponse<String> put(Api caller, String path, String body) throws Exception {
        return caller.send(
                caller.request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    @Test
    void everyWayTakesAPriority() throws Exception {
        Api user = user();
        assertThat(priority(user.send(user.raw("?title=t", bytes(10))))).isEqualTo(3);
        assertThat(priority(user.send(user.raw("?title=t&prioridad=1", bytes(10)))))
                .isEqualTo(1);
        assertThat(priority(user.send(user.form(new Form()
                        .field("title", "t")
                        .field("prioridad", "2")
                        .file("video_file", "a.mp4", bytes(10))))))
                .isEqualTo(2);
        TusClient tus = new TusClient(user);
        String open = Api.json(tus.send(tus.creation(10)
                        .setHeader(
                                "Upload-Metadata",
                                TusClient.metadata("title", "t", "filename", "a.mp4", "prioridad", "1"))))
                .path("video_id")
                .asText();
        assertThat(tus.patch(open, bytes(10), 0, 10).statusCode()).isEqualTo(204);
        assertThat(row(open).get("priority")).isEqualTo(1);
    }

    @Test
    void whatOnlyOperatorsMayAskForIsRefusedBeforeTheFileIsRead() throws Exception {
        Api user = user();
        for (String urgent : List.of("4", "5")) {
            HttpResponse<String> refused = user.send(user.raw("?title=t&prioridad=" + urgent, bytes(10)));
            assertProblem(refused, 403, "forbidden");
            assertThat(Api.json(refused).path("detail").asText())
                    .isEqualTo("prioridad is " + urgent
                            + ", which only operators may send. Send 1, 2 or 3, or leave it out.");
        }
        for (String wrong : List.of("0", "6", "high", "1.5", "")) {
            assertProblem(user.send(user.raw("?title=t&prioridad=" + wrong, bytes(10))), 400, "invalid_request");
        }
        assertProblem(
                user.send(user.form(new Form()
                        .field("title", "t")
                        .field("prioridad", "1")
                        .field("prioridad", "2")
                        .file("video_file", "a.mp4", bytes(10)))),
                400,
                "invalid_request");
        Api operator = operator();
        assertThat(priority(operator.send(operator.raw("?title=t&prioridad=5", bytes(10)))))
                .isEqualTo(5);
    }

    /** A key without the scope asks for the ordinary priority alone; one with it asks for what its account may. */
    @Test
    void aKeyNeedsAScopeForAPriority() throws Exception {
        Api owner = user();
        Api plain = api().with(ApiKeysTest.key(owner, "videos:write"));
        for (String other : List.of("1", "2", "4", "5")) {
            for (HttpResponse<String> refused : List.of(
                    plain.send(plain.raw("?title=t&prioridad=" + other, bytes(10))),
                    plain.upload(new Form()
                            .field("title", "t")
                            .field("prioridad", other)
                            .file("video_file", "a.mp4", bytes(10))),
                    plain.postJson(
                            "/api/videos/import",
                            "{\"url\": \"http://127.0.0.1:1/\", \"prioridad\": " + other + "}"))) {
                assertProblem(refused, 403, "insufficient_scope");
                assertThat(refused.headers().firstValue("WWW-Authenticate"))
                        .hasValue("Bearer realm=\"caravana\", error=\"insufficient_scope\", scope=\"videos:priority\"");
            }
        }
        assertThat(priority(plain.send(plain.raw("?title=t&prioridad=3", bytes(10)))))
                .isEqualTo(3);

        Api urgent = api().with(ApiKeysTest.key(owner, "videos:write", "videos:priority"));
        assertThat(priority(urgent.send(urgent.raw("?title=t&prioridad=1", bytes(10)))))
                .isEqualTo(1);
        HttpResponse<String> refused = urgent.send(urgent.raw("?title=t&prioridad=4", bytes(10)));
        assertProblem(refused, 403, "forbidden");
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isEmpty();

        Api operator = operator();
        Api ofOperator = api().with(ApiKeysTest.key(operator, "videos:write", "videos:priority"));
        assertThat(priority(ofOperator.send(ofOperator.raw("?title=t&prioridad=5", bytes(10)))))
                .isEqualTo(5);
        Api operators = api().with(ApiKeysTest.key(operator, "videos:write", "operator"));
        assertProblem(operators.send(operators.raw("?title=t&prioridad=5", bytes(10))), 403, "insufficient_scope");
    }

    @Test
    void anOperatorSeesTheAccountsThatCompete() throws Exception {
        Api operator = operator();
        Api user = user();
        uploaded(user);
        set(uploaded(user), "status = 'processing', claim_token = gen_random_uuid(), lease_until = now()");

        HttpResponse<String> accounts = operator.get("/api/ops/shares");

        assertThat(Api.violations(accounts, accounts.body())).isEmpty();
        String id = user.subject();
        JsonNode account = StreamSupport.stream(Api.json(accounts).path("items").spliterator(), false)
                .filter(item -> item.path("account_id").asText().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(account.path("email").asText()).contains("@");
        assertThat(account.path("waiting").asInt()).isEqualTo(1);
        assertThat(account.path("running").asInt()).isEqualTo(1);
        assertThat(account.path("waiting_seconds").asDouble()).isPositive();
        assertThat(account.path("ahead_seconds").asDouble()).isPositive();
        JsonNode queue = Api.json(operator.get("/api/ops/queue"));
        assertThat(queue.path("work_seconds").asDouble())
                .isGreaterThanOrEqualTo(account.path("waiting_seconds").asDouble());
        assertProblem(user.get("/api/ops/shares"), 403, "forbidden");
    }

    @Test
    void anOperatorGivesAnAccountAnotherShare() throws Exception {
        Api user = user();
        Api operator = operator();
        String path = "/api/ops/accounts/" + user.subject() + "/limits";
        HttpResponse<String> usual = operator.get(path);
        assertThat(Api.violations(usual, usual.body())).isEmpty();
        assertThat(usual.body())
                .isEqualTo("{\"account_id\":\"" + user.subject()
                        + "\",\"weight\":1.0,\"at_once\":null,\"waiting\":0,\"running\":0}");
        uploaded(user);

        HttpResponse<String> given =
                put(operator, path, "{\"weight\": 2.5, \"at_once\": 4, \"reason\": \"by contract\"}");

        assertThat(Api.violations(given, given.body())).isEmpty();
        JsonNode limits = Api.json(given);
        assertThat(limits.path("weight").asDouble()).isEqualTo(2.5);
        assertThat(limits.path("at_once").asInt()).isEqualTo(4);
        assertThat(limits.path("waiting").asInt()).isEqualTo(1);
        JsonNode act = Api.json(operator.get("/api/ops/audit")).at("/items/0");
        assertThat(act.path("act").asText()).isEqualTo("quota");
        assertThat(act.path("detail").asText()).isEqualTo(user.subject() + ": weight 2.5, at_once 4: by contract");

        assertThat(Api.json(put(operator, path, "{\"reason\": \"it is over\"}"))
                        .path("weight")
                        .asDouble())
                .isEqualTo(1);
        for (String wrong : List.of("\"weight\": 0", "\"weight\": 101", "\"at_once\": 0", "\"at_once\": 1.5")) {
            assertProblem(put(operator, path, "{" + wrong + ", \"reason\": \"none\"}"), 400, "invalid_request");
        }
        for (String nobody : List.of("x", UUID.randomUUID().toString())) {
            String other = "/api/ops/accounts/" + nobody + "/limits";
            assertProblem(operator.get(other), 404, "not_found");
            assertProblem(put(operator, other, "{\"reason\": \"none\"}"), 404, "not_found");
        }
        assertProblem(put(user, path, "{\"reason\": \"mine\"}"), 403, "forbidden");
    }
}
