package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.internet.MimeMessage;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** E-mail addresses that are confirmed by a mailed link, and changed by one. */
class EmailAddressTest extends QuickSweepsTest {

    private final MailFolderReader mails = new MailFolderReader(Path.of(setting("CARAVANA_MAIL_FOLDER")));
    private final String email = "address-" + UUID.randomUUID() + "@example.org";
    private final String next = "next-" + UUID.randomUUID() + "@example.org";
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM mails");
        user = api().signedUp(email);
    }

    private HttpResponse<String> confirm(String token) throws Exception {
        return api().postJson("/api/auth/confirm-email", "{\"token\": \"" + token + "\"}");
    }

    private HttpResponse<String> change(String address, String password) throws Exception {
        return user.send(user.request("/api/me/email")
                .header("Content-Type", "application/json")
                .header("Accept-Language", "es")
                .PUT(BodyPublishers.ofString(Api.JSON
                        .createObjectNode()
                        .put("email", address)
                        .put("password", password)
                        .toString())));
    }

    private JsonNode me() throws Exception {
        return Api.json(user.get("/api/me"));
    }

    private String token(String address, int number) throws Exception {
        return MailFolderReader.token(mails.await(address, number));
    }

    @Test
    void aSignUpMailsALinkThatConfirmsTheAddress() throws Exception {
        assertThat(me().path("verified_at").isNull()).isTrue();
        MimeMessage mail = mails.await(email, 1);
        assertThat(mail.getSubject()).isEqualTo("Confirm your e-mail address for Caravana");
        assertThat(MailFolderReader.link(mail)).startsWith(PUBLIC_URL + "/#confirm/");

        HttpResponse<String> confirmed = confirm(MailFolderReader.token(mail));

        assertThat(confirmed.statusCode()).as(confirmed.body()).isEqualTo(200);
        assertThat(Api.json(confirmed).path("email").asText()).isEqualTo(email);
        assertThat(me().path("verified_at").isTextual()).isTrue();
        assertProblem(confirm(MailFolderReader.token(mail)), 400, "link_invalid");
        assertProblem(user.post("/api/me/email/verification"), 409, "already_verified");
    }

    @Test
    void anotherLinkEndsTheFirst() throws Exception {
        String first = token(email, 1);

        HttpResponse<String> again = user.post("/api/me/email/verification");

        assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
        assertThat(again.body()).isEqualTo("{\"link_expires_in\":86400}");
        String second = token(email, 2);
        assertProblem(confirm(first), 400, "link_invalid");
        assertProblem(
                api().postJson(
                                "/api/auth/password-reset/confirm",
                                "{\"email\": \"" + email + "\", \"token\": \"" + second
                                        + "\", \"password1\": \"another one\", \"password2\": \"another one\"}"),
                400,
                "link_invalid");
        jdbc.update("UPDATE mail_links SET expires_at = now() WHERE address = ?", email);
        assertProblem(confirm(second), 400, "link_invalid");
        assertThat(user.post("/api/me/email/verification").statusCode()).isEqualTo(202);
        assertThat(confirm(token(email, 3)).statusCode()).isEqualTo(200);
    }

    @Test
    void anotherAddressCountsOnceItsLinkIsUsed() throws Exception {
        token(email, 1);
        assertProblem(change(next, "a wrong guess"), 403, "wrong_password");
        assertProblem(change("no address", Api.PASSWORD), 400, "invalid_request");
        assertThat(mails.to(next)).isEmpty();

        HttpResponse<String> ordered = change(next, Api.PASSWORD);

        assertThat(ordered.statusCode()).as(ordered.body()).isEqualTo(202);
        assertThat(ordered.body()).isEqualTo("{\"link_expires_in\":1800}");
        MimeMessage mail = mails.await(next, 1);
        assertThat(mail.getSubject()).isEqualTo("Confirma tu nuevo correo para Caravana");
        MimeMessage notice = mails.await(email, 2);
        assertThat(notice.getSubject()).isEqualTo("Tu cuenta de Caravana va a tener otro correo");
        assertThat((String) notice.getContent()).doesNotContain("/#").doesNotContain(next);
        assertThat(me().path("email").asText()).isEqualTo(email);

        assertThat(confirm(MailFolderReader.token(mail)).statusCode()).isEqualTo(200);

        assertThat(me().path("email").asText()).isEqualTo(next);
        assertThat(me().path("verified_at").isTextual()).isTrue();
        assertProblem(api().logIn(email, Api.PASSWORD), 401, "bad_credentials");
        assertThat(api().logIn(next, Api.PASSWORD).statusCode()).isEqualTo(200);
        assertProblem(confirm(MailFolderReader.token(mail)), 400, "link_invalid");
    }

    @Test
    void aNewerChangeEndsTheOneBefore() throws Exception {
        String third = "third-" + UUID.randomUUID() + "@example.org";
        change(next, Api.PASSWORD);
        String first = token(next, 1);

        change(third, Api.PASSWORD);

        assertProblem(confirm(first), 400, "link_invalid");
        assertThat(confirm(token(third, 1)).statusCode()).isEqualTo(200);
        assertThat(me().path("email").asText()).isEqualTo(third);
    }

    @Test
    void whatEndsTheSessionsEndsALinkToAnotherAddress() throws Exception {
        change(next, Api.PASSWORD);
        String token = token(next, 1);

        assertThat(user.post("/api/me/sign-out-everywhere").statusCode()).isEqualTo(204);

        assertProblem(confirm(token), 400, "link_invalid");
        assertThat(api().logIn(email, Api.PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void anAddressThatIsTakenMeanwhileStaysTheOthers() throws Exception {
        change(next, Api.PASSWORD);
        String token = token(next, 1);
        Api other = api().signedUp(next);

        assertProblem(confirm(token), 409, "email_taken");

        assertThat(me().path("email").asText()).isEqualTo(email);
        assertThat(Api.json(other.get("/api/me")).path("email").asText()).isEqualTo(next);
    }

    @Test
    void aLinkToTheFormerAddressGivesNoPassword() throws Exception {
        api().postJson("/api/auth/password-reset", "{\"email\": \"" + email + "\"}");
        await().atMost(Waits.LIMIT).until(() -> mails.to(email).stream().anyMatch(EmailAddressTest::isReset));
        String reset = MailFolderReader.token(mails.to(email).stream()
                .filter(EmailAddressTest::isReset)
                .findFirst()
                .orElseThrow());
        change(next, Api.PASSWORD);
        assertThat(confirm(token(next, 1)).statusCode()).isEqualTo(200);

        for (String address : new String[] {email, next}) {
            assertProblem(
                    api().postJson(
                                    "/api/auth/password-reset/confirm",
                                    "{\"email\": \"" + address + "\", \"token\": \"" + reset
                                            + "\", \"password1\": \"another one\", \"password2\": \"another one\"}"),
                    400,
                    "link_invalid");
        }
    }

    private static boolean isReset(MimeMessage mail) {
        try {
            return ((String) mail.getContent()).contains("/#reset/");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatNobodySendsAndLinksThatExpiredAreSwept() throws Exception {
        token(email, 1);
        jdbc.update("INSERT INTO mails (mail_kind, address, mail_language, due_at, created_at)"
                + " VALUES ('reset', 'old@example.org', 'en', now() + interval '1 day', now() - interval '25 hours'),"
                + " ('reset', 'new@example.org', 'en', now() + interval '1 day', now() - interval '23 hours')");
        jdbc.update("UPDATE mail_links SET expires_at = now() - interval '1 second'");

        await().atMost(Waits.LIMIT)
                .until(() -> jdbc.queryForObject("SELECT count(*) FROM mail_links", Integer.class) == 0);
        await().atMost(Waits.LIMIT)
                .until(() -> jdbc.queryForList("SELECT address FROM mails", String.class)
                        .equals(List.of("new@example.org")));
    }

    /** What a killed sender leaves: a claim whose lease ends. */
    @Test
    void aMailWhoseSenderIsGoneIsTakenOver() throws Exception {
        String first = token(email, 1);
        jdbc.update(
                "INSERT INTO mails (owner_id, mail_kind, address, mail_language, attempts, claim_token, due_at)"
                        + " VALUES (CAST(? AS uuid), 'verify', ?, 'es', 1, gen_random_uuid(), now() + interval '2 seconds')",
                user.subject(),
                email);
        assertThat(mails.to(email)).hasSize(1);

        MimeMessage mail = mails.await(email, 2);

        assertThat(mail.getSubject()).isEqualTo("Confirma tu correo para Caravana");
        assertProblem(confirm(first), 400, "link_invalid");
        assertThat(confirm(MailFolderReader.token(mail)).statusCode()).isEqualTo(200);
        await().atMost(Waits.LIMIT).until(() -> jdbc.queryForObject("SELECT count(*) FROM mails", Integer.class) == 0);
    }

    @Test
    void keysChangeNoAddress() throws Exception {
        Api program = api().with(ApiKeysTest.key(user, "videos:read", "videos:write", "webhooks"));
        assertProblem(program.post("/api/me/email/verification"), 403, "not_for_api_keys");
        assertProblem(
                program.send(program.request("/api/me/email")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"email\": \"" + next + "\", \"password\": \"x\"}"))),
                403,
                "not_for_api_keys");
    }
}
