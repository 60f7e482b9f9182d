package caravana.local;

/** Something about this machine or the data folder keeps the local stack from working; the message says what to do. */
public class LocalStackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LocalStackException(String message) {
        super(message);
    }
}
