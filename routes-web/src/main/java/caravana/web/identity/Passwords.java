package caravana.web.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords with Argon2id, with the parameters of OWASP's password storage cheat sheet (19 MiB, two passes, one
 * lane), in the format of a PHC string. Requests use it through {@link PasswordHashing}, which limits concurrent
 * hashes.
 *
 * <p>Spring Security's encoder allocates memory for each hash. In a small heap, a few hashes a second then cause a full
 * garbage collection each, during which all requests wait (ADR 16). This class reuses the memory of one hash for the
 * next.
 */
@Component
public class Passwords {

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final Cost COST = new Cost(19 * 1024, 2, 1);
    /** The number of hashes whose memory is kept for reuse. Further concurrent hashes allocate their own. */
    private static final int KEPT_HASHES = 2;

    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})" + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    /**
     * The hash of a non-existing account, so that the answer takes as long as for an existing one. It belongs to no
     * password: a real hash would cost time and memory at each start.
     */
    private static final String NOBODY = COST.phc(new byte[SALT_BYTES], new byte[HASH_BYTES]);

    private final SecureRandom random = new SecureRandom();
    private final Argon2BytesGenerator.BlockPool memory = new Argon2BytesGenerator.FixedBlockPool(
            KEPT_HASHES * Argon2BytesGenerator.getBlockCount(COST.memoryKib(), COST.lanes()));

    /** Returns the hash with a new salt. */
    public String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return COST.phc(salt, hash(password, salt, COST, HASH_BYTES));
    }

    /**
     * Returns whether the password matches the hash.
     *
     * @param hash null for an account that does not exist: the result is false, after the same time
     * @throws IllegalArgumentException when it is not a hash of Argon2id
     */
    public boolean matches(String password, String hash) {
        Matcher phc = PHC.matcher(hash == null ? NOBODY : hash);
        if (!phc.matches()) {
            throw new IllegalArgumentException("Not a hash of Argon2id, version 19");
        }
        Cost cost = new Cost(
                Integer.parseInt(phc.group(1)), Integer.parseInt(phc.group(2)), Integer.parseInt(phc.group(3)));
        byte[] right = Base64.getDecoder().decode(phc.group(5));
        byte[] given = hash(password, Base64.getDecoder().decode(phc.group(4)), cost, right.length);
        return MessageDigest.isEqual(right, given) && hash != null;
    }

    private byte[] hash(String password, byte[] salt, Cost cost, int bytes) {
        Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
        argon2.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKib())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .withBlockPool(memory)
                .build());
        byte[] hash = new byte[bytes];
        argon2.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }

    /**
     * The cost parameters of a hash.
     *
     * @param memoryKib memory in KiB
     * @param passes number of iterations
     * @param lanes degree of parallelism
     */
    private record Cost(int memoryKib, int passes, int lanes) {

        String phc(byte[] salt, byte[] hash) {
            Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                    .formatted(memoryKib, passes, lanes, base64.encodeToString(salt), base64.encodeToString(hash));
        }
    }
}
