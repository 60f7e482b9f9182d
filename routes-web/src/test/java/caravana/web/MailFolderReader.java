package caravana.web;

import caravana.test.Waits;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The mails that the local stack's folder has. */
final class MailFolderReader {

    private static final Pattern LINK = Pattern.compile("\\S+/#(?:reset|confirm)/(\\S+)");

    private final Path folder;

    MailFolderReader(Path folder) {
        this.folder = folder;
    }

    /** All mails to an address, the oldest first. */
    List<MimeMessage> to(String address) throws Exception {
        List<MimeMessage> mails = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".eml"))
                    .sorted()
                    .toList()) {
                MimeMessage mail = read(file);
                if (mail.getAllRecipients()[0].toString().equals(address)) {
                    mails.add(mail);
                }
            }
        }
        return mails;
    }

    /** How many there are to anybody. */
    int all() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.count();
        }
    }

    private static MimeMessage read(Path file) throws IOException, MessagingException {
        try (InputStream content = Files.newInputStream(file)) {
            return new MimeMessage(Session.getInstance(new Properties()), content);
        }
    }

    /** Waits until so many mails to an address have come, and returns the last of them. */
    MimeMessage await(String address, int number) throws Exception {
        org.awaitility.Awaitility.await()
                .atMost(Waits.LIMIT)
                .until(() -> to(address).size() >= number);
        return to(address).get(number - 1);
    }

    /** The link of a mail. */
    static String link(MimeMessage mail) throws Exception {
        return found(mail).group();
    }

    /** What the link has behind its last slash. */
    static String token(MimeMessage mail) throws Exception {
        return found(mail).group(1);
    }

    private static Matcher found(MimeMessage mail) throws Exception {
        Matcher link = LINK.matcher((String) mail.getContent());
        if (!link.find()) {
            throw new AssertionError("no link in " + mail.getContent());
        }
        return link;
    }
}
