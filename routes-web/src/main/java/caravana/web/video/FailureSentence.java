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

    /** Refusals for good whose reason is not one of the original's limits. */
    private static final Set<FailureCode> FINAL =
            EnumSet.of(FailureCode.OUTPUT_INVALID, FailureCode.ORIGINAL_MISSING, FailureCode.MEDIA_TOO_HEAVY);

    private FailureSentence() {}

    /**
     * @param row of a failed video
     * @return what a check of the original says, with the limit that it names; for every other failure, its code's sentence
     */
    static String of(Map<String, Object> row) {
        return FailureCode.of((String) row.get("error_code"))
                .filter(code -> code.retryable() || FINAL.contains(code))
                .map(FailureCode::sentence)
                .orElseGet(() -> ofRefusal(row));
    }

    /** Checks refuse for good, in words that are meant for the uploader; what may pass is a failure of ours. */
    private static String ofRefusal(Map<String, Object> row) {
        return Boolean.TRUE.equals(row.get("retryable"))
                ? FailureCode.INTERNAL_ERROR.sentence()
                : (String) row.get("error_detail");
    }
}
