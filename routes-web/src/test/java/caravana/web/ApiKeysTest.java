package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import caravana.web.caller.KeyText;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** API keys: what they let programs do, what they never do, and their end. */
@ExtendWith(OutputCaptureExtension.class)
class ApiKeysTest extends QuickSweepsTest {

    private static final Duration SOON = Waits.LIMIT;

    private static final List<String> SCOPES =
            List.of("videos:read", "videos:write", "videos:priority", "webhooks", "operator");

    private Api owner;

    @BeforeEach
    void signUp() throws Exception {
        owner = user();
    }

    private static ObjectNode wanted(String... scopes) {
        ObjectNode wanted = Api.JSON.createObjectNode().put("name", "a program");
        for (String scope : scopes) {
            wanted.withArray("scopes").add(scope);
        }
        return wanted;
    }

    private static JsonNode created(Api account, ObjectNode wanted) throws Exception {
        HttpResponse<String> answer = account.postJson("/api/keys", wanted.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        return Api.json(answer);
    }

    /** A new key's text. */
    static String key(Api account, String... scopes) throws Exception {
        return created(account, wanted(scopes)).path("key").asText();
    }

    private Api operator() throws Exception {
        return api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
    }

    @Test
    void aKeyIsShownOnceAndItsHashAloneIsStored() throws Exception {
        JsonNode created = created(owner, wanted("videos:read"));
        String key = created.path("key").asText();

        assertThat(key).startsWith(created.path("prefix").asText());
        JsonNode listed = Api.json(owner.get("/api/keys"));
        assertThat(listed.toString()).doesNotContain(key);
        assertThat(listed.path("keys")).hasSize(1);
        assertThat(listed.at("/keys/0/id")).isEqualTo(created.path("id"));
        assertThat(listed.at("/keys/0/last_used_at").isNull()).isTrue();
        String row = jdbc.queryForObject(
                "SELECT k::text FROM api_keys k WHERE id = CAST(? AS uuid)",
                String.class,
                created.path("id").asText());
        assertThat(row).doesNotContain(key).doesNotContain(key.substring(10));
    }

    @Test
    void aProgramUploadsAndReadsWithItsKey() throws Exception {
        Api program = api().with(key(owner, "videos:read", "videos:write"));

        String id = uploaded(program);

        assertThat(program.get("/api/videos/" + id).statusCode()).isEqualTo(200);
        assertThat(owner.get("/api/videos/" + id).statusCode())
                .as("by its owner")
                .isEqualTo(200);
        assertProblem(user().get("/api/videos/" + id), 403, "not_owner");
        assertProblem(api().with(key(user(), "videos:read")).get("/api/videos/" + id), 403, "not_owner");
        assertThat(Api.json(program.get("/api/me")).path("id").asText()).isEqualTo(owner.subject());
        assertThat(Api.json(owner.get("/api/keys")).at("/keys/0/last_used_at").isNull())
                .isFalse();
    }

    /** Each call of the contract with a key of each scope: those whose x-scope the key has continue, and no others. */
    @Test
    void scopesAndCalls() throws Exception {
        Api operator = operator();
        Map<String, Api> callers = new LinkedHashMap<>();
        for (String scope : SCOPES) {
            callers.put(scope, api().with(key(operator, scope)));
        }
        List<String> violations = new ArrayList<>();
        int calls = 0;
        System.out.printf("%-48s%s%n", "call", String.join(" | ", SCOPES));
        for (Map.Entry<String, JsonNode> path :
                new YAMLMapper().readTree(Api.CONTRACT).path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                boolean open = operation.getValue().path("security").isArray();
                if (!operation.getValue().has("operationId") || open) {
                    continue;
                }
                String needed = operation.getValue().path("x-scope").textValue();
                String method = operation.getKey().toUpperCase();
                String address = "/api"
                        + path.getKey()
                                .replaceAll("\\{[a-z_]+}", UUID.randomUUID().toString());
                List<String> row = new ArrayList<>();
                for (Map.Entry<String, Api> caller : callers.entrySet()) {
                    Answer answer = Answer.to(caller.getValue()
                            .request(address)
                            .method(method, BodyPublishers.noBody())
                            .build());
                    String code = answer.body().startsWith("{\"type\"")
                            ? Api.JSON.readTree(answer.body()).path("code").asText()
                            : "";
                    String expected = needed == null
                            ? "not_for_api_keys"
                            : needed.equals(caller.getKey()) ? "" : "insufficient_scope";
                    String refusal = List.of("not_for_api_keys", "insufficient_scope", "forbidden", "unauthenticated")
                                    .contains(code)
                            ? code
                            : "";
                    String challenge = answer.head()
                            .headers()
                            .firstValue("WWW-Authenticate")
                            .orElse("");
                    if (!challenge.equals(challenge(expected, needed))) {
                        violations.add(method + " " + path.getKey() + " with " + caller.getKey() + ": " + challenge);
                    }
                    if (!refusal.equals(expected)) {
                        violations.add(method + " " + path.getKey() + " with " + caller.getKey() + ": "
                                + answer.status() + " " + code);
                    }
                    Api.violations(answer.head(), answer.body())
                            .ifPresent(broken -> violations.add(method + " " + path.getKey() + ": " + broken));
                    row.add(
                            refusal.isEmpty()
                                    ? "continues (" + answer.status() + ")"
                                    : answer.status() + " " + refusal);
                    calls++;
                }
                System.out.printf("%-48s%s%n", method + " " + path.getKey(), String.join(" | ", row));
            }
        }
        System.out.printf(
                "RESULT name=key-scopes value=%d unit=violations calls=%d target=0 verdict=%s%n",
                violations.size(), calls, violations.isEmpty() ? "pass" : "fail");
        assertThat(violations).isEmpty();
        assertThat(calls).isGreaterThan(120);
    }

