package caravana.local;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secrets that lock out other users of this machine: web's key, the operator's account, and the passwords of the
 * servers. They are made at the first start, and stored beside the data, readable only by its owner.
 */
final class Secrets {

    static final String OPERATOR_EMAIL = "operator@caravana.local";

    private static final int KEY_BITS = 2048;
    private static final int PASSWORD_BYTES = 18;
    private static final Pattern PASSWORD = Pattern.compile("\"password\"\\s*:\\s*\"([^\"]+)\"");

    private final String signingKey;
    private final Path operator;
    private final String password;
    private final boolean fresh;
    private final Properties servers;

    private Secrets(String signingKey, Path operator, String password, boolean fresh, Properties servers) {
        this.signingKey = signingKey;
        this.operator = operator;
        this.password = password;
        this.fresh = fresh;
        this.servers = servers;
    }

    /** Reads them, or makes what is missing. */
    static Secrets of(DataFolder data) throws IOException {
        Path key = signingKey(data.path());
        Path operator = data.resolve("operator.json");
        boolean fresh = !Files.exists(operator);
        if (!Files.exists(key)) {
            RunFolder.writeSecret(key, newKey());
        }
        if (fresh) {
            // As the log-in takes it: curl -d @operator.json …
            RunFolder.writeSecret(
                    operator, "{\"email\":\"" + OPERATOR_EMAIL + "\",\"password\":\"" + newPassword() + "\"}\n");
        }
        Matcher password = PASSWORD.matcher(Files.readString(operator));
        if (!password.find()) {
            throw new LocalStackException(
                    operator + " is damaged; delete it, and the next start creates a new password");
        }
        return new Secrets(
                Files.readString(key).strip(),
                operator,
                password.group(1),
                fresh,
                ofServers(data.resolve("server-passwords")));
    }

    /** The file with web's key. */
    static Path signingKey(Path data) {
        return data.resolve("signing-key");
    }

    private static Properties ofServers(Path file) throws IOException {
        Properties passwords = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                passwords.load(reader);
            }
        }
        boolean complete = true;
        for (String server : List.of(Servers.POSTGRES, Servers.REDIS, Servers.SQS, Servers.S3, Servers.WEB)) {
            complete &= passwords.putIfAbsent(server, newPassword()) != null;
        }
        if (!complete) {
            StringWriter text = new StringWriter();
            passwords.store(text, "Deleted, they are made again at the next start.");
            RunFolder.writeSecret(file, text.toString());
        }
        return passwords;
    }

    /**
     * A server's password; letters, digits, {@code -} and {@code _} only.
     *
     * @param server {@code postgres}, {@code redis}, {@code sqs} or {@code s3}
     */
    String ofServer(String server) {
        return servers.getProperty(server);
    }

    /** The key by which web signs tokens. */
    String signingKey() {
        return signingKey;
    }

    /** The settings by which web makes the operator's account. */
    Map<String, String> operator() {
        return Map.of("CARAVANA_OPERATOR_EMAIL", OPERATOR_EMAIL, "CARAVANA_OPERATOR_PASSWORD", password);
    }

    /** What people see of the operator's account; the password only when it is new. */
    String operatorLine() {
        return OPERATOR_EMAIL + (fresh ? ", password " + password : "") + "   (kept in " + operator + ")";
    }

    static String newKey() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
            keys.initialize(KEY_BITS);
            return Base64.getEncoder()
                    .encodeToString(keys.generateKeyPair().getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String newPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
