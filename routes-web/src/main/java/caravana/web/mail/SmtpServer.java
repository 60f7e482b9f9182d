package caravana.web.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Properties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** An SMTP server. Each mail uses a separate connection, because mails are rare. */
final class SmtpServer implements MailOutput {

    private final MailProperties.Smtp server;
    private final Properties properties = new Properties();

    /** @throws IllegalStateException when the certificates cannot be read */
    SmtpServer(MailProperties.Smtp server, Duration timeout) {
        this.server = server;
        String milliseconds = String.valueOf(timeout.toMillis());
        properties.put("mail.smtp.connectiontimeout", milliseconds);
        properties.put("mail.smtp.timeout", milliseconds);
        properties.put("mail.smtp.writetimeout", milliseconds);
        properties.put("mail.smtp.auth", String.valueOf(!server.user().isBlank()));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        // Without this, the client would send the machine's own name.
        properties.put("mail.smtp.localhost", "localhost");
        switch (server.effectiveSecurity()) {
            case STARTTLS -> {
                properties.put("mail.smtp.starttls.enable", "true");
                properties.put("mail.smtp.starttls.required", "true");
            }
            case TLS -> properties.put("mail.smtp.ssl.enable", "true");
            case NONE -> {}
        }
        if (!server.certificates().isBlank()) {
            PemSslStoreDetails trusted = PemSslStoreDetails.forCertificates("file:" + server.certificates());
            properties.put(
                    "mail.smtp.ssl.socketFactory",
                    SslBundle.of(new PemSslStoreBundle(null, trusted))
                            .createSslContext()
                            .getSocketFactory());
        }
    }

    @Override
    public void send(MimeMessage mail) throws MessagingException {
        Session session = Session.getInstance(properties);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect(
                    server.host(),
                    server.port(),
                    server.user().isBlank() ? null : server.user(),
                    server.user().isBlank() ? null : server.password());
            transport.sendMessage(mail, mail.getAllRecipients());
        }
    }
}
