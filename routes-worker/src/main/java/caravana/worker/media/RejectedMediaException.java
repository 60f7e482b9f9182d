package caravana.worker.media;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import caravana.media.Refusal;

/** The original cannot be processed, whoever tries and however often: the uploader has to send something else. */
public class RejectedMediaException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String code;

    /** A refusal that needs no more words than its code's own. */
    RejectedMediaException(FailureCode code) {
        this(code, code.sentence());
    }

    /** @param sentence one sentence, which names the value that was exceeded */
    RejectedMediaException(FailureCode code, String sentence) {
        this(code.code(), sentence);
    }

    /**
     * A refusal of a deployment's own.
     *
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

    @Override
    public String code() {
        return code;
    }
}
