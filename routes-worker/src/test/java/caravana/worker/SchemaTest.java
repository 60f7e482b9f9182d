package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import caravana.checks.SqlText;
import caravana.checks.StatementSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.jdbc.PgConnection;

/** The statements of both apps' routes, as PostgreSQL prepares them against the migrated schema. */
@Tag("slow")
class SchemaTest {

    /** Keywords, functions and types of PostgreSQL; tables, columns and functions of ours. */
    private static final String WORDS = """
            SELECT DISTINCT word COLLATE "C" FROM (
                SELECT word FROM pg_get_keywords()
                UNION SELECT proname::text FROM pg_proc WHERE proname !~ '^(_|pg_|ri_|RI_|bt|gin|gist|brin|spg|hash|in_|has_)'
                UNION SELECT typname::text FROM pg_type WHERE typname !~ '^(_|pg_)'
                UNION SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()
                UNION SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema()
            ) words
            WHERE word ~ '^[a-z][a-z0-9_]*$'
            ORDER BY 1
            """;

    /** What is changed of a statement; comments and parameters are not. */
    private static final Pattern PART = Pattern.compile("--[^\\n]*|:\\?[\\w.]+|('[^']*'|[A-Za-z_]\\w*|\\d+|[<>=|+-]+)");

    private static final int CHANGES_EACH = 4;

    /** PostgreSQL prepares these, and refuses most of them when they run. */
    private static final String REFUSED_WHEN_IT_RUNS =
            ".*(is text, and this is|must have a value in|makes .* unique, so ON CONFLICT|and ON CONFLICT names none|A time has no).*";

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
        assertKnown("sql-words.txt", WORDS);
    }

    /** So that they find without one what PostgreSQL would refuse. */
    @Test
    void theChecksKnowTheSchema() throws Exception {
        try (InputStream in = SchemaTest.class.getResourceAsStream("sql-schema.sql")) {
            assertKnown("sql-schema.txt", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void assertKnown(String file, String query) throws Exception {
        StringBuilder lines = new StringBuilder();
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                lines.append(rows.getString(1)).append('\n');
            }
        }
        Files.writeString(Path.of("target", file), lines);

        assertThat(Files.readString(Path.of("../route-checks/src/main/resources/caravana/checks", file)))
                .as("cp routes-worker/target/%s route-checks/src/main/resources/caravana/checks/", file)
                .isEqualTo(lines.toString());
    }

    /**
     * Words, signs and values of real statements change places. What PostgreSQL then refuses, the checks refuse without it; and what it
     * takes, they refuse only for what it finds when the statement runs, or what nobody means.
     */
    @Test
    void theChecksRefuseWhatPostgreSqlRefuses() throws Exception {
        Random random = new Random(20);
        RouteChecks checks = new RouteChecks();
        int refused = 0;
        List<String> missed = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> file : statements().entrySet()) {
            for (int i = 0; i < CHANGES_EACH; i++) {
                String changed = changed(file.getValue(), random);
                List<Finding> known = checks.check(Map.of(file.getKey(), changed)).stream()
                        .filter(finding -> finding.id().startsWith("sql-"))
                        .toList();
                boolean refuses = !findings(Map.of(file.getKey(), changed)).isEmpty();
                refused += refuses ? 1 : 0;
                if (refuses && known.isEmpty()) {
                    missed.add(changed);
                }
                if (!refuses) {
                    known.stream()
                            .filter(finding -> finding.id().equals("sql-refused"))
                            .map(Finding::toString)
                            .filter(finding -> !finding.matches(REFUSED_WHEN_IT_RUNS))
                            .forEach(wrong::add);
                }
            }
        }
        System.out.printf(
                "RESULT name=refused-without-a-database value=%d unit=found-of-%d target=%d verdict=%s%n",
                refused - missed.size(), refused, refused, missed.size() * 20 <= refused ? "pass" : "fail");

        assertThat(wrong).isEmpty();
        assertThat(refused).isGreaterThan(100);
        assertThat(missed.size() * 20).as("missed: " + missed).isLessThanOrEqualTo(refused);
    }

    /** A statement with one word, sign or value in the place of another, or without one. */
    private static String changed(String text, Random random) {
        List<MatchResult> parts = PART.matcher(text)
                .results()
                .filter(part -> part.group(1) != null)
                .toList();
        MatchResult place = parts.get(random.nextInt(parts.size()));
        List<MatchResult> alike =
                parts.stream().filter(part -> isWord(part) == isWord(place)).toList();
        String other = random.nextInt(8) == 0
                ? " "
                : alike.get(random.nextInt(alike.size())).group(1);
        return text.substring(0, place.start()) + other + text.substring(place.end());
    }

    private static boolean isWord(MatchResult part) {
        return part.group(1).matches("\\w+");
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
            // The pool gives a connection up when PostgreSQL lacks a feature, which a planted mistake may ask for.
            PgConnection itself = connection.unwrap(PgConnection.class);
            try {
                return StatementSchema.check(statements, itself);
            } finally {
                itself.setAutoCommit(true);
                itself.setReadOnly(false);
            }
        }
    }

    private static List<String> columns() throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Connection connection = WorkerFixture.DATABASE.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
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
