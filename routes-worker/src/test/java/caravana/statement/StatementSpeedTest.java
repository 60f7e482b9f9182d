package caravana.statement;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.WorkerFixture;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.jdbc.ConnectionStrategy;
import org.apache.camel.component.jdbc.JdbcComponent;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many statements a second a route runs, by {@code statement:}, by the three steps with camel-jdbc that it replaces, and
 * by camel-jdbc with a strategy of ours: one row by its key, 16 threads, the sides by turns. See ADR 19.
 */
@EnabledIfSystemProperty(named = "speed", matches = "true")
class StatementSpeedTest {

    private static final int THREADS = 16;
    private static final int ROUNDS = 7;
    private static final long MILLIS = 2500;

    private static final String SQL = "SELECT id::text AS id, status FROM videos WHERE id = CAST(:?video_id AS uuid)";

    private static final String ROUTES = """
            - route:
                from:
                  uri: direct:statement
                  steps:
                    - to:
                        uri: statement:find.sql
                        parameters: {result: row}
            - route:
                from:
                  uri: direct:three-steps
                  steps:
                    - bean: {ref: parameters, method: set}
                    - setBody:
                        expression:
                          simple:
                            expression: resource:file:%1$s/find.sql
                    - to:
                        uri: jdbc:dataSource
                        parameters: {useHeadersAsParameters: true, outputType: SelectOne}
            - route:
                from:
                  uri: direct:strategy
                  steps:
                    - setBody:
                        expression:
                          constant:
                            expression: find.sql
                    - to:
                        uri: jdbc:dataSource
                        parameters:
                          useHeadersAsParameters: true
                          outputType: SelectOne
                          resetAutoCommit: false
                          prepareStatementStrategy: "#ours"
            """;

    @TempDir
    Path folder;

    @Test
    void statementsAreAsFastAsTheThreeStepsBefore() throws Exception {
        Files.writeString(folder.resolve("find.sql"), SQL);
        String id = UUID.randomUUID().toString();
        try (Connection connection = WorkerFixture.DATABASE.getConnection()) {
            connection
                    .createStatement()
                    .execute("INSERT INTO videos (id, owner_id, status, original_key, transformations, expires_at)"
                            + " VALUES ('" + id + "', '" + id + "', 'receiving', 'k', '[]', now())");
        }
        WorkerFixture.DATABASE.setMaximumPoolSize(THREADS);
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            StatementFiles files = new StatementFiles(camel, "file:" + folder);
            StatementValues values = new StatementValues(new ObjectMapper());
            camel.addComponent("statement", new StatementComponent(files, values, WorkerFixture.DATABASE));
            JdbcComponent jdbc = new JdbcComponent();
            jdbc.setConnectionStrategy(new RememberedCount());
            camel.addComponent("jdbc", jdbc);
            camel.getRegistry().bind("dataSource", WorkerFixture.DATABASE);
            camel.getRegistry().bind("parameters", new Parameters());
            camel.getRegistry().bind("ours", new Strategy(files, values));
            camel.start();
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.fromString("speed.yaml", ROUTES.formatted(folder)));
            List<String> sides = new ArrayList<>(List.of("statement", "three-steps", "strategy"));
            for (String side : sides) {
                assertThat(rate(camel, side, id)).isPositive();
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (String side : sides) {
                    rates.computeIfAbsent(side, first -> new ArrayList<>()).add(rate(camel, side, id));
                }
                Collections.rotate(sides, 1);
            }
        }
        rates.forEach((side, all) -> System.out.printf(
                "RESULT name=statement-speed side=%s value=%.0f unit=calls/s ratio=%s rounds=%d threads=%d%n",
                side, median(all), ratio(all, rates.get("three-steps")), ROUNDS, THREADS));
    }

    private static double rate(DefaultCamelContext camel, String side, String id) throws Exception {
        ProducerTemplate template = camel.createProducerTemplate();
        LongAdder calls = new LongAdder();
        long end = System.nanoTime() + MILLIS * 1_000_000;
        Callable<Void> caller = () -> {
            while (System.nanoTime() < end) {
                Exchange done = template.send("direct:" + side, exchange -> exchange.setProperty("video_id", id));
                if (done.getException() != null) {
                    throw done.getException();
                }
                if (!id.equals(done.getMessage().getBody(Map.class).get("id"))) {
                    throw new IllegalStateException("not that row");
                }
                calls.increment();
            }
            return null;
        };
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            for (var future : pool.invokeAll(Collections.nCopies(THREADS, caller))) {
                future.get();
            }
        } finally {
            pool.shutdown();
            template.stop();
        }
        return calls.sum() * 1000.0 / MILLIS;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String ratio(List<Double> ours, List<Double> theirs) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        return "%.2f(%.2f..%.2f)".formatted(median(ratios), sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /** As the parameter beans were. */
    public static final class Parameters {

        public void set(Exchange exchange) {
            Map<String, Object> parameters = new HashMap<>();
            parameters.put("video_id", exchange.getProperty("video_id"));
            exchange.getMessage().removeHeaders("CamelJdbc*");
            exchange.getMessage().setHeader("CamelJdbcParameters", parameters);
        }
    }

    /** Spares camel-jdbc the round trip that asks how many parameters there are, as the apps did. */
    private static final class RememberedCount implements ConnectionStrategy {

        private static final ParameterMetaData ONE = (ParameterMetaData) Proxy.newProxyInstance(
                StatementSpeedTest.class.getClassLoader(), new Class<?>[] {ParameterMetaData.class}, (s, m, a) -> 1);

        @Override
        public Connection getConnection(DataSource database) throws SQLException {
            Connection connection = database.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                        Object result = method.invoke(connection, arguments);
                        return result instanceof PreparedStatement statement ? counting(statement) : result;
                    });
        }

        private Object counting(PreparedStatement statement) {
            return Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {PreparedStatement.class},
                    (self, method, arguments) -> method.getName().equals("getParameterMetaData")
                            ? ONE
                            : method.invoke(statement, arguments));
        }

        @Override
        public boolean isConnectionTransactional(Connection connection, DataSource database) {
            return false;
        }
    }

    /** What a component of ours on top of camel-jdbc would have it run: texts and values are found as {@code statement:} does. */
    private record Strategy(StatementFiles files, StatementValues values) implements JdbcPrepareStatementStrategy {

        @Override
        public String prepareQuery(String file, boolean named) {
            return files.get(file).sql();
        }

        @Override
        public Iterator<?> createPopulateIterator(
                String file, String prepared, int expected, Exchange exchange, Object value) throws SQLException {
            StatementText text = files.get(file);
            List<Object> found = new ArrayList<>();
            for (String name : text.names()) {
                found.add(values.of(name, text, exchange, null));
            }
            return found.iterator();
        }

        @Override
        public void populateStatement(PreparedStatement statement, Iterator<?> iterator, int expected)
                throws SQLException {
            for (int i = 1; iterator.hasNext(); i++) {
                statement.setObject(i, iterator.next());
            }
        }
    }
}
