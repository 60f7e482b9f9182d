package caravana.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.worker.WorkerFixture;
import caravana.worker.job.JobFailure;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The step {@code statement:}, in YAML, against the real database. */
@Tag("slow")
class StatementTest {

    private static final String PARAMETERS = "            parameters:\n              ";
    private static final String ROUTE = """
            - route:
                id: example
                from:
                  uri: direct:example
                  steps:
                    - to:
                        id: run
                        uri: statement:x.sql
            """;

    @TempDir
    Path folder;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private StatementFiles files;

    @BeforeEach
    void start() {
        files = new StatementFiles(camel, "file:" + folder);
        camel.addComponent(
                "statement",
                new StatementComponent(files, new StatementValues(new ObjectMapper()), WorkerFixture.DATABASE));
        Properties settings = new Properties();
        settings.putAll(Map.of("app.lease", "90s", "app.name", "one"));
        camel.getPropertiesComponent().setInitialProperties(settings);
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void write(String sql) throws IOException {
        Files.writeString(folder.resolve("x.sql"), sql);
    }

    private void load(String more) throws Exception {
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("example.yaml", ROUTE + more));
    }

    private static String result(String result) {
        return PARAMETERS + "result: " + result + "\n";
    }

    private Exchange call(Consumer<Exchange> given) {
        return camel.createProducerTemplate().send("direct:example", given::accept);
    }

    private Exchange run(String result, String sql) throws Exception {
        return run(result, sql, exchange -> {});
    }

    private Exchange run(String result, String sql, Consumer<Exchange> given) throws Exception {
        write(sql);
        load(result(result));
        return call(exchange -> {
            exchange.getMessage().setBody("as before");
            given.accept(exchange);
        });
    }

    private static Object body(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getBody();
    }

    @Test
    void aRowIsAMapAlsoOfOneColumn() throws Exception {
        assertThat(body(run("row", "SELECT 1 AS number"))).isEqualTo(Map.of("number", 1));
    }

    /** The connection is the pool's again with its own time-out. */
    @Test
    void aTimeoutEndsTheStepAndNothingElse() throws Exception {
        write("SELECT CAST(pg_sleep(:?seconds) AS text) AS slept");
        load(result("row") + "              timeout: 200ms\n");

        Exchange slow = call(exchange -> exchange.setVariable("seconds", 60.0));
        assertThat(slow.getException()).isInstanceOf(SQLException.class);
        for (int i = 0; i < 20; i++) {
            try (Connection connection = WorkerFixture.DATABASE.getConnection()) {
                assertThat(connection.getNetworkTimeout()).isNotEqualTo(200);
            }
        }
        assertThat(body(call(exchange -> exchange.setVariable("seconds", 0.0)))).isEqualTo(Map.of("slept", ""));
    }

    @Test
    void withoutARowTheBodyIsNull() throws Exception {
        assertThat(body(run("row", "SELECT 1 AS number WHERE false"))).isNull();
    }

    @Test
    void moreRowsThanTheOneThatWasWantedAreAMistake() throws Exception {
        Exchange done = run("row", "SELECT generate_series(1, 2)");

        assertThat(done.getException())
                .isInstanceOf(SQLException.class)
                .hasMessage("x.sql returned 2 rows, and result=row takes one at most. Narrow the statement, or write"
                        + " result: rows");
        assertThat(new JobFailure().code(done.getException())).isEqualTo("route_defect");
    }

