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
    /** The memory of so many hashes is kept; more at once take some of their own. */
    private static final int KEPT_HASHES = 2;

    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})" + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    /**
     * Of an account that does not exist, so that the answer takes as long as for one that does. Nobody's password: it is made
     * up, since a real one would take its time and memory at every start.
     */
    private static final String NOBODY = COST.phc(new byte[SALT_BYTES], new byte[HASH_BYTES]);

    private final SecureRandom random = new SecureRandom();
    private final Argon2BytesGenerator.BlockPool memory = new Argon2BytesGenerator.FixedBlockPool(
            KEPT_HASHES * Argon2BytesGenerator.getBlockCount(COST.memoryKib(), COST.lanes()));

    /** The hash under a new salt. */
    public String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return COST.phc(salt, hash(password, salt, COST, HASH_BYTES));
    }

    /**
     * Whether that is the password.
     *
     * @param hash null for an account that does not exist: then it never is, and takes as long
     * @throws IllegalArgumentException when that is not a hash of Argon2id
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
     * What a hash costs.
     *
     * @param memoryKib its memory in KiB
     * @param passes how often it goes through that memory
     * @param lanes into how many parts that memory is divided
     */
    private record Cost(int memoryKib, int passes, int lanes) {

        String phc(byte[] salt, byte[] hash) {
            Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                    .formatted(memoryKib, passes, lanes, base64.encodeToString(salt), base64.encodeToString(hash));
        }
    }
}
