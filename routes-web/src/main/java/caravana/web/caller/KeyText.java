package caravana.web.caller;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The format of API keys: {@code cvn_}, 32 random letters and digits, and 6 more with the CRC-32 of everything before
 * them. The prefix lets secret scanners find leaked keys. The checksum distinguishes a key that was copied incompletely
 * from an unknown one.
 */
public final class KeyText {

    /** The first characters of every key. */
    public static final String PREFIX = "cvn_";

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_CHARACTERS = 32;
    private static final int CHECKSUM_CHARACTERS = 6;

    /**
     * The length of the shown part with the prefix. The other characters stay secret: 26 random ones and 6 of the
     * checksum.
     */
    private static final int SHOWN_CHARACTERS = PREFIX.length() + 6;

    private static final Pattern KEY =
            Pattern.compile(PREFIX + "[0-9A-Za-z]{" + (RANDOM_CHARACTERS + CHECKSUM_CHARACTERS) + "}");
    private static final Pattern KEY_OR_PART = Pattern.compile(PREFIX + "[0-9A-Za-z]{7,}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private KeyText() {}

    /** Generates a key. */
    public static String generate() {
        StringBuilder key = new StringBuilder(PREFIX);
        RANDOM.ints(RANDOM_CHARACTERS, 0, ALPHABET.length()).forEach(index -> key.append(ALPHABET.charAt(index)));
        return key + checksum(key.toString());
    }

    /** Returns whether the text has a key's prefix, even if the rest is wrong. */
    public static boolean isKey(String text) {
        return text.startsWith(PREFIX);
    }

    /** Returns whether the text is complete and its checksum is correct. */
    public static boolean isWellFormed(String text) {
        int end = text.length() - CHECKSUM_CHARACTERS;
        return KEY.matcher(text).matches() && text.substring(end).equals(checksum(text.substring(0, end)));
    }

    /** Returns the first characters of the key, by which people recognize it. They are not secret. */
    public static String shown(String key) {
        return key.substring(0, SHOWN_CHARACTERS);
    }

    /** Replaces all keys in a text, so that logs and answers do not reveal them. */
    public static String masked(String text) {
        return KEY_OR_PART.matcher(text).replaceAll(key -> shown(key.group()) + "…");
    }

    /**
     * Returns the SHA-256 of the key in hexadecimal digits, which is stored instead of the key. A key is random, so a
     * slower hash is not needed.
     */
    public static String hash(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        long rest = crc.getValue();
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < CHECKSUM_CHARACTERS; i++) {
            digits.insert(0, ALPHABET.charAt((int) (rest % ALPHABET.length())));
            rest /= ALPHABET.length();
        }
        return digits.toString();
    }
}
