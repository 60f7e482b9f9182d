package caravana.worker.media;

import caravana.media.Refusal;

/** The original cannot be processed, whoever tries and however often: the uploader has to send something else. */
public class RejectedMediaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * @param code stable code of the refusal
     * @param sentence one sentence for the uploader
     */
    public RejectedMediaException(String code, String sentence) {
        super(sentence);
        this.code = code;
    }

    RejectedMediaException(Refusal refusal) {
        this(refusal.code(), refusal.sentence());
    }

    public String getCode() {
        return code;
    }
}
