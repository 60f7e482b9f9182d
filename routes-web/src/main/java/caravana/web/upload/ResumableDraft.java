package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.Stream;
import org.apache.camel.Message;

/**
 * A request of the IETF's <a href="https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/">resumable
 * uploads</a>. They differ from tus in how a request marks itself as the last one. The interop version names the draft:
 * 3 is draft 01, 4 is 02, 5 is 03, 6 is 04 and 05, 7 is 06 and 07, 8 is 08 and later.
 *
 * @param version the interop version; the newest for a client that sends none
 */
public record ResumableDraft(int version) {

    /** The header with the interop version. */
    public static final String VERSION_HEADER = "Upload-Draft-Interop-Version";

    /** The media type of a piece. */
    public static final String TYPE = "application/partial-upload";

    static final String LIMIT = "Upload-Limit";

    private static final int OLDEST = 3;
    private static final int NEWEST = 8;

    /** The first interop version that requires this media type. */
    private static final int TYPED = 6;

    private static final String COMPLETE = "Upload-Complete";

    /** The header of draft 01, with the opposite meaning. */
    private static final String INCOMPLETE = "Upload-Incomplete";

    private static final String TRUE = "?1";
    private static final String FALSE = "?0";

    /**
     * @return null for a request that does not use a draft
     * @throws Problem 412 {@code draft_version_unsupported}
     */
    static ResumableDraft of(HttpServletRequest request) {
        String version = request.getHeader(VERSION_HEADER);
        if (version == null) {
            return request.getHeader(COMPLETE) == null ? null : new ResumableDraft(NEWEST);
        }
        if (!version.matches("[" + OLDEST + "-" + NEWEST + "]")) {
            throw new Problem(
                    412,
                    "draft_version_unsupported",
                    "The header " + VERSION_HEADER + " is " + InputText.shown(version) + ". Send " + OLDEST + " to "
                            + NEWEST + ".");
        }
        return new ResumableDraft(Integer.parseInt(version));
    }

    /** Returns the name of a header that only the drafts have; null when the request has none. */
    static String headerIn(HttpServletRequest request) {
        return Stream.of(VERSION_HEADER, COMPLETE, INCOMPLETE)
                .filter(name -> request.getHeader(name) != null)
                .findFirst()
                .orElse(null);
    }

    /** Returns whether a piece must have the media type {@link #TYPE}. */
    boolean isTyped() {
        return version >= TYPED;
    }

    /**
     * Returns whether the file ends with the request's body.
     *
     * @throws Problem 400 when the request does not say so
     */
    boolean isLast(HttpServletRequest request) {
        String header = version == OLDEST ? INCOMPLETE : COMPLETE;
        String value = request.getHeader(header);
        if (!TRUE.equals(value) && !FALSE.equals(value)) {
            throw Problem.invalid("The header " + header + " is " + (value == null ? "missing" : InputText.shown(value))
                    + ". Send " + TRUE + " or " + FALSE + ".");
        }
        return TRUE.equals(value) == (version != OLDEST);
    }

    /**
     * Sets the headers that say whether the whole file has arrived, and which limits apply.
     *
     * @param seconds until the upload expires
     */
    void describe(Message answer, boolean complete, long maxBytes, long seconds) {
        if (version == OLDEST) {
            answer.setHeader(INCOMPLETE, complete ? FALSE : TRUE);
        } else {
            answer.setHeader(COMPLETE, complete ? TRUE : FALSE);
        }
        // Draft 06 has renamed the last limit.
        answer.setHeader(LIMIT, limit(maxBytes) + ", max-age=" + seconds + ", expires=" + seconds);
    }

    /** Returns the value of {@code Upload-Limit} for every upload. */
    public static String limit(long maxBytes) {
        return "max-size=" + maxBytes + ", min-size=1";
    }
}
