package caravana.routes;

/** The checks refuse these routes, so that an app does not start with them, and they cannot be shipped. */
public final class RoutesRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong
     * @param remedy what to do about it
     */
    RoutesRefusedException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do about it. */
    String remedy() {
        return remedy;
    }
}
