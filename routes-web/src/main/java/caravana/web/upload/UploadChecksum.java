package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The checksum of one request's body, which the client announces with tus's {@code Upload-Checksum}. */
final class UploadChecksum {

    private static final int MISMATCH = 460;

    /** The names of the algorithms in the header, with Java's names. */
    private static final Map<String, String> ALGORITHMS = Map.of("sha1", "SHA-1", "sha256", "SHA-256", "md5", "MD5");

    /** The names of the algorithms, for {@code Tus-Checksum-Algorithm}. */
    static final List<String> NAMES = ALGORITHMS.keySet().stream().sorted().toList();

    private final String algorithm;
    private final MessageDigest digest;
    private final byte[] announced;

    private UploadChecksum(String algorithm, MessageDigest digest, byte[] announced) {
        this.algorithm = algorithm;
        this.digest = digest;
        this.announced = announced;
    }

    /**
     * Reads the header.
     *
     * @param header algorithm and base64, separated by a space; null for none
     * @return null for none
     * @throws Problem 400 {@code checksum_invalid}
     */
    static UploadChecksum of(String header) {
        if (header == null) {
            return null;
        }
        String[] parts = header.strip().split(" +");
        String name = parts[0].toLowerCase(Locale.ROOT);
        if (parts.length != 2 || !ALGORITHMS.containsKey(name)) {
            throw invalid(header);
        }
        try {
            MessageDigest digest = MessageDigest.getInstance(ALGORITHMS.get(name));
            byte[] announced = Base64.getDecoder().decode(parts[1]);
            if (announced.length != digest.getDigestLength()) {
                throw invalid(header);
            }
            return new UploadChecksum(name, digest, announced);
        } catch (IllegalArgumentException noBase64) {
            throw invalid(header);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem invalid(String header) {
        return new Problem(
                400,
                "checksum_invalid",
                "The Upload-Checksum " + InputText.shown(header) + " is not valid. Send one of "
                        + String.join(", ", NAMES) + ", a space, and the checksum of this request's body in base64.");
    }

    /** Returns the digest, which must be updated with the body's bytes. */
    MessageDigest digest() {
        return digest;
    }

    /** @throws Problem 460 {@code checksum_mismatch} when the bytes do not match the checksum */
    void check() {
        byte[] sum = digest.digest();
        if (!MessageDigest.isEqual(sum, announced)) {
            throw new Problem(
                    MISMATCH,
                    "checksum_mismatch",
                    "The " + algorithm + " of the received body is "
                            + Base64.getEncoder().encodeToString(sum)
                            + ", not that of Upload-Checksum. The body was discarded. Send it again.");
        }
    }
}
