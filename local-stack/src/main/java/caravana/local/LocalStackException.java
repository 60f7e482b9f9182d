package caravana.local;

/** The local stack cannot run because of this machine or the data folder; the message says what to do. */
public class LocalStackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LocalStackException(String message) {
        super(message);
    }
}
