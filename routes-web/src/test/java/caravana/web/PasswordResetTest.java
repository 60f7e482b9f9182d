package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Passwords that are reset by links that were mailed; here to a folder. */
class PasswordResetTest extends QuickSweepsTest {

    private static final String PASSWORD = "a good password";
    private static final String NEXT = "quite another password";

    private final MailFolderReader mails = new MailFolderReader(Path.of(setting("CARAVANA_MAIL_FOLDER")));
    private final String email = "reset-" + UUID.randomUUID() + "@example.org";
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM mails");
        user = api().signedUp(email);
        // The one that asks to confirm the address.
        await().atMost(Waits.LIMIT).until(() -> waiting() == 0);
    }

    private int waiting() {
        return jdbc.queryForObject("SELECT count(*) FROM mails", Integer.class);
    }

    private HttpResponse<String> ask(String address, String... headers) throws Exception {
        var request = api().request("/api/auth/password-reset").header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return api().send(request.POST(BodyPublishers.ofString(
                Api.JSON.createObjectNode().put("email", address).toString())));
    }

    private HttpResponse<String> reset(String address, String token, String first, String second) throws Exception {
        return api().postJson(
                        "/api/auth/password-reset/confirm",
                        Api.JSON
                                .createObjectNode()
                                .put("email", address)
                                .put("token", token)
                                .put("password1", first)
                                .put("password2", second)
                                .toString());
    }

    private HttpResponse<String> reset(String address, String token) throws Exception {
        return reset(address, token, NEXT, NEXT);
    }

    /** The mails with a link to another password, the oldest first. */
    private List<MimeMessage> resets(String address) throws Exception {
        return mails.to(address).stream()
                .filter(mail -> {
                    try {
                        return ((String) mail.getContent()).contains("/#reset/");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private String token(int number) throws Exception {
        await().atMost(Waits.LIMIT).until(() -> resets(email).size() >= number);
        return MailFolderReader.token(resets(email).get(number - 1));
    }

    private String tokenOf(String address) throws Exception {
        assertThat(ask(address).statusCode()).isEqualTo(202);
        await().atMost(Waits.LIMIT).until(() -> !resets(address).isEmpty());
        return MailFolderReader.token(resets(address).get(0));
    }

    @Test
    void aMailedLinkGivesAnotherPasswordAndEndsWhatThereWas() throws Exception {
        Api program = api().with(ApiKeysTest.key(user, "videos:read"));
        String cookie = SessionTest.cookie(api().logIn(email, PASSWORD));

        HttpResponse<String> asked = ask(email.toUpperCase());

        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
        assertThat(asked.body()).isEqualTo("{\"link_expires_in\":1800}");
        String token = token(1);
        HttpResponse<String> reset = reset(email, token);
        assertThat(reset.statusCode()).as(reset.body()).isEqualTo(204);
        await().atMost(Waits.LIMIT).untilAsserted(() -> {
            assertProblem(user.get("/api/videos"), 401, "unauthenticated");
            assertProblem(program.get("/api/videos"), 401, "unauthenticated");
        });
        assertProblem(
                api().send(api().request("/api/auth/refresh")
                        .header("Cookie", cookie)
                        .POST(BodyPublishers.noBody())),
                401,
                "session_over");
        assertProblem(api().logIn(email, PASSWORD), 401, "bad_credentials");
        assertThat(api().loggedIn(email, NEXT).get("/api/videos").statusCode()).isEqualTo(200);
        assertProblem(reset(email, token), 400, "link_invalid");
    }

    @Test
    void theMailIsForItsReaderAndLeadsToThePublicAddress() throws Exception {
        ask(email, "Accept-Language", "es-CO,es;q=0.9,en;q=0.5");
        token(1);
        MimeMessage mail = resets(email).get(0);

        assertThat(mail.getFrom()).containsExactly(new InternetAddress("caravana@localhost"));
        assertThat(mail.getAllRecipients()).containsExactly(new InternetAddress(email));
        assertThat(mail.getSubject()).isEqualTo("Elige una nueva contraseña para Caravana");
        assertThat(mail.getContentType()).isEqualTo("text/plain; charset=UTF-8");
        assertThat(mail.getContentLanguage()).containsExactly("es");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getMessageID()).endsWith("@localhost>");
        assertThat((String) mail.getContent()).contains("en los próximos 30 minutos");
        assertThat(MailFolderReader.link(mail)).startsWith(PUBLIC_URL + "/#reset/");
        assertThat(jdbc.queryForList("SELECT hash FROM mail_links", String.class))
                .doesNotContain(MailFolderReader.token(mail));

        for (String accepted : List.of("en-GB", "de,fr;q=0.5", "*", "no language;;q=")) {
            int before = resets(email).size();
            redis.delete(redis.keys("mails:*"));
            ask(email, "Accept-Language", accepted);
            token(before + 1);
            assertThat(resets(email).get(before).getSubject())
                    .as(accepted)
                    .isEqualTo("Choose a new password for Caravana");
        }
    }

    @Test
    void anAnswerDoesNotSayWhetherThereIsAnAccount() throws Exception {
        String unknown = "nobody-" + UUID.randomUUID() + "@example.org";

        HttpResponse<String> known = ask(email);
        HttpResponse<String> strange = ask(unknown);

        assertThat(strange.statusCode()).isEqualTo(known.statusCode()).isEqualTo(202);
        assertThat(strange.body()).isEqualTo(known.body());
        assertThat(lastingHeaders(strange)).isEqualTo(lastingHeaders(known));
        token(1);
        await().atMost(Waits.LIMIT).until(() -> waiting() == 0);
        assertThat(mails.to(unknown)).isEmpty();
        assertThat(jdbc.queryForObject("SELECT count(*) FROM mail_links WHERE address = ?", Integer.class, unknown))
                .isZero();
        // Neither does a link that is not valid.
        assertThat(reset(unknown, "x").body()).isEqualTo(reset(email, "x").body());
        // They are counted alike as well.
        for (String address : List.of(email, unknown)) {
            for (int i = 0; i < 4; i++) {
                assertThat(ask(address).statusCode()).isEqualTo(202);
            }
            HttpResponse<String> refused = ask(address);
            assertProblem(refused, 429, "too_many_mails");
            assertThat(refused.headers().firstValue("RateLimit-Policy").orElseThrow())
                    .startsWith("\"mail\";q=5;w=3600, ");
        }
    }

    /** All headers whose values do not tell one answer from the next of the same kind. */
    private static Map<String, List<String>> lastingHeaders(HttpResponse<String> answer) {
        Map<String, List<String>> headers = new TreeMap<>(answer.headers().map());
        headers.computeIfPresent("server-timing", (name, values) -> List.of());
        headers.computeIfPresent("date", (name, values) -> List.of());
        headers.computeIfPresent(
                "ratelimit",
                (name, values) -> List.of(
                        values.get(0).replaceAll("t=[0-9]+", "t").replaceAll("(calls[a-z-]*.;r)=[0-9]+", "$1")));
        return headers;
    }

    @Test
    void aLinkCountsOnceForItsAccountAndUntilItExpiresOrANewerOneComes() throws Exception {
        String other = "other-" + UUID.randomUUID() + "@example.org";
        api().signedUp(other);
        ask(email);
        String first = token(1);
        assertProblem(reset(other, first), 400, "link_invalid");
        assertProblem(reset(email, tokenOf(other)), 400, "link_invalid");
        assertProblem(reset(email, first, NEXT, "a third password"), 400, "passwords_differ");
        assertProblem(reset(email, first, "short", "short"), 400, "invalid_request");
        ask(email);
        String second = token(2);
        assertProblem(reset(email, first), 400, "link_invalid");
        jdbc.update("UPDATE mail_links SET expires_at = now() WHERE address = ?", email);
        assertProblem(reset(email, second), 400, "link_invalid");
        await().atMost(Waits.LIMIT)
                .until(() -> jdbc.queryForObject(
                                "SELECT count(*) FROM mail_links WHERE address = ? AND link_kind = 'reset'",
                                Integer.class,
                                email)
                        == 0);
        ask(email);
        String third = token(3);

        assertThat(reset(email, third).statusCode()).isEqualTo(204);

        assertProblem(reset(email, third), 400, "link_invalid");
        assertThat(api().logIn(other, PASSWORD).statusCode()).isEqualTo(200);
        assertThat(api().logIn(email, NEXT).statusCode()).isEqualTo(200);
    }

    @Test
    void ofTwoUsesAtOnceOneCounts() throws Exception {
        ask(email);
        String token = token(1);
        List<CompletableFuture<HttpResponse<String>>> uses = List.of("the first one", "the second one").stream()
                .map(password -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return reset(email, token, password, password);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> each : uses) {
            statuses.add(each.get(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode());
        }
        assertThat(statuses).containsExactlyInAnyOrder(204, 400);
    }

    @Test
    void oneSourceAsksForSoManyMailsAndAnotherForItsOwn() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(ask("nobody-" + i + email).statusCode()).isEqualTo(202);
        }
        assertProblem(ask("somebody-" + email), 429, "too_many_mails");
        assertThat(ask("somebody-" + email, "X-Forwarded-For", "198.51.100.9").statusCode())
                .isEqualTo(202);
    }

    @Test
    void guessedLinksAreCountedAsFailedLogIns() throws Exception {
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> refused = reset(email, "guess" + i);
            assertProblem(refused, 400, "link_invalid");
            assertThat(refused.headers().firstValue("RateLimit-Policy").orElseThrow())
                    .startsWith("\"log-in\";q=10;w=900, ");
        }
        assertProblem(reset(email, "guess"), 429, "too_many_attempts");
    }

    @Test
    void anAddressIsNoHeader() throws Exception {
        for (String address : List.of(
                email + "\r\nBcc: eva@example.org",
                email + "\nSubject: hello",
                "a@example.org,eva@example.org",
                "a@example.org\u0000",
                "<a@example.org>",
                "a b@example.org",
                "a@b@example.org",
                "")) {
            assertProblem(ask(address), 400, "invalid_request");
        }
        assertThat(waiting()).isZero();
        // What is in the table all the same, such as by an older version, is no header either.
        String forged = email + "\r\nbcc: eva@example.org";
        jdbc.update("UPDATE users SET email = ? WHERE email = ?", forged, email);
        int before = mails.all();
        jdbc.update("INSERT INTO mails (mail_kind, address, mail_language) VALUES ('reset', ?, 'en')", forged);
        await().atMost(Waits.LIMIT).until(() -> waiting() == 0);
        assertThat(mails.all()).isEqualTo(before);
    }

    @Test
    void theHostThatAClientNamesIsInNoLink() throws Exception {
        String body = "{\"email\": \"" + email + "\"}";
        int status = new RawRequest("POST /api/auth/password-reset", "evil.example.net")
                .header("X-Forwarded-Host", "evil.example.net")
                .header("X-Forwarded-Proto", "http")
                .header("Forwarded", "host=evil.example.net")
                .body("application/json", body)
                .send(port)
                .status();

        assertThat(status).isEqualTo(202);
        token(1);
        assertThat((String) resets(email).get(0).getContent())
                .doesNotContain("evil")
                .contains("\n" + PUBLIC_URL + "/#reset/");
    }
}
