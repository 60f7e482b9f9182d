package caravana.web.http;

import jakarta.servlet.http.HttpServletRequest;

/** Determines from the headers whether a request has a body, before any of it is read (RFC 9112, section 6.3). */
public final class AnnouncedBody {

    private AnnouncedBody() {}

    /** Returns whether the request has a body, even if its length is not announced. */
    public static boolean isIn(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }
}
