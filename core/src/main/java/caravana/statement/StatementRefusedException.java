package caravana.statement;

/** A SQL file, or a step that names one, has a mistake; the message says what to change. */
public class StatementRefusedException extends IllegalArgumentException {

    StatementRefusedException(String message) {
        super(message);
    }

    StatementRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
