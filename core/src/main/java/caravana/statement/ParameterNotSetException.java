package caravana.statement;

/** A statement needs a value that its route did not set: a mistake in the route, which no retry repairs. */
public class ParameterNotSetException extends IllegalStateException {

    ParameterNotSetException(String file, String name) {
        super(file + " needs :?" + name + ", but no variable or exchange property of that name is set."
                + " Set it before the step, or give it a default in the file: -- :?" + name + " = null");
    }
}
