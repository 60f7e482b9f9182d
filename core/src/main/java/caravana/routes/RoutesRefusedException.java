package caravana.routes;

/** The checks found mistakes in routes: an app does not start with them, and they cannot be shipped. */
public final class RoutesRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong
     * @param remedy what to do
     */
    RoutesRefusedException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** Returns what to do. */
    String remedy() {
        return remedy;
    }
}
