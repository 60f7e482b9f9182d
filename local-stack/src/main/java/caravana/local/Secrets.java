package caravana.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What web has to keep to itself, made at the first start and kept beside the data, readable by its owner only. */
final class Secrets {

    static final String OPERATOR_EMAIL = "operator@caravana.local";

    private static final int KEY_BITS = 2048;
    private static final int PASSWORD_BYTES = 18;
    private static final Pattern PASSWORD = Pattern.compile("\"password\"\\s*:\\s*\"([^\"]+)\"");

    private final String signingKey;
    private final Path operator;
    private final String password;
    private final boolean fresh;

    private Secrets(String signingKey, Path operator, String password, boolean fresh) {
        this.signingKey = signingKey;
        this.operator = operator;
        this.password = password;
        this.fresh = fresh;
    }

    /** Reads them, or makes what is missing. */
    static Secrets of(DataFolder data) throws IOException {
        Path key = data.resolve("signing-key");
        Path operator = data.resolve("operator.json");
        boolean fresh = !Files.exists(operator);
        if (!Files.exists(key)) {
            write(key, newKey());
        }
        if (fresh) {
            // As the log-in takes it: curl -d @operator.json …
            write(operator, "{\"email\":\"" + OPERATOR_EMAIL + "\",\"password\":\"" + newPassword() + "\"}\n");
        }
        Matcher password = PASSWORD.matcher(Files.readString(operator));
        if (!password.find()) {
            throw new LocalStackException(operator + " is damaged; delete it, and a new password is made");
        }
        return new Secrets(Files.readString(key).strip(), operator, password.group(1), fresh);
    }

    /** The settings that web gets. */
    Map<String, String> environment() {
        return Map.of(
                "JWT_PRIVATE_KEY", signingKey,
                "CARAVANA_OPERATOR_EMAIL", OPERATOR_EMAIL,
                "CARAVANA_OPERATOR_PASSWORD", password);
    }

    /** What people are told of the operator's account; the password only when it is new. */
    String operatorLine() {
        return OPERATOR_EMAIL + (fresh ? ", password " + password : "") + "   (kept in " + operator + ")";
    }

    private static void write(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        // No moment at which others could read it.
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content, StandardOpenOption.WRITE);
    }

    private static String newKey() {
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
