package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Web that cannot send mails. */
@Tag("own-settings")
@TestPropertySource(properties = "caravana.mail.folder=")
class NoMailTest extends WebTest {

    @Test
    void callsThatNeedAMailSayThatThereIsNoServer() throws Exception {
        jdbc.update("DELETE FROM mails");
        String email = "unmailed-" + UUID.randomUUID() + "@example.org";
        Api user = api().signedUp(email);

        for (String address : new String[] {email, "nobody-" + email}) {
            var asked = api().postJson("/api/auth/password-reset", "{\"email\": \"" + address + "\"}");
            assertProblem(asked, 503, "mail_not_configured");
            assertThat(asked.headers().firstValue("Retry-After")).isEmpty();
        }
        assertProblem(user.post("/api/me/email/verification"), 503, "mail_not_configured");
        assertProblem(
                user.send(user.request("/api/me/email")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(
                                "{\"email\": \"next-" + email + "\", \"password\": \"" + Api.PASSWORD + "\"}"))),
                503,
                "mail_not_configured");

        assertThat(jdbc.queryForObject("SELECT count(*) FROM mails", Integer.class))
                .isZero();
    }
}
