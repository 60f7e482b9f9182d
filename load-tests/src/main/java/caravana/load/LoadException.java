package caravana.load;

/** A run that could not be made, in words for the one who asked for it. */
final class LoadException extends RuntimeException {

    LoadException(String message) {
        super(message);
    }
}
