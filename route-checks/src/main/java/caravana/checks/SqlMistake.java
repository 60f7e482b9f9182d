package caravana.checks;

/** A mistake for which PostgreSQL would refuse a statement, with its position. */
final class SqlMistake extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int at;
    private final String instead;

    SqlMistake(int at, String what, String instead) {
        super(what, null, false, false);
        this.at = at;
        this.instead = instead;
    }

    /** From 0. */
    int at() {
        return at;
    }

    /** What to write instead. */
    String instead() {
        return instead;
    }
}
