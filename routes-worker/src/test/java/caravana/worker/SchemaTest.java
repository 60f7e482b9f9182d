package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.RouteFiles;
import caravana.checks.SqlText;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The statements of both apps' routes, as PostgreSQL prepares them against the migrated schema. */
class SchemaTest {

    @Test
    void everyStatementFitsTheSchema() throws Exception {
        Map<String, String> statements = statements();

        assertThat(statements).hasSizeGreaterThan(30);
        assertThat(refused(statements)).isEmpty();
    }

    @Test
    void aWrongNameIsFoundWithItsFile() throws Exception {
        Map<String, String> statements = statements();
        statements.compute("job/commit-result.sql", (file, sql) -> sql.replace("poster_key = :?", "poster_kee = :?"));

        assertThat(refused(statements))
                .containsOnlyKeys("job/commit-result.sql")
                .hasEntrySatisfying(
                        "job/commit-result.sql",
                        why -> assertThat(why).contains("column \"poster_kee\" of relation \"videos\" does not exist"));
    }

    private static Map<String, String> statements() throws IOException {
        Map<String, String> files = new TreeMap<>(RouteFiles.read(Path.of("../src/main/resources/camel")));
        files.keySet().removeIf(file -> !file.endsWith(".sql"));
        return files;
    }

    private static Map<String, String> refused(Map<String, String> statements) throws SQLException {
        Map<String, String> refused = new TreeMap<>();
        try (Connection connection = WorkerFixture.DATABASE.getConnection()) {
            statements.forEach((file, text) -> {
                try (PreparedStatement statement =
                        connection.prepareStatement(SqlText.of(text).sql())) {
                    // The driver prepares it on the server, to know its parameters' types.
                    statement.getParameterMetaData();
                    statement.getMetaData();
                } catch (SQLException e) {
                    refused.put(file, e.getMessage());
                }
            });
        }
        return refused;
    }
}
