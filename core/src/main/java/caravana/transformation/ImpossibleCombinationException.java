package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import java.util.List;

/** A job asks for transformations that do not go together. */
public class ImpossibleCombinationException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    ImpossibleCombinationException(String name, List<String> missing) {
        super("'" + name + "' is not possible without " + String.join(", ", missing) + "; ask for "
                + (missing.size() == 1 ? "it" : "them") + " as well, or leave '" + name + "' out");
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
