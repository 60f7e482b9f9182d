package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.LocalStack;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Accounts, tokens, and what becomes of those who guess passwords. */
@TestPropertySource(
        properties = {"caravana.identity.failures.per-account=3", "caravana.identity.failures.per-address=6"})
class IdentityTest extends WebTest {

    private final String email = "Ana-" + UUID.randomUUID() + "@Example.org";

    @Test
    void anAccountIsOpenedOnceAndLogsInBothWays() throws Exception {
        HttpResponse<String> account = api().signUp(email, "a good password");
        assertThat(account.statusCode()).as(account.body()).isEqualTo(201);
        assertThat(Api.json(account).path("email").asText()).isEqualTo(email.toLowerCase());

        assertProblem(api().signUp(email.toUpperCase(), "a good password"), 400, "email_taken");
        HttpResponse<String> token = api().logIn(email, "a good password");
        assertThat(Api.json(token).path("token_type").asText()).isEqualTo("bearer");
        assertThat(Api.json(token).path("expires_in").asInt()).isEqualTo(3600);
        HttpResponse<String> form = form("username=" + encoded(email) + "&password=a+good+password", "");
        assertThat(form.statusCode()).as(form.body()).isEqualTo(200);
        Api user = api().with(Api.json(form).path("access_token").asText());
        assertThat(user.subject()).isEqualTo(Api.json(account).path("id").asText());
        assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
    }

    @Test
    void passwordsAreKeptAsArgon2Only() throws Exception {
        api().signUp(email, "a good password");

        String hash = jdbc.queryForObject(
                "SELECT password_hash FROM users WHERE email = ?", String.class, email.toLowerCase());

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void badFormsAreRefused() throws Exception {
        assertProblem(api().signUp("no address", "a good password"), 400, "invalid_request");
        assertProblem(api().signUp(email, "short"), 400, "invalid_request");
        assertProblem(api().postJson("/api/auth/signup", "{}"), 400, "invalid_request");
        assertProblem(api().postJson("/api/auth/signup", "no JSON"), 400, "invalid_request");
        assertProblem(
                api().postJson(
                                "/api/auth/signup",
                                "{\"email\":\"a@b.cd\",\"password1\":\"12345678\",\"password2\":\"12345679\",\"first_name\":\"a\","
                                        + "\"last_name\":\"b\",\"city\":\"c\",\"country\":\"d\"}"),
                400,
                "passwords_differ");
        assertProblem(form("username=a", ""), 400, "invalid_request");
        assertProblem(form("password=a+good+password", "?username=" + encoded(email)), 400, "invalid_request");
        assertProblem(
                api().send(api().request("/api/auth/login")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("x"))),
                415,
                "unsupported_media_type");
    }

    @Test
    void guessingIsStoppedPerAccount() throws Exception {
        api().signUp(email, "a good password");
        for (int i = 0; i < 2; i++) {
            assertProblem(api().logIn(email, "guess " + i), 401, "bad_credentials");
        }
        // Who knows it is let in, and starts anew.
        assertThat(api().logIn(email, "a good password").statusCode()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            assertProblem(api().logIn(email, "guess " + i), 401, "bad_credentials");
        }

        HttpResponse<String> refused = api().logIn(email, "a good password");

        assertProblem(refused, 429, "too_many_attempts");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("900");
    }

    @Test
    void guessingIsStoppedPerAddress() throws Exception {
        for (int i = 0; i < 6; i++) {
            assertProblem(api().logIn(i + email, "guess"), 401, "bad_credentials");
        }
        assertProblem(api().logIn("another@example.org", "guess"), 429, "too_many_attempts");
    }

    @Test
    void withoutRedisTheNodeCountsAlone() throws Exception {
        api().signUp(email, "a good password");
        LocalStack stack = WebFixture.STACK;
        stack.kill("redis");
        try {
            for (int i = 0; i < 3; i++) {
                assertProblem(api().logIn(email, "guess " + i), 401, "bad_credentials");
            }
            assertProblem(api().logIn(email, "a good password"), 429, "too_many_attempts");
            HttpResponse<String> ready = api().get("/api/health/ready");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(Api.json(ready).path("status").asText()).isEqualTo("degraded");
        } finally {
            stack.restart("redis");
        }
    }

    @Test
    void theOperatorOfTheSettingsExists() throws Exception {
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));

        assertThat(operator.get("/api/videos").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> form(String body, String query) throws Exception {
        return api().send(api().request("/api/auth/login" + query)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
