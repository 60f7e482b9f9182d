package caravana.web.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.test.MailServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.subethamail.smtp.RejectException;

/** Mails on their way to a real mail server. */
class MailCallTest {

    private static final String TO = "ana@example.org";

    @TempDir
    Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private MailProperties.Smtp smtp(MailServer server, MailProperties.Security security) {
        return new MailProperties.Smtp(
                "localhost",
                server.port(),
                MailServer.USER,
                MailServer.PASSWORD,
                security,
                server.certificate().toString());
    }

    private MailCall call(MailProperties.Smtp smtp) {
        return call(smtp, "");
    }

    private MailCall call(MailProperties.Smtp smtp, String catcher) {
        return new MailCall(
                new MailProperties(
                        "https://videos.example.org",
                        "videos@example.org",
                        catcher,
                        smtp,
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(2),
                        List.of(Duration.ofSeconds(10), Duration.ofMinutes(1)),
                        new MailProperties.Limits(5, 50, 2000, Duration.ofHours(1))),
                meters);
    }

    private static MailProperties.Smtp none() {
        return new MailProperties.Smtp("", 587, "", "", null, "");
    }

    private static Map<String, Object> send(MailCall call, String kind, String language, int attempts) {
        return send(call, kind, language, TO, attempts);
    }

    private static Map<String, Object> send(MailCall call, String kind, String language, String to, int attempts) {
        return call.send(
                Map.of("mail_id", "7", "mail_kind", kind, "attempts", attempts),
                Map.of("mail_kind", kind, "mail_language", language, "address", to),
                "the-token");
    }

    private double count(String outcome) {
        var timer = meters.find("caravana.mail.sends").tag("outcome", outcome).timer();
        return timer == null ? 0 : timer.count();
    }

