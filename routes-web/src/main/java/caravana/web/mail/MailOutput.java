package caravana.web.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;

/** The destination of mails: a server or a folder. */
interface MailOutput {

    /**
     * Hands a mail over.
     *
     * @throws MessagingException when the server did not take it
     * @throws IOException when it could not be written
     */
    void send(MimeMessage mail) throws MessagingException, IOException;
}
