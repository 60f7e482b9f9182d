package caravana.web.upload;

import caravana.web.http.Problem;

/** 503 {@code unavailable}: somebody else has ended the upload while its original was made. */
public final class UploadOvertakenException extends Problem {

    private static final long serialVersionUID = 1L;

    /** @param detail one sentence for people, which says what to do */
    public UploadOvertakenException(String detail) {
        super(503, "unavailable", detail);
    }
}
