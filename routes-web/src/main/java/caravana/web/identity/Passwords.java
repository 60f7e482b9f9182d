package caravana.web.identity;

import caravana.web.http.Problem;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords with Argon2id at the cost that OWASP's password storage cheat sheet asks for (19 MiB, two passes, one
 * lane).
 *
 * <p>Each hash takes its memory for some tens of milliseconds, so only as many as there are processors are made at once;
 * a log-in that waits for its turn for five seconds is refused.
 */
@Component
public class Passwords {

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 1;
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int PATIENCE_SECONDS = 5;

    /**
     * Of an account that does not exist, so that the answer takes as long as for one that does. Nobody's password: it is made
     * up, since a real one would take its time and memory at every start.
     */
    private static final String NOBODY = "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
            .formatted(MEMORY_KIB, PASSES, LANES, base64(new byte[SALT_BYTES]), base64(new byte[HASH_BYTES]));

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

    /** @throws Problem 503 {@code busy} when too many want one at once */
    public String hash(String password) {
        return inTurn(() -> argon2.encode(password));
    }

    /**
     * Whether that is the password.
     *
     * @param hash null for an account that does not exist: then it never is
     * @throws Problem 503 {@code busy} when too many want to know at once
     */
    public boolean matches(String password, String hash) {
        return inTurn(() -> argon2.matches(password, hash == null ? NOBODY : hash)) && hash != null;
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new Problem(503, "busy", "Too many log-ins at once; try again in a moment.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped", e);
        }
        try {
            return work.get();
        } finally {
            turns.release();
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
