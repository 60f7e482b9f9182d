package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ends sessions, tokens and API keys: another password, signing out everywhere, and what operators do to an account. */
class EndedCredentialsTest extends WebTest {

    private static final String PASSWORD = "a good password";
    private static final Duration SOON = Waits.LIMIT;

    private final String email = "ended-" + UUID.randomUUID() + "@example.org";
    private Api user;
    private String cookie;

    @BeforeEach
    void logIn() throws Exception {
        user = api().signedUp(email);
        cookie = SessionTest.cookie(api().logIn(email, PASSWORD));
    }

    private static HttpResponse<String> change(Api account, String current, String first, String second)
            throws Exception {
        String body = Api.JSON
                .createObjectNode()
                .put("current_password", current)
                .put("password1", first)
                .put("password2", second)
                .toString();
        return put(account, "/api/me/password", body);
    }

    private static HttpResponse<String> put(Api account, String path, String body) throws Exception {
        return account.send(
                account.request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> refresh(String session) throws Exception {
        return api().send(api().request("/api/auth/refresh")
                .header("Cookie", session)
                .POST(BodyPublishers.noBody()));
    }

    private static void awaitEnded(Api account) {
        await().atMost(SOON).untilAsserted(() -> assertProblem(account.get("/api/videos"), 401, "unauthenticated"));
    }

    private Api operator() throws Exception {
        return api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
    }

    @Test
    void anotherPasswordShutsOutWhoKnewTheOldOne() throws Exception {
        Api program = api().with(ApiKeysTest.key(user, "videos:read"));
        Api bystander = user();

        HttpResponse<String> changed = change(user, PASSWORD, "another password", "another password");

        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        awaitEnded(user);
        Api next = api().with(Api.json(changed).path("access_token").asText());
        assertThat(next.get("/api/videos").statusCode()).isEqualTo(200);
        assertThat(refresh(SessionTest.cookie(changed)).statusCode()).isEqualTo(200);
        assertProblem(refresh(cookie), 401, "session_over");
        assertProblem(api().logIn(email, PASSWORD), 401, "bad_credentials");
        assertThat(api().loggedIn(email, "another password").get("/api/videos").statusCode())
                .isEqualTo(200);
        assertThat(program.get("/api/videos").statusCode()).as("its key").isEqualTo(200);
        assertThat(bystander.get("/api/videos").statusCode()).isEqualTo(200);
    }

    @Test
    void theCurrentPasswordIsAskedForAndGuessesAreCounted() throws Exception {
        assertProblem(change(user, PASSWORD, "another password", "a different one"), 400, "passwords_differ");
        assertProblem(change(user, PASSWORD, "short", "short"), 400, "invalid_request");
        HttpResponse<String> first = change(user, "a wrong guess", "another password", "another password");
        assertProblem(first, 403, "wrong_password");
        assertThat(first.headers().firstValue("RateLimit-Policy"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("\"log-in\";q=10;w=900, "));
        assertThat(first.headers().firstValue("RateLimit"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("\"log-in\";r=9;t=90, "));
        // The source is known, since it has logged in: 10 guesses are free.
        for (int i = 0; i < 9; i++) {
            change(user, "a wrong guess", "another password", "another password");
        }
        HttpResponse<String> tooMany = change(user, PASSWORD, "another password", "another password");
        assertProblem(tooMany, 429, "too_many_attempts");
        assertThat(tooMany.headers().firstValue("RateLimit").orElseThrow()).matches("\"log-in\";r=0;t=[0-9]+, .*");
        assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
        assertThat(refresh(cookie).statusCode()).isEqualTo(200);
    }

    @Test
    void ofTwoChangesAtOnceOneCounts() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> changes = List.of("the first one", "the second one").stream()
                .map(password -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return change(user, PASSWORD, password, password);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        int counted = 0;
        for (CompletableFuture<HttpResponse<String>> each : changes) {
            HttpResponse<String> answer = each.get(SOON.toSeconds(), TimeUnit.SECONDS);
            // The later one is refused by its token, its password or its row, whichever is looked at after the first
            // has changed it.
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 401, 403, 409);
            counted += answer.statusCode() == 200 ? 1 : 0;
        }
        assertThat(counted).isEqualTo(1);
    }

    @Test
    void signingOutEverywhereEndsTokensSessionsKeysAndStreams() throws Exception {
        Api program = api().with(ApiKeysTest.key(user, "videos:read"));
        HttpResponse<InputStream> stream =
                Api.HTTP.send(program.request("/api/videos/events").build(), BodyHandlers.ofInputStream());
        HttpResponse<InputStream> ofToken =
                Api.HTTP.send(user.request("/api/videos/events").build(), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        Api bystander = user();

        assertThat(user.post("/api/me/sign-out-everywhere").statusCode()).isEqualTo(204);

        awaitEnded(user);
        awaitEnded(program);
        assertProblem(refresh(cookie), 401, "session_over");
        // They would continue until the token expires.
        CompletableFuture.runAsync(() -> readToItsEnd(stream)).get(SOON.toSeconds(), TimeUnit.SECONDS);
        CompletableFuture.runAsync(() -> readToItsEnd(ofToken)).get(SOON.toSeconds(), TimeUnit.SECONDS);
        Api again = api().loggedIn(email, PASSWORD);
        assertThat(again.get("/api/videos").statusCode()).isEqualTo(200);
        assertThat(Api.json(again.get("/api/keys")).path("keys")).isEmpty();
        assertThat(bystander.get("/api/videos").statusCode()).isEqualTo(200);
    }

    private static void readToItsEnd(HttpResponse<InputStream> stream) {
        try {
            stream.body().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void operatorsBlockAnAccountAndLetItBackIn() throws Exception {
        Api operator = operator();
        Api program = api().with(ApiKeysTest.key(user, "videos:read"));
        String address = "/api/ops/accounts/" + user.subject();
        assertProblem(operator.postJson(address + "/block", "{}"), 400, "invalid_request");

        assertThat(operator.postJson(address + "/block", "{\"reason\": \"sends spam\"}")
                        .statusCode())
                .isEqualTo(204);

        await().atMost(SOON).untilAsserted(() -> assertProblem(user.get("/api/videos"), 403, "account_blocked"));
        awaitEnded(program);
        assertProblem(refresh(cookie), 401, "session_over");
        assertProblem(api().logIn(email, PASSWORD), 403, "account_blocked");
        assertProblem(api().logIn(email, "a wrong guess"), 401, "bad_credentials");
        JsonNode listed =
                Api.json(operator.get("/api/ops/accounts?search=" + email)).path("items");
        assertThat(listed).hasSize(1);
        assertThat(listed.at("/0/account_id").asText()).isEqualTo(user.subject());
        assertThat(listed.at("/0/blocked_at").isNull()).isFalse();

        assertThat(operator.postJson(address + "/unblock", "{\"reason\": \"was a mistake\"}")
                        .statusCode())
                .isEqualTo(204);

        await().atMost(SOON).untilAsserted(() -> assertProblem(user.get("/api/videos"), 401, "unauthenticated"));
        assertThat(api().loggedIn(email, PASSWORD).get("/api/videos").statusCode())
                .isEqualTo(200);
        JsonNode audit = Api.json(operator.get("/api/ops/audit")).path("items");
        assertThat(audit.at("/0/act").asText()).isEqualTo("unblock");
        assertThat(audit.at("/1/act").asText()).isEqualTo("block");
        assertThat(audit.at("/1/detail").asText()).isEqualTo(user.subject() + ": sends spam");
        assertThat(audit.at("/1/actor_email").asText()).isEqualTo(setting("CARAVANA_OPERATOR_EMAIL"));
    }

    @Test
    void operatorsGiveAndTakeTheRole() throws Exception {
        Api operator = operator();
        String address = "/api/ops/accounts/" + user.subject() + "/role";

        assertThat(put(operator, address, "{\"role\": \"operator\", \"reason\": \"is on duty\"}")
                        .statusCode())
                .isEqualTo(204);

        awaitEnded(user);
        Api promoted = api().loggedIn(email, PASSWORD);
        assertThat(promoted.get("/api/ops/queue").statusCode()).isEqualTo(200);
        assertThat(put(operator, address, "{\"role\": \"user\", \"reason\": \"has left\"}")
                        .statusCode())
                .isEqualTo(204);
        awaitEnded(promoted);
        assertProblem(api().loggedIn(email, PASSWORD).get("/api/ops/queue"), 403, "forbidden");
        // The session continued, and its next token has the role.
        assertThat(refresh(cookie).statusCode()).isEqualTo(200);
    }

    @Test
    void nobodyShutsThemselvesOutAndUnknownAccountsAreUnknown() throws Exception {
        Api operator = operator();
        for (String call : List.of("block", "unblock")) {
            assertProblem(
                    operator.postJson(
                            "/api/ops/accounts/" + operator.subject() + "/" + call, "{\"reason\": \"why not\"}"),
                    409,
                    "own_account");
            for (String unknown : List.of(UUID.randomUUID().toString(), "no-id")) {
                assertProblem(
                        operator.postJson("/api/ops/accounts/" + unknown + "/" + call, "{\"reason\": \"why not\"}"),
                        404,
                        "not_found");
            }
        }
        // What is searched for matches as it stands.
        assertThat(Api.json(operator.get("/api/ops/accounts?search=%25")).path("items"))
                .isEmpty();
        assertThat(Api.json(operator.get("/api/ops/accounts")).path("items")).isNotEmpty();
    }
}