    @ParameterizedTest
    @CsvSource({"STARTTLS, false", "TLS, true"})
    void theConnectionIsEncryptedAndTheServerKnown(MailProperties.Security security, boolean implicit)
            throws Exception {
        try (MailServer server = MailServer.start(folder, implicit)) {
            assertThat(send(call(smtp(server, security)), "reset", "es", 1)).containsEntry("ended", true);

            MailServer.Received received = server.received().get(0);
            assertThat(received.from()).isEqualTo("videos@example.org");
            assertThat(received.to()).isEqualTo(TO);
            MimeMessage mail = new MimeMessage(null, new ByteArrayInputStream(received.content()));
            assertThat(mail.getFrom()).containsExactly(new InternetAddress("videos@example.org"));
            assertThat(mail.getAllRecipients()).containsExactly(new InternetAddress(TO));
            assertThat(mail.getSubject()).isEqualTo("Elige una nueva contraseña para Caravana");
            assertThat((String) mail.getContent()).contains("\nhttps://videos.example.org/#reset/the-token");
            assertThat(count("sent")).isEqualTo(1);

            // A server with a certificate of an authority that is not trusted gets nothing, neither password nor mail.
            MailProperties.Smtp untrusting = new MailProperties.Smtp(
                    "localhost", server.port(), MailServer.USER, MailServer.PASSWORD, security, "");
            assertThat(send(call(untrusting), "reset", "en", 1)).containsEntry("ended", false);
            // The wrong way of encrypting is none.
            MailProperties.Security other = implicit ? MailProperties.Security.STARTTLS : MailProperties.Security.NONE;
            assertThat(send(call(smtp(server, other)), "reset", "en", 1)).containsEntry("ended", false);
            MailProperties.Smtp wrong = new MailProperties.Smtp(
                    "localhost",
                    server.port(),
                    MailServer.USER,
                    "a wrong password",
                    security,
                    server.certificate().toString());
            assertThat(send(call(wrong), "reset", "en", 1)).containsEntry("ended", false);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void thePortSaysHowToEncrypt() {
        assertThat(new MailProperties.Smtp("h", 465, "", "", null, "").effectiveSecurity())
                .isEqualTo(MailProperties.Security.TLS);
        assertThat(new MailProperties.Smtp("h", 587, "", "", null, "").effectiveSecurity())
                .isEqualTo(MailProperties.Security.STARTTLS);
        assertThat(new MailProperties.Smtp("h", 465, "", "", MailProperties.Security.NONE, "").effectiveSecurity())
                .isEqualTo(MailProperties.Security.NONE);
    }

    @Test
    void whatFailsIsTriedAgainForALimitedTime() throws Exception {
        try (MailServer server = MailServer.start(folder, false)) {
            MailCall call = call(smtp(server, null));
            server.refuse(new RejectException(451, "try again later"));
            assertThat((double) send(call, "verify", "en", 1).get("delay")).isBetween(9.0, 11.0);
            assertThat((double) send(call, "verify", "en", 2).get("delay")).isBetween(54.0, 66.0);
            assertThat(send(call, "verify", "en", 3)).containsEntry("ended", true);
            assertThat(count("failed")).isEqualTo(3);
            server.refuse(null);
            server.refuseRecipients(new RejectException(450, "mailbox busy"));
            assertThat(send(call, "verify", "en", 1)).containsEntry("ended", false);
            server.refuseRecipients(new RejectException(550, "no such mailbox"));
            assertThat(send(call, "verify", "en", 1)).containsEntry("ended", true);
            assertThat(count("refused")).isEqualTo(1);
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aServerThatIsSilentHoldsNobodyUpForLong() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            MailCall call = call(new MailProperties.Smtp("localhost", silent.getLocalPort(), "", "", null, ""));
            assertThat(send(call, "reset", "en", 1)).containsEntry("ended", false);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ana@example.org\r\nBcc: eva@example.org",
                "ana@example.org, eva@example.org",
                "ana@example.org\nSubject: x",
                "Ana <ana@example.org>, eva@example.org",
                ""
            })
    void anAddressThatIsNoneGetsNoMail(String address) throws Exception {
        Path catcher = folder.resolve("mails");
        MailCall call = call(none(), catcher.toString());

        assertThat(send(call, "reset", "en", address, 1)).containsEntry("ended", true);

        assertThat(count("refused")).isEqualTo(1);
        assertThat(catcher).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "reset, en, Choose a new password for Caravana, /#reset/the-token",
        "reset, es, Elige una nueva contraseña para Caravana, /#reset/the-token",
        "verify, en, Confirm your e-mail address for Caravana, /#confirm/the-token",
        "verify, es, Confirma tu correo para Caravana, /#confirm/the-token",
        "change, en, Confirm your new e-mail address for Caravana, /#confirm/the-token",
        "change, es, Confirma tu nuevo correo para Caravana, /#confirm/the-token",
        "notice, en, Change of the e-mail address of your Caravana account, ''",
        "notice, es, Tu cuenta de Caravana va a tener otro correo, ''"
    })
    void aFolderTakesMailsAsFiles(String kind, String language, String subject, String link) throws Exception {
        MailCall call = call(none(), folder.resolve("mails").toString());
        assertThat(call.isConfigured()).isTrue();

        assertThat(send(call, kind, language, 1)).containsEntry("ended", true);

        try (Stream<Path> files = Files.list(folder.resolve("mails"))) {
            Path file = files.toList().get(0);
            assertThat(file.getFileName().toString()).endsWith(".eml");
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            MimeMessage mail = new MimeMessage(null, Files.newInputStream(file));
            assertThat(mail.getSubject()).isEqualTo(subject);
            assertThat(mail.getContentLanguage()).containsExactly(language);
            String text = (String) mail.getContent();
            assertThat(text)
                    .contains("https://videos.example.org" + link)
                    .doesNotContain("{")
                    .doesNotContain(TO);
            assertThat(text.contains("/#")).isEqualTo(!link.isEmpty());
        }
    }

    @Test
    void nobodyToWriteToIsNoFailure() {
        MailCall call = call(none(), folder.resolve("mails").toString());
        assertThat(call.send(Map.of("mail_id", "7", "mail_kind", "reset", "attempts", 1), null, "the-token"))
                .containsEntry("ended", true);
        assertThat(folder.resolve("mails")).doesNotExist();
        assertThat(call(none()).isConfigured()).isFalse();
    }

    @Test
    void certificatesThatCannotBeReadStopTheStart() {
        MailProperties.Smtp missing = new MailProperties.Smtp(
                "localhost", 587, "", "", null, folder.resolve("missing.pem").toString());
        assertThatThrownBy(() -> call(missing)).hasStackTraceContaining("missing.pem");
    }
}
