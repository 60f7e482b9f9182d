package caravana.statement;

/** A statement needs a value that its route did not set: a mistake in the route, which no retry repairs. */
public class ParameterNotSetException extends IllegalStateException {

    ParameterNotSetException(String file, String name) {
        super(file + " needs :?" + name + ", but " + missing(name)
                + ". Set it before the step, or give it a default in the file: -- :?" + name + " = null");
    }

    private static String missing(String name) {
        int dot = name.indexOf('.');
        return dot < 0
                ? "no variable or exchange property of that name is set"
                : "no variable or exchange property " + name.substring(0, dot) + " with a part "
                        + name.substring(dot + 1) + " is set";
    }
}