    @Test
    void rowsAreTheDefault() throws Exception {
        write("SELECT generate_series(1, 2) AS number");
        load("");

        assertThat(body(call(exchange -> {}))).isEqualTo(List.of(Map.of("number", 1), Map.of("number", 2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT generate_series(1, 3)                                                   | 3
            UPDATE videos SET title = title WHERE false                                    | 0
            UPDATE videos SET title = title WHERE false RETURNING id                       | 0
            """)
    void aCountIsOfRowsThatCameOrChanged(String sql, int count) throws Exception {
        assertThat(body(run("count", sql))).isEqualTo(count);
    }

    @Test
    void noResultLeavesTheBody() throws Exception {
        assertThat(body(run("none", "SELECT 1"))).isEqualTo("as before");
    }

    @Test
    void aResultInAVariableLeavesTheBody() throws Exception {
        write("SELECT 1 AS number");
        load(result("row") + "            variableReceive: found\n");

        Exchange done = call(exchange -> exchange.getMessage().setBody("as before"));

        assertThat(body(done)).isEqualTo("as before");
        assertThat(done.getVariable("found")).isEqualTo(Map.of("number", 1));
    }

    @Test
    void afterAFailureNothingIsLeftBehind() throws Exception {
        Exchange done =
                run("row", "SELECT 1 / 0", exchange -> exchange.getMessage().setHeader("mine", "kept"));

        assertThat(done.getException()).isInstanceOf(SQLException.class);
        assertThat(done.getMessage().getBody()).isEqualTo("as before");
        assertThat(done.getMessage().getHeaders()).isEqualTo(Map.of("mine", "kept"));
        assertThat(done.getVariables()).isEmpty();
    }

    @Test
    void aVariableCountsBeforeAPropertyBeforeADefault() throws Exception {
        String sql =
                "-- :?a = default\n-- :?b = default\n-- :?c = {{app.name}}\nSELECT :?a || ' ' || :?b || ' ' || :?c AS all";

        Exchange done = run("row", sql, exchange -> {
            exchange.setVariable("a", "variable");
            exchange.setProperty("a", "property");
            exchange.setProperty("b", "property");
        });

        assertThat(body(done)).isEqualTo(Map.of("all", "variable property one"));
    }

    @Test
    void whatComesFromOutsideIsNoParameter() throws Exception {
        Exchange done = run(
                "row",
                "SELECT :?id AS id",
                exchange -> exchange.getMessage()
                        .setHeaders(
                                new HashMap<>(Map.of("id", "theirs", "CamelJdbcParameters", Map.of("id", "theirs")))));

        assertThat(done.getException())
                .isInstanceOf(ParameterNotSetException.class)
                .hasMessage("x.sql needs :?id, but no variable or exchange property of that name is set. Set it before"
                        + " the step, or give it a default in the file: -- :?id = null");
        // Which is not tried again.
        assertThat(new JobFailure().code(done.getException())).isEqualTo("route_defect");
    }

    /** What a route may hold, as the database takes it. */
    public static final class Caller {

        public String getId() {
            return "me";
        }

        public String getName() {
            return null;
        }
    }

    @Test
    void partsOfMapsAndBeansAreParametersAndMayBeNull() throws Exception {
        Map<String, Object> page = new HashMap<>();
        page.put("rows", 20);
        page.put("status", null);

        Exchange done = run(
                "row",
                "SELECT :?caller.id AS id, :?page.rows AS number, CAST(:?page.status AS text) AS status,"
                        + " CAST(:?caller.name AS text) AS name",
                exchange -> {
                    exchange.setProperty("caller", new Caller());
                    exchange.setVariable("page", page);
                });

        Map<String, Object> row = new HashMap<>(Map.of("id", "me", "number", 20));
        row.put("status", null);
        row.put("name", null);
        assertThat(body(done)).isEqualTo(row);
    }

    @Test
    void aPartThatABeanLacksIsNotSet() throws Exception {
        Exchange done = run("row", "SELECT :?caller.ids", exchange -> exchange.setProperty("caller", new Caller()));

        assertThat(done.getException()).isInstanceOf(ParameterNotSetException.class);
    }

    @Test
    void collectionsDurationsTimesAndDocumentsAreTakenAsTheyAre() throws Exception {
        Exchange done = run(
                "row",
                "SELECT array_length(CAST(:?ids AS text[]), 1) AS ids, CAST(:?lease AS double precision) AS lease,"
                        + " extract(epoch FROM CAST(:?at AS timestamptz))::bigint AS at,"
                        + " CAST(:?facts AS jsonb) ->> 'width' AS width",
                exchange -> {
                    exchange.setVariable("ids", List.of("a", "b,{c}"));
                    exchange.setVariable("lease", Duration.ofMillis(1500));
                    exchange.setVariable("at", Instant.ofEpochSecond(1_700_000_000));
                    exchange.setVariable("facts", Map.of("width", 640));
                });

        assertThat(body(done)).isEqualTo(Map.of("ids", 2, "lease", 1.5, "at", 1_700_000_000L, "width", "640"));
    }

    @Test
    void anEditedFileIsTakenWithoutItsRoute() throws Exception {
        assertThat(body(run("row", "SELECT 1 AS number"))).isEqualTo(Map.of("number", 1));
        write("SELECT 2 AS number");
        assertThat(body(call(exchange -> {}))).isEqualTo(Map.of("number", 1));

        Runnable takeOver = files.reread(List.of("x.sql", "of-another-app.sql"));
        assertThat(body(call(exchange -> {}))).isEqualTo(Map.of("number", 1));
        takeOver.run();

        assertThat(body(call(exchange -> {}))).isEqualTo(Map.of("number", 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT 1                                           | results: row | Unknown parameters=[{results=row}]
            SELECT 1                                           | result: one  | one
            -- :?x = {{app.nam}}\\nSELECT :?x                  | result: row  | x.sql: the default of :?x cannot be used
            -- :?x = {{app.name}} as seconds\\nSELECT :?x      | result: row  | 'one' is not a valid duration
            -- :?y = {{app.lease}} as seconds\\nSELECT 1       | result: row  | x.sql sets :?y, which its statement does not use
            """)
    void whatCanBeKnownWhenTheRouteStartsStopsTheStart(String sql, String option, String message) throws Exception {
        write(sql.replace("\\n", "\n"));

        assertThatThrownBy(() -> load(PARAMETERS + option + "\n"))
                .isInstanceOf(FailedToCreateRouteException.class)
                .hasMessageContaining("example")
                .hasMessageContaining("statement:")
                .hasStackTraceContaining(message);
    }

    @Test
    void aMissingFileStopsTheStart() {
        assertThatThrownBy(() -> load(""))
                .isInstanceOf(FailedToCreateRouteException.class)
                .hasMessageContaining("example")
                .hasMessageContaining("statement:")
                .hasStackTraceContaining("There is no SQL file x.sql in file:" + folder);
    }
}
