package caravana.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** A mail server on {@code localhost} that accepts mails by SMTP, encrypted and after a log-in. */
public final class MailServer implements AutoCloseable {

    /** Who may log in. */
    public static final String USER = "caravana";

    /** That user's password. */
    public static final String PASSWORD = "of the mail server";

    private static final String STORE_PASSWORD = "of the store";

    private final SMTPServer server;
    private final Path certificate;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch held;
    private volatile CountDownLatch arriving = new CountDownLatch(1);
    private volatile RejectException refusal;
    private volatile RejectException recipientRefusal;

    /**
     * A mail as it came.
     *
     * @param from what the envelope says
     * @param to what the envelope says
     * @param content header and body
     */
    public record Received(String from, String to, byte[] content) {}

    /**
     * Starts a server on a free port.
     *
     * @param folder for its certificate
     * @param implicit whether the connection is encrypted from its first byte; otherwise the client must use STARTTLS
     */
    public static MailServer start(Path folder, boolean implicit) {
        try {
            return new MailServer(folder, implicit);
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private MailServer(Path folder, boolean implicit)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = folder.resolve("mail-server.p12");
        if (!Files.exists(file)) {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "server",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=localhost",
                            "-ext",
                            "SAN=dns:localhost,ip:127.0.0.1",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            STORE_PASSWORD)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes());
            if (keytool.waitFor() != 0) {
                throw new IOException(said);
            }
        }
        KeyStore store = KeyStore.getInstance(file.toFile(), STORE_PASSWORD.toCharArray());
        this.certificate = Files.writeString(
                folder.resolve("mail-server.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getCertificate("server").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, STORE_PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        SMTPServer.Builder builder = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .requireAuth()
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                    if (!USER.equals(user) || !PASSWORD.equals(password)) {
                        throw new LoginFailedException();
                    }
                }))
                .messageHandlerFactory(context -> new Handler());
        this.server = implicit
                ? builder.serverSocketFactory(tls).build()
                : builder.enableTLS().requireTLS().startTlsSocketFactory(tls).build();
        server.start();
    }

    public int port() {
        return server.getPortAllocated();
    }

    /** Its certificate as PEM, which no authority has signed. */
    public Path certificate() {
        return certificate;
    }

    /** The mails that came, the oldest first. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    /** From now on a mail is read and not acknowledged, until {@link #release}. */
    public void hold() {
        arriving = new CountDownLatch(1);
        held = new CountDownLatch(1);
    }

    /** Waits until a mail has been read that is held. */
    public void awaitHeld() throws InterruptedException {
        if (!arriving.await(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("no mail came");
        }
    }

    /** Acknowledges what is held, and all that comes. */
    public void release() {
        CountDownLatch latch = held;
        held = null;
        latch.countDown();
    }

    /** From now on mails are refused; null for not. */
    public void refuse(RejectException why) {
        refusal = why;
    }

    /** From now on recipients are refused; null for not. */
    public void refuseRecipients(RejectException why) {
        recipientRefusal = why;
    }

    @Override
    public void close() {
        if (held != null) {
            release();
        }
        server.stop();
    }

    private final class Handler implements MessageHandler {

        private String from;
        private String to;

        @Override
        public void from(String address) {
            from = address;
        }

        @Override
        public void recipient(String address) throws RejectException {
            if (recipientRefusal != null) {
                throw recipientRefusal;
            }
            to = address;
        }

        @Override
        public String data(InputStream content) throws IOException, RejectException {
            byte[] bytes = content.readAllBytes();
            if (refusal != null) {
                throw refusal;
            }
            CountDownLatch latch = held;
            if (latch != null) {
                arriving.countDown();
                await(latch);
            }
            received.add(new Received(from, to, bytes));
            return null;
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void done() {
            // Nothing is left to do.
        }
    }
}
