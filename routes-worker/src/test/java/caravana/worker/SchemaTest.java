package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import caravana.checks.SqlText;
import caravana.checks.StatementSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The statements of both apps' routes, as PostgreSQL prepares them against the migrated schema. */
@Tag("slow")
class SchemaTest {

    /** Keywords, functions and types of PostgreSQL; tables, columns and functions of ours. */
    private static final String WORDS = """
            SELECT DISTINCT word COLLATE "C" FROM (
                SELECT word FROM pg_get_keywords()
                UNION SELECT proname::text FROM pg_proc WHERE proname !~ '^(_|pg_|ri_|RI_|bt|gin|gist|brin|spg|hash|in_|has_)'
                UNION SELECT typname::text FROM pg_type WHERE typname !~ '^(_|pg_)'
                UNION SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'
                UNION SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public'
            ) words
            WHERE word ~ '^[a-z][a-z0-9_]*$'
            ORDER BY 1
            """;

    @Test
    void everyStatementFitsTheSchema() throws Exception {
        Map<String, String> statements = statements();

        assertThat(statements).hasSizeGreaterThan(30);
        assertThat(findings(statements)).isEmpty();
        // As the driver prepares them, too: it counts question marks.
        assertThat(refused(statements)).isEmpty();
    }

    /** So that the checks find a misspelt word without a database. */
    @Test
    void theChecksKnowTheWordsOfTheDatabase() throws Exception {
        StringBuilder words = new StringBuilder();
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(WORDS)) {
            while (rows.next()) {
                words.append(rows.getString(1)).append('\n');
            }
        }
        Files.writeString(Path.of("target/sql-words.txt"), words);

        assertThat(Files.readString(Path.of("../route-checks/src/main/resources/caravana/checks/sql-words.txt")))
                .as("cp routes-worker/target/sql-words.txt route-checks/src/main/resources/caravana/checks/")
                .isEqualTo(words.toString());
    }

    @Test
    void aWrongNameIsFoundWithFileLineAndWhatWasMeant() throws Exception {
        Map<String, String> statements = statements();
        String file = statements.keySet().stream()
                .filter(name -> name.endsWith("commit-result.sql"))
                .findFirst()
                .orElseThrow();
        String right = statements.get(file);
        int line = right.substring(0, right.indexOf("poster_key = :?")).split("\n", -1).length;
        statements.put(file, right.replace("poster_key = :?", "poster_kee = :?"));

        List<Finding> findings = findings(statements);

        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).toString())
                .startsWith(file + ":" + line + ": PostgreSQL refuses the statement: column \"poster_kee\"")
                .endsWith("[sql-refused]");
    }

    /** PostgreSQL prepares each of these, and refuses it when it runs with a text, as the apps send UUIDs and arrays. */
    @Test
    void aParameterThatNeedsACastIsFound() throws Exception {
        Map<String, String> files = new TreeMap<>(Map.of(
                "job/a-uuid.sql", "SELECT title\nFROM videos\nWHERE id = :?video_id",
                "job/b-array.sql", "SELECT title\nFROM videos\nWHERE id = ANY (:?video_ids)",
                "job/c-cast.sql",
                        "SELECT title\nFROM videos\nWHERE id = CAST(:?video_id AS uuid) AND attempts < :?most"));

        assertThat(findings(files))
                .extracting(Finding::toString)
                .satisfiesExactly(
                        uuid -> assertThat(uuid)
                                .startsWith("job/a-uuid.sql:3: ")
                                .contains(":?video_id for uuid", "Write CAST(:?video_id AS uuid)."),
                        array -> assertThat(array)
                                .startsWith("job/b-array.sql:3: ")
                                .contains("Write CAST(:?video_ids AS uuid[])."));
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        SqlText.of(files.get("job/a-uuid.sql")).sql())) {
            statement.setObject(1, "0b0a7a0e-0000-4000-8000-000000000000");
            assertThatThrownBy(statement::executeQuery).hasMessageContaining("operator does not exist: uuid = ");
        }
    }

    /** Neither what follows a statement nor what a name with dollars could hide. */
    @Test
    void nothingOfAFileIsRun() throws Exception {
        String insert = "INSERT INTO workers (name, slots) VALUES ('planted', 1)";
        Map<String, String> files = new TreeMap<>(Map.of(
                "job/a-second.sql", "SELECT 1; " + insert,
                "job/b-hidden.sql", "SELECT 1 AS a$$; " + insert + "; SELECT 1 AS b$$",
                "job/c-ended.sql", "SELECT 1; COMMIT; " + insert,
                "job/d-refused.sql", "SELECT 1 FROM no_such_table",
                "job/e-right.sql", "DELETE FROM workers;\n-- The end\n"));
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                Statement statement = connection.createStatement()) {
            int before = workers(statement);

            List<Finding> findings = findings(files);

            assertThat(workers(statement)).isEqualTo(before);
            assertThat(findings).extracting(Finding::file).containsExactly("job/d-refused.sql");
        }
        assertThat(new RouteChecks().check(files))
                .filteredOn(finding -> finding.id().equals("sql-second-statement"))
                .extracting(Finding::file)
                .containsExactly("job/a-second.sql", "job/b-hidden.sql", "job/c-ended.sql");
    }

    private static int workers(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM workers")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** In every file, each column that it names, one after the other. */
    @Test
    void misspeltColumnsAreFoundInEveryFile() throws Exception {
        Map<String, String> statements = statements();
        Pattern column = Pattern.compile("(?<![\\w'?:.-])(?<!AS )(" + String.join("|", columns()) + ")\\b(?! AS)");
        List<String> missed = new ArrayList<>();
        int planted = 0;
        for (Map.Entry<String, String> file : statements.entrySet()) {
            String text = file.getValue();
            Matcher place = column.matcher(text);
            while (place.find()) {
                String comment = text.substring(text.lastIndexOf('\n', place.start()) + 1, place.start());
                if (!comment.contains("--")) {
                    planted++;
                    String wrong = text.substring(0, place.end() - 1) + "x" + text.substring(place.end());
                    if (findings(Map.of(file.getKey(), wrong)).isEmpty()) {
                        missed.add(file.getKey() + ": " + place.group());
                    }
                }
            }
        }
        System.out.printf(
                "RESULT name=planted-sql-mistakes value=%d unit=found-of-%d target=%d verdict=%s%n",
                planted - missed.size(), planted, planted, missed.size() * 20 <= planted ? "pass" : "fail");

        assertThat(planted).isGreaterThan(100);
        assertThat(missed.size() * 20).as("missed: " + missed).isLessThanOrEqualTo(planted);
    }

    private static List<Finding> findings(Map<String, String> statements) throws SQLException {
        try (Connection connection = WorkerFixture.DATABASE.getConnection()) {
            return StatementSchema.check(statements, connection);
        }
    }

    private static List<String> columns() throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = 'public'"
                                + " AND length(column_name) > 4")) {
            while (rows.next()) {
                columns.add(rows.getString(1));
            }
        }
        return columns;
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
