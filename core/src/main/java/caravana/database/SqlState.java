package caravana.database;

import java.sql.SQLException;
import java.util.Set;

/**
 * Classifies failed statements by their SQLSTATE.
 *
 * @see <a href="https://www.postgresql.org/docs/17/errcodes-appendix.html">PostgreSQL error codes</a>
 */
public final class SqlState {

    private static final String DATA_EXCEPTION = "22";

    private static final String CONSTRAINT_VIOLATION = "23";

    /**
     * Dynamic SQL error, feature not supported, case not found, cardinality violation, SQL function exception, invalid
     * schema name, syntax error or access rule violation, check option violation.
     */
    private static final Set<String> WRONG_STATEMENT = Set.of("07", "0A", "20", "21", "2F", "3F", "42", "44");

    /** A required column without a value, or a violated check of one row: no other row can be the cause. */
    private static final Set<String> WRONG_ROW = Set.of("23502", "23514");

    private SqlState() {}

    /**
     * Returns whether the statement, or a row that it writes, does not fit the schema, regardless of the data in the
     * database.
     */
    public static boolean isWrongStatement(SQLException failure) {
        return WRONG_STATEMENT.contains(classOf(failure)) || WRONG_ROW.contains(String.valueOf(failure.getSQLState()));
    }

    /** Returns whether a column cannot hold a value, such as a number out of range or an invalid character. */
    public static boolean isWrongValue(SQLException failure) {
        return DATA_EXCEPTION.equals(classOf(failure));
    }

    /** Returns whether other rows, or missing ones, prevent a value: a unique key, a foreign key or an exclusion. */
    public static boolean isConstraintViolation(SQLException failure) {
        return CONSTRAINT_VIOLATION.equals(classOf(failure));
    }

    /** The class of the SQLSTATE; empty without a SQLSTATE, as when a pool or driver gets no connection. */
    private static String classOf(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && state.length() == 5 ? state.substring(0, 2) : "";
    }
}
