package caravana.web.mail;

import caravana.checks.StepOnly;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Writes one mail and sends it to the server, or to the folder of the local stack. */
@Component("mailCall")
public class MailCall {

    private static final Logger log = LoggerFactory.getLogger(MailCall.class);

    /** The lowest status of an SMTP server's permanent refusals. */
    private static final int PERMANENT = 500;

    private static final double JITTER = 0.1;

    private final MailProperties settings;
    private final MailOutput output;
    private final MeterRegistry meters;

    MailCall(MailProperties settings, MeterRegistry meters) {
        this.settings = settings;
        this.output = output(settings);
        this.meters = meters;
        if (output == null) {
            log.info("Neither CARAVANA_SMTP_HOST nor CARAVANA_MAIL_FOLDER is set, so web cannot send "
                    + "mails, and nobody can reset a password");
        }
    }

    private static MailOutput output(MailProperties settings) {
        if (!settings.smtp().host().isBlank()) {
            return new SmtpServer(settings.smtp(), settings.timeout());
        }
        return settings.folder().isBlank() ? null : new MailFolder(Path.of(settings.folder()));
    }

    /** Returns whether this node can send mails. */
    public boolean isConfigured() {
        return output != null;
    }

    /**
     * Sends a mail.
     *
     * @param row of {@code claim-mails.sql}
     * @param letter of {@code write-link.sql}; null when the mail is no longer to be sent
     * @param token of its link
     * @return for {@code note-mail.sql}: {@code ended}, and the {@code delay} of the next try in seconds
     */
    @StepOnly
    public Map<String, Object> send(
            @ExchangeProperty("mail") Map<String, Object> row,
            @Variable("letter") Map<String, Object> letter,
            @ExchangeProperty("link_token") String token) {
        if (letter == null) {
            return attempt(true, 0);
        }
        long begun = System.nanoTime();
        try {
            output.send(written(letter, token));
            note("sent", begun);
            return attempt(true, 0);
        } catch (MessagingException | IOException failure) {
            return failed(row, failure, begun);
        }
    }

    private Map<String, Object> failed(Map<String, Object> row, Exception failure, long begun) {
        int tries = (Integer) row.get("attempts");
        if (isRefused(failure)) {
            note("refused", begun);
            log.info(
                    "Mail {} ({}) was not sent: the mail server refused its address",
                    row.get("mail_id"),
                    row.get("mail_kind"));
            return attempt(true, 0);
        }
        note("failed", begun);
        boolean last = tries > settings.delays().size();
        // Without the server's answer, which may contain the address.
        log.warn(
                "Mail {} ({}) could not be sent at try {}{}: {}",
                row.get("mail_id"),
                row.get("mail_kind"),
                tries,
                last ? ", which was the last" : "",
                failure.getClass().getSimpleName());
        return last ? attempt(true, 0) : attempt(false, delay(settings.delays().get(tries - 1)));
    }

    private static double delay(Duration own) {
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return own.toMillis() * factor / 1000;
    }

    private static boolean isRefused(Throwable failure) {
        for (Throwable each = failure; each != null; ) {
            if (each instanceof AddressException
                    || each instanceof SMTPAddressFailedException address && address.getReturnCode() >= PERMANENT) {
                return true;
            }
            each = each instanceof MessagingException chained ? chained.getNextException() : each.getCause();
        }
        return false;
    }

    private static Map<String, Object> attempt(boolean ended, double delay) {
        Map<String, Object> attempt = new LinkedHashMap<>();
        attempt.put("ended", ended);
        attempt.put("delay", delay);
        return attempt;
    }

    private void note(String outcome, long begun) {
        meters.timer("caravana.mail.sends", "outcome", outcome).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }

    private MimeMessage written(Map<String, Object> letter, String token) throws MessagingException {
        String kind = (String) letter.get("mail_kind");
        String language = (String) letter.get("mail_language");
        // Browsers do not send the part after `#` to servers, so no log has the token.
        String link = settings.publicUrl() + "/#" + (kind.equals("reset") ? "reset" : "confirm") + "/" + token;
        MailText text = MailText.of(
                kind,
                language,
                settings.publicUrl(),
                link,
                kind.equals("verify") ? settings.verificationLife() : settings.linkLife());
        MimeMessage mail = new OwnId(settings.from());
        mail.setFrom(new InternetAddress(settings.from(), true));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress((String) letter.get("address"), true));
        mail.setSubject(text.subject(), StandardCharsets.UTF_8.name());
        mail.setText(text.body(), StandardCharsets.UTF_8.name());
        mail.setContentLanguage(new String[] {language});
        mail.setSentDate(new Date());
        // RFC 3834: receivers send no automatic replies.
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.saveChanges();
        return mail;
    }

    /** A mail whose Message-ID does not contain the names of the machine and its user. */
    private static final class OwnId extends MimeMessage {

        private final String domain;

        private OwnId(String from) {
            super(Session.getInstance(new Properties()));
            this.domain = from.substring(from.indexOf('@') + 1);
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", "<" + UUID.randomUUID() + "@" + domain + ">");
        }
    }
}
