package caravana.web.upload;

import caravana.web.http.Problem;

/** 503 {@code unavailable}: another request has ended the upload while this one completed its object. */
public final class UploadOvertakenException extends Problem {

    private static final long serialVersionUID = 1L;

    /** @param detail one sentence for people, which says what to do */
    public UploadOvertakenException(String detail) {
        super(503, "unavailable", detail);
    }
}
