package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of the page: a log-in begins one, its cookie renews the token once, and what is copied ends it. */
class SessionTest extends WebTest {

    private static final String PASSWORD = "a good password";

    private final String email = "session-" + UUID.randomUUID() + "@example.org";
    private String cookie;

    @BeforeEach
    void logIn() throws Exception {
        api().signUp(email, PASSWORD);
        cookie = cookie(api().logIn(email, PASSWORD));
    }

    /** The cookie that an answer sets, as the next request sends it. */
    static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    private HttpResponse<String> call(String name, String sent, String... headers) throws Exception {
        HttpRequest.Builder call =
                api().request("/api/auth/" + name).header("Cookie", sent).POST(BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            call.header(headers[i], headers[i + 1]);
        }
        return api().send(call);
    }

    @Test
    void noScriptReadsTheCookieAndNoOtherSiteSendsIt() throws Exception {
        String set = call("refresh", cookie).headers().firstValue("Set-Cookie").orElseThrow();

        assertThat(set.split("; "))
                .contains("Path=/api/auth", "Max-Age=604800", "Secure", "HttpOnly", "SameSite=Strict");
        assertThat(jdbc.queryForList("SELECT hash FROM sessions", String.class))
                .doesNotContain(cookie.substring(cookie.indexOf('=') + 1));
    }

    @Test
    void eachRenewalGivesATokenAndAnotherCookie() throws Exception {
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> renewed = call("refresh", cookie);

            assertThat(renewed.statusCode()).as(renewed.body()).isEqualTo(200);
            Api user = api().with(Api.json(renewed).path("access_token").asText());
            assertThat(Api.json(user.get("/api/me")).path("email").asText()).isEqualTo(email);
            assertThat(cookie(renewed)).isNotEqualTo(cookie);
            cookie = cookie(renewed);
        }
    }

    @Test
    void twoTabsMayRenewAtOnce() throws Exception {
        HttpResponse<String> first = call("refresh", cookie);
        HttpResponse<String> second = call("refresh", cookie);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(call("refresh", cookie(first)).statusCode()).isEqualTo(200);
        assertThat(call("refresh", cookie(second)).statusCode()).isEqualTo(200);
    }

    @Test
    void aCookieThatComesAgainLaterEndsItsSessionAndNoOther() throws Exception {
        String elsewhere = cookie(api().logIn(email, PASSWORD));
        String next = cookie(call("refresh", cookie));
        jdbc.update("UPDATE sessions SET replaced_at = replaced_at - interval '11 seconds'");

        HttpResponse<String> copied = call("refresh", cookie);

        assertProblem(copied, 401, "session_over");
        assertThat(copied.headers().firstValue("Set-Cookie")).isEmpty();
        assertProblem(call("refresh", next), 401, "session_over");
        assertThat(call("refresh", elsewhere).statusCode()).isEqualTo(200);
    }

    @Test
    void aSessionEndsByItselfAndByALogOut() throws Exception {
        HttpResponse<String> loggedOut = call("logout", cookie);
        assertThat(loggedOut.statusCode()).isEqualTo(204);
        assertThat(loggedOut.headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
        assertProblem(call("refresh", cookie), 401, "session_over");
        assertThat(call("logout", cookie).statusCode()).as("again").isEqualTo(204);

        String unused = cookie(api().logIn(email, PASSWORD));
        jdbc.update("UPDATE sessions SET expires_at = now() - interval '1 second'");
        assertProblem(call("refresh", unused), 401, "session_over");
    }

    @Test
    void onlyOurOwnPageUsesIt() throws Exception {
        for (String origin : new String[] {"https://elsewhere.example.org", "null", "http://127.0.0.1:1"}) {
            assertProblem(call("refresh", cookie, "Origin", origin), 403, "origin_not_allowed");
            assertProblem(call("logout", cookie, "Origin", origin), 403, "origin_not_allowed");
        }
        assertThat(call("refresh", cookie, "Origin", "http://127.0.0.1:" + port).statusCode())
                .isEqualTo(200);
        for (String wrong : new String[] {"other=x", "caravana_session=", "caravana_session=x"}) {
            assertProblem(call("refresh", wrong), 401, "session_over");
        }
    }
}
