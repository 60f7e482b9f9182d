package caravana.routes;

import caravana.checks.Finding;
import caravana.checks.RouteFiles;
import caravana.checks.StatementSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;

/**
 * Lets the database prepare edited statements, to find mistakes in them. It uses a connection outside the app's pool,
 * because prepared statements stay on their connection.
 */
final class EditedStatements {

    private static final Logger LOG = LoggerFactory.getLogger(EditedStatements.class);
    private static final String SQL = ".sql";

    private final JdbcConnectionDetails database;
    private final String app;

    EditedStatements(JdbcConnectionDetails database, String app) {
        this.database = database;
        this.app = app;
    }

    /**
     * Returns the mistakes that the database finds in edited statements that this app runs; an empty list when the
     * database is unavailable.
     *
     * @param before the files that the app runs
     * @param now the same files after the edit
     */
    List<Finding> refused(Map<String, String> before, Map<String, String> now) {
        Map<String, String> edited = new TreeMap<>(now);
        edited.keySet().removeIf(file -> !file.endsWith(SQL) || !RouteFiles.isLoadedBy(app, file));
        edited.entrySet().removeAll(before.entrySet());
        if (edited.isEmpty()) {
            return List.of();
        }
        Properties properties = new Properties();
        properties.put("user", database.getUsername());
        properties.put("password", database.getPassword());
        properties.put("loginTimeout", "2");
        try (Connection connection = DriverManager.getConnection(database.getJdbcUrl(), properties)) {
            return StatementSchema.check(edited, connection);
        } catch (SQLException e) {
            LOG.debug("Edited statements go unprepared", e);
            return List.of();
        }
    }
}