    /** RFC 6750, section 3.1: which scope is missing; none is named when no key has it. */
    private static String challenge(String refusal, String needed) {
        if (refusal.isEmpty()) {
            return "";
        }
        String scope = needed == null ? "" : ", scope=\"" + needed + "\"";
        return "Bearer realm=\"caravana\", error=\"insufficient_scope\"" + scope;
    }

    @Test
    void aRefusalSaysWhichScopeIsMissing() throws Exception {
        String key = key(owner, "videos:read");

        HttpResponse<String> refused = api().with(key).delete("/api/videos/" + UUID.randomUUID());

        assertProblem(refused, 403, "insufficient_scope");
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer realm=\"caravana\", error=\"insufficient_scope\", scope=\"videos:write\"");
        assertThat(Api.json(refused).path("detail").asText())
                .contains("videos:write", key.substring(0, 10))
                .doesNotContain(key);
    }

    @Test
    void aRevokedKeyIsRefused() throws Exception {
        JsonNode created = created(owner, wanted("videos:read"));
        Api program = api().with(created.path("key").asText());
        assertThat(program.get("/api/videos").statusCode()).isEqualTo(200);

        assertThat(owner.delete("/api/keys/" + created.path("id").asText()).statusCode())
                .isEqualTo(204);

        await().atMost(SOON).untilAsserted(() -> assertProblem(program.get("/api/videos"), 401, "unauthenticated"));
        assertProblem(owner.delete("/api/keys/" + created.path("id").asText()), 404, "not_found");
    }

    /** Nobody says that the scopes changed here, as a trigger would: what is remembered is used until somebody says so. */
    @Test
    void aKeyThatIsKnownCostsNoQuery() throws Exception {
        Api program = api().with(key(owner, "videos:read"));
        // The first calls may still meet the notification of another test.
        await().atMost(SOON).until(() -> {
            jdbc.update("UPDATE api_keys SET scopes = '{videos:read}'");
            assertThat(program.get("/api/videos").statusCode()).isEqualTo(200);
            jdbc.update("UPDATE api_keys SET scopes = '{videos:write}'");
            return program.get("/api/videos").statusCode() == 200;
        });

        jdbc.execute("NOTIFY credentials");

        await().atMost(SOON).untilAsserted(() -> assertProblem(program.get("/api/videos"), 403, "insufficient_scope"));
    }

    @Test
    void whileTheListeningConnectionIsLostNothingIsRemembered() throws Exception {
        JsonNode created = created(owner, wanted("videos:read"));
        Api program = api().with(created.path("key").asText());
        assertThat(program.get("/api/videos").statusCode()).isEqualTo(200);

        assertThat(jdbc.queryForList("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE application_name = 'caravana credentials'"))
                .isNotEmpty();
        owner.delete("/api/keys/" + created.path("id").asText());

        await().atMost(SOON).untilAsserted(() -> assertProblem(program.get("/api/videos"), 401, "unauthenticated"));
    }

    @Test
    void whatIsNoKeyIsRefusedAndSaysWhy() throws Exception {
        String key = key(owner, "videos:read");
        String last = key.endsWith("x") ? "y" : "x";
        for (String wrong : List.of("cvn_", "cvn_abc", key.substring(0, 41), key + "x", key.substring(0, 41) + last)) {
            HttpResponse<String> refused = api().with(wrong).get("/api/videos");
            assertProblem(refused, 401, "unauthenticated");
            assertThat(Api.json(refused).path("detail").asText()).contains("incomplete, or has a typing mistake");
        }
        String unknown = KeyText.generate();
        HttpResponse<String> refused = api().with(unknown).get("/api/videos");
        assertProblem(refused, 401, "unauthenticated");
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"");
        assertThat(refused.body()).contains("does not exist, or was revoked").doesNotContain(unknown);
    }

    @Test
    void aKeyExpires() throws Exception {
        JsonNode created = created(owner, wanted("videos:read").put("expires_at", "2090-01-31T12:00:00+02:00"));
        assertThat(created.path("expires_at").asText()).isEqualTo("2090-01-31T10:00:00.000Z");
        Api program = api().with(created.path("key").asText());

        jdbc.update("UPDATE api_keys SET expires_at = now() - interval '1 second'");

        HttpResponse<String> expired = program.get("/api/videos");
        assertProblem(expired, 401, "unauthenticated");
        assertThat(expired.body()).contains("The API key expired at");
    }

    @Test
    void aKeyMayBeUsedFromItsAddressesAlone() throws Exception {
        ObjectNode wanted = wanted("videos:read");
        wanted.withArray("addresses").add("203.0.113.77/24").add("2001:db8::/32");
        JsonNode created = created(owner, wanted);
        assertThat(created.at("/addresses/0").asText()).isEqualTo("203.0.113.0/24");
        Api program = api().with(created.path("key").asText());

        for (String allowed : List.of("203.0.113.9", "2001:db8:77::1")) {
            assertThat(program.from(allowed).get("/api/videos").statusCode())
                    .as(allowed)
                    .isEqualTo(200);
        }
        for (String other : List.of("203.0.114.9", "2001:db9::1", "198.51.100.1")) {
            HttpResponse<String> refused = program.from(other).get("/api/videos");
            assertProblem(refused, 403, "address_not_allowed");
            assertThat(refused.body()).contains(other);
        }
    }

    @Test
    void anOperatorsKeyIsCutToWhatTheAccountMayStillDo() throws Exception {
        String email = "former-" + UUID.randomUUID() + "@example.org";
        Api account = api().signedUp(email);
        assertProblem(account.postJson("/api/keys", wanted("operator").toString()), 403, "scope_not_allowed");
        jdbc.update("UPDATE users SET role = 'operator' WHERE email = ?", email);
        Api operator = api().loggedIn(email, "a good password");
        Api program = api().with(key(operator, "operator", "videos:read"));
        assertThat(program.get("/api/ops/queue").statusCode()).isEqualTo(200);
        assertThat(Api.json(program.get("/api/me")).path("roles").toString()).isEqualTo("[\"operator\"]");
        assertProblem(api().with(key(operator, "videos:read")).get("/api/ops/queue"), 403, "insufficient_scope");

        jdbc.update("UPDATE users SET role = 'user' WHERE email = ?", email);

        await().atMost(SOON)
                .untilAsserted(() -> assertProblem(program.get("/api/ops/queue"), 403, "insufficient_scope"));
        assertThat(program.get("/api/videos").statusCode()).isEqualTo(200);
    }

    @Test
    void anAccountHasTwentyKeysAndTheyGoWithIt() throws Exception {
        for (int i = 0; i < 20; i++) {
            key(owner, "videos:read");
        }
        assertProblem(owner.postJson("/api/keys", wanted("videos:read").toString()), 403, "too_many_keys");
        String last = Api.json(owner.get("/api/keys")).at("/keys/19/id").asText();
        assertProblem(user().delete("/api/keys/" + last), 404, "not_found");
        assertThat(owner.delete("/api/keys/" + last).statusCode()).isEqualTo(204);
        Api program = api().with(key(owner, "videos:read"));

        jdbc.update("DELETE FROM users WHERE id = CAST(? AS uuid)", owner.subject());

        await().atMost(SOON).untilAsserted(() -> assertProblem(program.get("/api/videos"), 401, "unauthenticated"));
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM api_keys WHERE owner_id = CAST(? AS uuid)",
                        Integer.class,
                        owner.subject()))
                .isZero();
    }

    @Test
    void whatIsAskedForWronglySaysWhat() throws Exception {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("{}", "invalid_request");
        bodies.put("{\"name\": \"n\", \"scopes\": []}", "invalid_request");
        bodies.put("{\"name\": \"n\", \"scopes\": [\"videos:all\"]}", "invalid_request");
        bodies.put(
                "{\"name\": \"n\", \"scopes\": [\"videos:read\"], \"expires\": \"2090-01-01T00:00:00Z\"}",
                "invalid_request");
        for (String name : List.of("  ", "\u00a0", "\u202e\u200b", "a\\u001b")) {
            bodies.put("{\"name\": \"" + name + "\", \"scopes\": [\"videos:read\"]}", "invalid_request");
        }
        for (String address : List.of("localhost", "10.0.0.0/33", "::::")) {
            bodies.put(
                    "{\"name\": \"n\", \"scopes\": [\"videos:read\"], \"addresses\": [\"" + address + "\"]}",
                    address.equals("localhost") ? "invalid_request" : "address_invalid");
        }
        for (String time :
                List.of("2020-01-01T00:00:00Z", "9999-12-31T23:59:59-18:00", "tomorrow", "2090-13-01T00:00:00Z")) {
            bodies.put(
                    "{\"name\": \"n\", \"scopes\": [\"videos:read\"], \"expires_at\": \"" + time + "\"}",
                    time.matches("(2020|9999).*") ? "expiry_invalid" : "invalid_request");
        }
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            assertProblem(owner.postJson("/api/keys", body.getKey()), 400, body.getValue());
        }
        assertThat(Api.json(owner.get("/api/keys")).path("keys")).isEmpty();
    }

    /** Wherever somebody puts it by mistake. */
    @Test
    void aKeyIsInNoLogAndInNoProblem(CapturedOutput log) throws Exception {
        String key = key(owner, "videos:read", "videos:write");
        Api program = api().with(key);
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (String address : List.of(
                "/api/videos?key=" + key,
                "/api/videos?" + key + "=1",
                "/api/videos?sort=" + key,
                "/api/videos/" + key,
                "/api/presets/" + key,
                "/api/presets/A" + key,
                "/api/keys/" + key,
                "/api/" + key,
                "/" + key)) {
            answers.add(program.get(address));
            answers.add(api().get(address));
        }
        answers.add(program.postJson("/api/auth/login", "{\"" + key + "\": 1}"));
        answers.add(program.postJson("/api/auth/login", "{\"email\": \"" + key + "\", \"password\": \"" + key + "\"}"));
        answers.add(program.upload(new Form().field(key, "t").file("video_file", "a.mp4", bytes(10))));
        answers.add(program.upload(
                new Form().field("title", "t").field("transformaciones", key).file("video_file", "a.mp4", bytes(10))));
        answers.add(program.upload(new Form().field("title", "t").file("video_file", key + ".png", bytes(10))));
        answers.add(program.send(program.request("/api/videos").header("Range", key)));
        answers.add(api().send(api().request("/api/videos").header("Authorization", "Basic " + key)));
        answers.add(api().with(key + key).get("/api/videos"));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.body())
                        .as(answer.request() + " " + answer.statusCode())
                        .doesNotContain(key));
        assertThat(log.getAll()).doesNotContain(key);
    }
}
