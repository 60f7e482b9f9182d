package caravana.web.http;

import caravana.web.caller.KeyText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The rules for all texts of a request: UTF-8, and only characters that can be stored unchanged. */
public final class InputText {

    /** The longest name that a refusal shows, in characters. */
    private static final int LONGEST_NAME = 60;

    /** Control characters of ASCII and ISO 8859-1, line separators, and marks that change the direction of text. */
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]");

    /** White space and characters without width. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Z}\\p{Cf}]*");

    private InputText() {}

    /**
     * Decodes a text.
     *
     * @param name of the field, for the refusal
     * @throws Problem 400 {@code invalid_request} when the bytes are not UTF-8
     */
    public static String decoded(String name, byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw Problem.invalid("The text of " + shown(name) + " is not valid UTF-8. Send it as UTF-8.");
        }
    }

    /**
     * Checks that a text can be stored unchanged.
     *
     * @param name of the field, for the refusal
     * @throws Problem 400 {@code invalid_request} when the text has a NUL, which PostgreSQL does not store, or an
     *     unpaired surrogate, which is not a character
     */
    public static void check(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw Problem.invalid("The text of " + shown(name) + " has a NUL character. Remove it.");
        }
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw Problem.invalid("The text of " + shown(name)
                    + " has half of a surrogate pair. Send the whole character, or remove it.");
        }
    }

    /**
     * Returns whether people can read the text on one line: it has at least one visible character and no control
     * character.
     */
    public static boolean isLine(String text) {
        return !INVISIBLE.matcher(text).matches() && !CONTROL.matcher(text).find();
    }

    /** Formats a name for a refusal: on one line, with a limited length, and with API keys masked. */
    public static String shown(String name) {
        String line = KeyText.masked(name).replaceAll("\\p{C}", "\uFFFD");
        return line.codePointCount(0, line.length()) <= LONGEST_NAME
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_NAME)) + "…";
    }
}
