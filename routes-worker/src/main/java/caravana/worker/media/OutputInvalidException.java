package caravana.worker.media;

/** A result is not as planned. That is our fault, not the uploader's: it is tried once more, and then looked at. */
public class OutputInvalidException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with it */
    public OutputInvalidException(String message) {
        super(message);
    }
}
