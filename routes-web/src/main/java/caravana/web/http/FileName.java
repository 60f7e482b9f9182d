package caravana.web.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File names that clients send, and that other clients get. No file is ever opened by such a name. */
public final class FileName {

    /** The longest name of a file in common file systems. */
    private static final int LONGEST_STORED = 255;

    /** The longest {@code Content-Disposition}. Links contain it percent-encoded. */
    private static final int LONGEST_DISPOSITION = 200;

    /** Control characters, line breaks, unpaired surrogates, and marks that change the direction of text. */
    private static final Pattern UNSEEN =
            Pattern.compile("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]");

    private static final Pattern EXTENSION = Pattern.compile("\\.[A-Za-z0-9]{1,10}$");

    private static final Pattern SLASH = Pattern.compile("[/\\\\]");

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** The characters that RFC 8187 leaves unencoded, besides letters and digits (attr-char). */
    private static final String PLAIN_MARKS = "!#$&+.^_`|~-";

    private FileName() {}

    /**
     * Returns the name to store: without invisible characters, and at most 255 characters long including its extension.
     *
     * @return null for null, and for a name of which nothing remains
     */
    public static String stored(String name) {
        String visible = name == null ? "" : UNSEEN.matcher(name).replaceAll("").strip();
        String extension = extension(visible);
        String stem = visible.substring(0, visible.length() - extension.length());
        int left = LONGEST_STORED - extension.length();
        if (stem.codePointCount(0, stem.length()) > left) {
            stem = stem.substring(0, stem.offsetByCodePoints(0, left));
        }
        return visible.isEmpty() ? null : stem + extension;
    }

    /**
     * Returns a {@code Content-Disposition} header (RFC 6266) of at most 200 bytes, with the name in ASCII, and also in
     * UTF-8 if that differs. A longer name is shortened before its extension.
     *
     * @param type {@code inline} or {@code attachment}
     */
    public static String disposition(String type, String name) {
        String visible = SLASH.matcher(UNSEEN.matcher(name).replaceAll("")).replaceAll("_");
        String extension = extension(visible);
        String stem = visible.substring(0, visible.length() - extension.length());
        String start = type + "; filename=\"";
        String ascii = ascii(stem);
        if (ascii.equals(stem)) {
            int room = LONGEST_DISPOSITION - start.length() - extension.length() - 1;
            return start + stem.substring(0, Math.min(room, stem.length())) + extension + "\"";
        }
        String middle = extension + "\"; filename*=UTF-8''";
        int room = LONGEST_DISPOSITION - start.length() - middle.length() - extension.length();
        StringBuilder encoded = new StringBuilder();
        int characters = 0;
        // Each character needs at least one byte in both forms of the name.
        for (int character : stem.codePoints().limit(room).toArray()) {
            String next = encoded(character);
            if (characters + 1 + encoded.length() + next.length() > room) {
                break;
            }
            encoded.append(next);
            characters++;
        }
        return start + ascii.substring(0, characters) + middle + encoded + extension;
    }

    /** Replaces each other character by one ASCII character. */
    private static String ascii(String name) {
        StringBuilder ascii = new StringBuilder(name.length());
        name.codePoints()
                .map(character ->
                        character < ' ' || character > '~' || character == '"' || character == '%' ? '_' : character)
                .forEach(ascii::appendCodePoint);
        return ascii.toString();
    }

    private static boolean isPlain(int character) {
        return character < 0x80 && Character.isLetterOrDigit(character) || PLAIN_MARKS.indexOf(character) >= 0;
    }

    private static String encoded(int character) {
        String text = Character.toString(character);
        if (isPlain(character)) {
            return text;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append('%').append(HEX.toHexDigits(next));
        }
        return encoded.toString();
    }

    private static String extension(String name) {
        Matcher extension = EXTENSION.matcher(name);
        return extension.find() ? extension.group() : "";
    }
}
