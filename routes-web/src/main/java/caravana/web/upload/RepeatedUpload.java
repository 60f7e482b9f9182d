package caravana.web.upload;

import caravana.transformation.TransformationRecipe;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import java.util.Objects;

/** Compares an upload with the earlier one that had its {@code Idempotency-Key}, for all ways to upload. */
final class RepeatedUpload {

    private RepeatedUpload() {}

    /**
     * Compares what a client may say of its file in each way to upload.
     *
     * @param earlier its columns; a file's name and a priority may be missing, which older versions and bodies without a form do not have
     * @throws Problem 409 {@code idempotency_mismatch} with the first field that differs
     */
    static void check(Map<?, ?> earlier, Map<?, ?> repeated) throws JsonProcessingException {
        require(Objects.equals(earlier.get("title"), repeated.get("title")), "another title");
        require(isSameWhereKnown("original_name", earlier, repeated), "another file name");
        require(
                TransformationRecipe.in(earlier).isSame(TransformationRecipe.in(repeated)),
                "other " + TransformationRules.FIELD);
        require(
                Objects.equals(earlier.get(VideoLabels.REFERENCE), repeated.get(VideoLabels.REFERENCE)),
                "another " + VideoLabels.REFERENCE);
        require(VideoLabels.haveSameMetadata(earlier, repeated), "other " + VideoLabels.METADATA);
        require(OriginalChecksum.areSame(earlier, repeated), "another " + OriginalChecksum.FIELD);
        require(isSameWhereKnown(Priority.COLUMN, earlier, repeated), "another " + Priority.FIELD);
    }

    private static boolean isSameWhereKnown(String column, Map<?, ?> earlier, Map<?, ?> repeated) {
        Object before = earlier.get(column);
        Object now = repeated.get(column);
        return before == null || now == null || before.equals(now);
    }

    /**
     * @param what an earlier upload had, if it is not the same
     * @throws Problem 409 {@code idempotency_mismatch}
     */
    static void require(boolean same, String what) {
        if (!same) {
            throw new Problem(
                    409,
                    "idempotency_mismatch",
                    "An earlier upload with this Idempotency-Key had " + what
                            + ". Send the same as then, or use a new key.");
        }
    }

    /**
     * @param same whether the earlier one was sent in the same way
     * @throws Problem 409 {@code idempotency_mismatch}
     */
    static void requireWay(boolean same) {
        if (!same) {
            throw new Problem(
                    409,
                    "idempotency_mismatch",
                    "An earlier upload with this Idempotency-Key was sent in another way. Send it in the same way, or"
                            + " use a new key.");
        }
    }
}
