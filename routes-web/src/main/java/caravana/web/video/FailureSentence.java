package caravana.web.video;

import java.util.Map;

/**
 * What an uploader reads of a failure: one sentence a code. The row's own text may have statements, command lines and
 * paths in it, and is for operators.
 */
final class FailureSentence {

    private static final Map<String, String> BY_CODE = Map.of(
            "attempts_exhausted", "Processing failed several times in a row. You can retry it.",
            "output_invalid", "The result was not as planned. The fault is ours.",
            "out_of_memory", "Processing ran out of memory.",
            "unknown_transformation", "One of the transformations is not available yet.",
            "original_missing", "The uploaded file is no longer stored. Upload it again.");

    private static final String ANY_OTHER = "Processing failed. You can retry it.";

    private FailureSentence() {}

    /**
     * @param row of a failed video
     * @return what a check of the original says, with the limit that it names; for every other failure, its code's sentence
     */
    static String of(Map<String, Object> row) {
        String sentence = BY_CODE.get(row.get("error_code"));
        if (sentence != null) {
            return sentence;
        }
        // Checks refuse for good, in words that are meant for the uploader; what may pass is a failure of ours.
        return Boolean.TRUE.equals(row.get("retryable")) ? ANY_OTHER : (String) row.get("error_detail");
    }
}
