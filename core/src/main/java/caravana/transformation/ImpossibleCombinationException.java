package caravana.transformation;

import caravana.job.CodedFailure;
import caravana.job.FailureCode;
import java.util.List;

/** A request names transformations that exclude or need each other. */
public class ImpossibleCombinationException extends IllegalArgumentException implements CodedFailure {

    private static final long serialVersionUID = 1L;

    private ImpossibleCombinationException(String message) {
        super(message);
    }

    static ImpossibleCombinationException without(String name, List<String> missing) {
        return new ImpossibleCombinationException("'" + name + "' is not possible without " + String.join(", ", missing)
                + "; request " + (missing.size() == 1 ? "it" : "them") + " as well, or leave '" + name + "' out");
    }

    static ImpossibleCombinationException beside(String name, List<String> excluded) {
        return new ImpossibleCombinationException("'" + name + "' is not possible together with "
                + String.join(", ", excluded) + "; leave one of them out");
    }

    static ImpossibleCombinationException twice(String name) {
        return new ImpossibleCombinationException(
                "'" + name + "' appears twice with different parameters; request it once");
    }

    @Override
    public String code() {
        return FailureCode.UNKNOWN_TRANSFORMATION.code();
    }
}
