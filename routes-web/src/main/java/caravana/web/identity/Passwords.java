package caravana.web.identity;

import java.util.Base64;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords with Argon2id at the cost that OWASP's password storage cheat sheet asks for (19 MiB, two passes, one
 * lane). Callers' passwords go through {@link PasswordHashing}, which bounds how many are hashed at once.
 */
@Component
public class Passwords {

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 1;
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;

    /**
     * Of an account that does not exist, so that the answer takes as long as for one that does. Nobody's password: it is made
     * up, since a real one would take its time and memory at every start.
     */
    private static final String NOBODY = "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
            .formatted(MEMORY_KIB, PASSES, LANES, base64(new byte[SALT_BYTES]), base64(new byte[HASH_BYTES]));

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);

    /** The hash under a new salt. */
    public String hash(String password) {
        return argon2.encode(password);
    }

    /**
     * Whether that is the password.
     *
     * @param hash null for an account that does not exist: then it never is, and takes as long
     */
    public boolean matches(String password, String hash) {
        return argon2.matches(password, hash == null ? NOBODY : hash) && hash != null;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
