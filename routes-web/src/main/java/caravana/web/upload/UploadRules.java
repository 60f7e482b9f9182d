package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Validates the common data of all ways to upload: title, idempotency key, length, and the number of uploads in an
 * hour.
 */
@Component
public class UploadRules {

    private static final int HOUR_SECONDS = 3600;
    static final int TITLE_LENGTH = 200;

    private static final int MOST_DIGITS = 18;

    private static final Pattern KEY = Pattern.compile("[!-~]{1,200}");

    /**
     * Returns the title without the white space around it. It may be in any script.
     *
     * @throws Problem 400 {@code title_invalid}
     */
    public String title(String text) {
        if (!isTitle(text)) {
            throw new Problem(
                    400,
                    "title_invalid",
                    "Send a title of 1 to " + TITLE_LENGTH
                            + " characters, at least one of them visible and none of them a control character.");
        }
        return text.strip();
    }

    /** Returns whether a text may be a title: 1 to 200 characters, at least one visible, and no control characters. */
    public static boolean isTitle(String text) {
        return text != null
                && InputText.isLine(text)
                && text.strip().codePointCount(0, text.strip().length()) <= TITLE_LENGTH;
    }

    /** Parses a number of bytes. A number that is too large becomes the largest long. */
    static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(significant);
    }

    /**
     * Returns the {@code Idempotency-Key}; null when there is none.
     *
     * @throws Problem 400 {@code idempotency_key_invalid}
     */
    String idempotencyKey(String header) {
        if (header != null && !KEY.matcher(header).matches()) {
            throw new Problem(
                    400,
                    "idempotency_key_invalid",
                    "Send an Idempotency-Key of 1 to 200 visible ASCII characters, without spaces.");
        }
        return header;
    }

    /**
     * Sets the rate limit headers of the answer: how many jobs the account may still start within an hour, if they are
     * limited.
     *
     * @param row of a statement that counts them: {@code per_hour}, {@code uploads_left} and {@code next_seconds}
     */
    public static void noteRateLimit(Map<?, ?> row, Exchange exchange) {
        if (number(row, "per_hour") > 0) {
            exchange.setProperty(
                    RateLimit.PROPERTY,
                    new RateLimit(
                            "uploads",
                            number(row, "per_hour"),
                            HOUR_SECONDS,
                            number(row, "uploads_left"),
                            number(row, "next_seconds")));
        }
    }

    /**
     * Returns 429 {@code too_many_uploads}: the account has reached its limit of jobs within an hour.
     *
     * @param row see {@link #noteRateLimit}
     */
    public static Problem tooMany(Map<?, ?> row) {
        return new Problem(
                429,
                "too_many_uploads",
                "This account has reached its limit of uploads and repeated jobs per hour. Try again " + "later.",
                (int) number(row, "next_seconds"));
    }

    private static long number(Map<?, ?> row, String column) {
        return ((Number) row.get(column)).longValue();
    }

    /** @throws Problem 415 {@code not_a_video} */
    static void checkNotEmpty(long bytes) {
        if (bytes == 0) {
            throw new Problem(415, "not_a_video", "The file is empty. Send a video.");
        }
    }
}
