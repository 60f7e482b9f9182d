package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The SHA-256 of a whole file, as its client announced it. Web compares it if one node receives the whole file. The
 * worker always compares it.
 */
final class OriginalChecksum {

    /** The field or parameter with the checksum. */
    static final String FIELD = "original_sha256";

    /** The column with the checksum. */
    static final String COLUMN = "announced_sha256";

    private final String announced;
    private final MessageDigest digest;

    private OriginalChecksum(String announced) {
        this.announced = announced;
        try {
            this.digest = announced == null ? null : MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param text 64 hexadecimal digits; null for none
     * @throws Problem 400 {@code checksum_invalid}
     */
    static OriginalChecksum of(String text) {
        if (text != null && !text.matches("[0-9a-fA-F]{64}")) {
            throw new Problem(
                    400,
                    "checksum_invalid",
                    FIELD + " is " + InputText.shown(text)
                            + ". Send the SHA-256 of the file as 64 hexadecimal digits, or leave it out.");
        }
        return new OriginalChecksum(text == null ? null : text.toLowerCase(Locale.ROOT));
    }

    /**
     * Returns whether two uploads announce the same checksum, or none. If they differed, an idempotent repetition could
     * be another file.
     */
    static boolean areSame(Map<?, ?> one, Map<?, ?> other) {
        return Objects.equals(one.get(COLUMN), other.get(COLUMN));
    }

    /** Returns the checksum as the row stores it; null for none. */
    String announced() {
        return announced;
    }

    /** Wraps a stream, and calculates the checksum of the bytes that are read. */
    InputStream watched(InputStream in) {
        return digest == null ? in : new DigestInputStream(in, digest);
    }

    /** @throws Problem 400 {@code checksum_mismatch} when the bytes do not match the announced checksum */
    void check() {
        if (digest != null) {
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(announced)) {
                throw new Problem(
                        400,
                        "checksum_mismatch",
                        "The SHA-256 of the file that arrived is " + found + ", not the announced " + announced
                                + ". Nothing was stored. Send the file again.");
            }
        }
    }
}
