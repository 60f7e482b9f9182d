package caravana.checks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Prepares the statements of the routes with PostgreSQL, against the schema of the apps. */
public final class StatementSchema {

    private static final String PREPARE = "PREPARE caravana_check AS ";

    /** The types that the prepared statement takes, in the order of its parameters. */
    private static final String TAKEN =
            "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'caravana_check'";

    /** The types whose values the apps send. */
    private static final Set<String> SENT = Set.of(
            "text",
            "character varying",
            "character",
            "smallint",
            "integer",
            "bigint",
            "real",
            "double precision",
            "numeric",
            "boolean",
            "timestamp with time zone",
            "timestamp without time zone");

    /** SQLSTATE classes of a connection that broke or of a server that ends: no mistake of a statement. */
    private static final String BROKEN = "08.*|57P.*";

    /** With no word of the server: the driver has not sent the statement. */
    private static final String SYNTAX_ERROR = "42601";

    private static final String CORRECT = "Correct it";

    private StatementSchema() {}

    /**
     * What the database refuses. Each statement is prepared, and none is run: a file with a second statement or without the
     * end of a text is not sent, which {@link RouteChecks} finds, and what the connection does is read-only and rolled back.
     *
     * @param files as {@link RouteFiles#read} gives them
     * @param database has the migrated schema; it is left read-only and without autocommit
     * @throws SQLException when the database breaks off
     */
    public static List<Finding> check(Map<String, String> files, Connection database) throws SQLException {
        database.setAutoCommit(false);
        database.setReadOnly(true);
        List<Finding> findings = new ArrayList<>();
        try (Statement statement = database.createStatement()) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                if (file.getKey().endsWith(RouteTree.SQL)
                        && SqlText.unclosed(file.getValue()).isEmpty()
                        && SqlText.second(SqlText.numbered(file.getValue())).isEmpty()) {
                    check(file.getKey(), file.getValue(), statement).ifPresent(findings::add);
                    // What is prepared outlives the rollback, and would keep the next file from that name.
                    database.rollback();
                    statement.execute("DEALLOCATE ALL");
                    database.rollback();
                }
            }
        }
        return findings;
    }

    private static Optional<Finding> check(String file, String text, Statement statement) throws SQLException {
        String sql = SqlText.numbered(text);
        try {
            statement.execute(PREPARE + sql);
            return uncast(file, text, statement);
        } catch (PSQLException e) {
            if (e.getServerErrorMessage() == null && SYNTAX_ERROR.equals(e.getSQLState())) {
                return Optional.of(refused(file, 1, e.getMessage().replaceFirst("(?s) in SQL .*", ""), CORRECT));
            }
            if (e.getSQLState() == null || e.getSQLState().matches(BROKEN) || e.getServerErrorMessage() == null) {
                throw e;
            }
            ServerErrorMessage error = e.getServerErrorMessage();
            int position = Math.max(0, Math.min(sql.length(), error.getPosition() - 1 - PREPARE.length()));
            int line = (int) sql.substring(0, position)
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    + 1;
            return Optional.of(refused(
                    file,
                    line,
                    error.getMessage(),
                    error.getHint() == null
                            ? "Correct it, or write the migration that it needs"
                            : error.getHint().replaceFirst("\\.$", "")));
        }
    }

    /**
     * A parameter that the statement takes for a value of another type than the apps send: they send text, numbers, booleans
     * and times, and PostgreSQL compares none of them with a UUID or an array. It prepares such a statement, since it learns the
     * type of a value only when the statement runs, and refuses it then.
     */
    private static Optional<Finding> uncast(String file, String text, Statement statement) throws SQLException {
        List<SqlText.Parameter> parameters = SqlText.of(text).parameters();
        try (ResultSet types = statement.executeQuery(TAKEN)) {
            for (SqlText.Parameter parameter : parameters) {
                if (!types.next()) {
                    break;
                }
                String type = types.getString(1);
                String cast = "(?is).*\\bCAST\\s*\\(\\s*:\\?" + Pattern.quote(parameter.name()) + "\\s+AS\\b.*";
                String line =
                        text.lines().skip(parameter.line() - 1L).findFirst().orElse("");
                if (!SENT.contains(type) && !line.matches(cast) && !line.contains(":?" + parameter.name() + "::")) {
                    return Optional.of(new Finding(
                            file,
                            parameter.line(),
                            "sql-refused",
                            "PostgreSQL takes :?" + parameter.name() + " for " + type
                                    + " here, gets a text, and refuses the statement when it runs",
                            "Write CAST(:?" + parameter.name() + " AS " + type + ")"));
                }
            }
        }
        return Optional.empty();
    }

    private static Finding refused(String file, int line, String why, String instead) {
        return new Finding(file, line, "sql-refused", "PostgreSQL refuses the statement: " + why, instead);
    }
}
