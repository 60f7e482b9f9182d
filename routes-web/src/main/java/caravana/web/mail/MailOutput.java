package caravana.web.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;

/** The destination of mails: a server or a folder. */
interface MailOutput {

    /**
     * Sends a mail.
     *
     * @throws MessagingException when the server did not accept it
     * @throws IOException when it could not be written
     */
    void send(MimeMessage mail) throws MessagingException, IOException;
}
