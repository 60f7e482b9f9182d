package caravana.statement;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;

/**
 * Runs the statement of one file. On success, the result becomes the body of the message. On failure, the message does
 * not change.
 */
final class StatementCall {

    /** How the rows become the body of the message. */
    enum Result {
        /** The first row, as a map by column label; null when there is no row. */
        row,
        /** All rows, as maps. */
        rows,
        /** The number of rows that a query returned, or that another statement changed. */
        count,
        /** Nothing: the body of the message stays. */
        none
    }

    /** The SQLSTATE that marks the statement as wrong, so that callers do not treat the database as unavailable. */
    private static final String CARDINALITY_VIOLATION = "21000";

    private final StatementFiles files;
    private final StatementValues values;
    private final DataSource database;
    private final String file;
    private final Result result;
    private final Duration timeout;

    /**
     * @param timeout how long the database may take to answer; zero for no limit
     * @throws StatementRefusedException as {@link StatementFiles#get}
     */
    StatementCall(
            StatementFiles files,
            StatementValues values,
            DataSource database,
            String file,
            Result result,
            Duration timeout) {
        this.files = files;
        this.values = values;
        this.database = database;
        this.file = file;
        this.result = result;
        this.timeout = timeout;
        files.get(file);
    }

    /**
     * Runs the statement on its own connection: one statement is one transaction.
     *
     * @throws ParameterNotSetException when a value is missing; the database is not called
     * @throws SQLException when the database refuses the statement or does not answer in time; in the latter case,
     *     the statement may have run or not
     * @throws SQLDataException when rows are wanted and the statement cannot return rows, or one row is wanted and
     *     it returns several. Changes of the statement are committed
     */
    void run(Exchange exchange) throws SQLException {
        Object found = execute(files.get(file), exchange);
        if (result != Result.none) {
            exchange.getMessage().setBody(found);
        }
    }

    private Object execute(StatementText text, Exchange exchange) throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(text.sql())) {
            for (int i = 0; i < text.names().size(); i++) {
                statement.setObject(i + 1, values.of(text.names().get(i), text, exchange, connection));
            }
            if (!statement.execute()) {
                return withoutRows(text, statement.getUpdateCount());
            }
            try (ResultSet rows = statement.getResultSet()) {
                return shaped(text, read(rows));
            }
        }
    }

    private Connection connection() throws SQLException {
        Connection connection = database.getConnection();
        if (!timeout.isZero()) {
            // A server that hangs also ignores the time-out of the query. The pool resets this limit.
            connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
        }
        return connection;
    }

    private Object withoutRows(StatementText text, int changed) throws SQLException {
        if (result == Result.row || result == Result.rows) {
            throw new SQLDataException(
                    text.file() + " returns no rows, and result=" + result + " takes them. Add RETURNING, or write"
                            + " result: count or result: none",
                    CARDINALITY_VIOLATION);
        }
        return changed;
    }

    private Object shaped(StatementText text, List<Map<String, Object>> rows) throws SQLException {
        switch (result) {
            case row:
                if (rows.size() > 1) {
                    throw new SQLDataException(
                            text.file() + " returned " + rows.size() + " rows, and result=row takes one at most."
                                    + " Narrow the statement, or write result: rows",
                            CARDINALITY_VIOLATION);
                }
                return rows.isEmpty() ? null : rows.get(0);
            case count:
                return rows.size();
            default:
                return rows;
        }
    }

    private static List<Map<String, Object>> read(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<Map<String, Object>> found = new ArrayList<>();
        while (rows.next()) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.put(columns.getColumnLabel(i), rows.getObject(i));
            }
            found.add(row);
        }
        return found;
    }
}
