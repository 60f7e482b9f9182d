package caravana.worker.media;

import caravana.job.CodedFailure;
import caravana.media.Refusal;
import java.util.Map;

/** The original cannot be processed by any worker in any attempt: the uploader must send another file. */
public class RejectedMediaException extends RuntimeException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final transient Map<String, Object> values;

    /**
     * A refusal that only this deployment has.
     *
     * @param code stable code of the refusal
     * @param sentence one sentence for the uploader
     */
    public RejectedMediaException(String code, String sentence) {
        this(new Refusal(code, sentence, Map.of()));
    }

    RejectedMediaException(Refusal refusal) {
        super(refusal.sentence());
        code = refusal.code();
        values = refusal.values();
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public Map<String, Object> values() {
        return values;
    }
}
