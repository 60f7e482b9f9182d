package caravana.web.video;

import caravana.job.FailureCode;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The sentence about a failure for the uploader. The row's own text is for operators: it may contain statements,
 * command lines and paths.
 */
final class FailureSentence {

    /** Refusals that are final and are not about a limit of originals. */
    private static final Set<FailureCode> FINAL =
            EnumSet.of(FailureCode.OUTPUT_INVALID, FailureCode.ORIGINAL_MISSING, FailureCode.MEDIA_TOO_HEAVY);

    private FailureSentence() {}

    /**
     * Returns the sentence for the uploader.
     *
     * @param row of a failed video
     * @return the sentence of the check that refused the original, with its limit; for every other failure, the
     *     sentence of its code
     */
    static String of(Map<String, Object> row) {
        return FailureCode.of((String) row.get("error_code"))
                .filter(code -> code.retryable() || FINAL.contains(code))
                .map(FailureCode::sentence)
                .orElseGet(() -> ofRefusal(row));
    }

    /**
     * Returns the stored sentence of a final refusal, which is written for uploaders. A failure that may pass has the
     * sentence of an internal error.
     */
    private static String ofRefusal(Map<String, Object> row) {
        return Boolean.TRUE.equals(row.get("retryable"))
                ? FailureCode.INTERNAL_ERROR.sentence()
                : (String) row.get("error_detail");
    }
}
