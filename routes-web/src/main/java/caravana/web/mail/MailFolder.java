package caravana.web.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** A folder with one {@code .eml} file for each mail, instead of a server. Files appear complete. */
final class MailFolder implements MailOutput {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Path folder;

    MailFolder(Path folder) {
        this.folder = folder;
    }

    @Override
    public void send(MimeMessage mail) throws MessagingException, IOException {
        Files.createDirectories(folder);
        // Only its owner may read it, because it contains a link.
        Path part = Files.createTempFile(folder, "mail", ".part");
        try {
            try (OutputStream file = Files.newOutputStream(part)) {
                mail.writeTo(file);
            }
            Path whole = folder.resolve(TIME.format(Instant.now()) + "-" + UUID.randomUUID() + ".eml");
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
