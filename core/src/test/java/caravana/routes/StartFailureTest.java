package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Camel's own failures, by routes that it does not start. */
class StartFailureTest {

    private static final String FILE = "job/read-job.camel.yaml";

    @Test
    void aClassThatDoesNotExist() throws Exception {
        assertThat(failureOf("""
                        - throwException:
                            id: refuse
                            exceptionType: java.lang.NoSuchFailure
                            message: no
                """))
                .startsWith(FILE + ":8: Camel does not start the route read-job at ThrowException[]: ");
    }

    @Test
    void aBeanThatDoesNotExist() throws Exception {
        assertThat(failureOf("""
                        - bean:
                            id: read
                            ref: jobReader
                """))
                .startsWith(FILE + ":8: Camel does not start the route read-job at ")
                .contains(": No bean could be found in the registry for: jobReader");
    }

    @Test
    void whatNoValueOfTheRouteSays() {
        assertThat(StartFailure.describe(new IllegalStateException("no port is free"), Map.of()))
                .isEqualTo("Camel does not start these routes: no port is free");
    }

    /** As a statement is refused that is read again, of which Camel names no route. */
    @Test
    void aDefaultOfAStatementThatIsRefused() {
        Map<String, String> texts = Map.of(
                "job/count.sql",
                "-- Counts.\n-- :?worker = null\n-- :?most = {{bean:workerName.get}} as integer\nSELECT :?most",
                FILE,
                "- route:\n    id: read-job\n");

        assertThat(StartFailure.describe(
                        new IllegalArgumentException(
                                "job/count.sql: the default of :?most cannot be used: For input string: \"a\"",
                                new NumberFormatException("For input string: \"a\"")),
                        texts))
                .isEqualTo("job/count.sql:3: Camel does not start these routes: the default of :?most cannot be used:"
                        + " For input string: \"a\"");
    }

    /** Camel names the route that has the error handling, and not the file that the mistake is in. */
    @ParameterizedTest
    @MethodSource
    void inAnErrorHandling(String right, String wrong, int line, String why) throws Exception {
        String handling = HANDLING.replace(right, wrong);
        assertThat(handling).isNotEqualTo(HANDLING);

        assertThat(failureOf(handling, "                    - log:\n                        message: read\n"))
                .startsWith(HANDLING_FILE + ":" + line + ": Camel does not start ")
                .contains(why);
    }

    static Stream<Arguments> inAnErrorHandling() {
        return Stream.of(
                Arguments.of("ref: counter", "ref: nobody", 16, "No bean could be found in the registry for: nobody"),
                Arguments.of("java.io.IOException", "java.io.NoSuchFailure", 6, "java.io.NoSuchFailure"),
                Arguments.of("library: Jackson", "library: Gson", 22, "gson"),
                Arguments.of(
                        "java.lang.IllegalStateException",
                        "java.lang.NoSuchFailure",
                        25,
                        "required type: java.lang.Class"),
                Arguments.of("uri: log:ended", "uri: kafka:ended", 19, "kafka"),
                Arguments.of("maximumRedeliveries: 2", "maximumRedeliverys: 2", 8, "maximumRedeliverys"));
    }

    private static final String HANDLING_FILE = "errors/count-failures.camel.yaml";

    private static final String HANDLING = """
            - routeConfiguration:
                id: count-failures
                onException:
                  - onException:
                      exception:
                        - java.io.IOException
                      redeliveryPolicy:
                        maximumRedeliveries: 2
                        redeliveryDelay: "500"
                      handled:
                        constant:
                          expression: "true"
                      steps:
                        - bean:
                            id: count
                            ref: counter
                        - to:
                            id: end
                            uri: log:ended
                        - marshal:
                            json:
                              library: Jackson
                        - throwException:
                            message: ended
                            exceptionType: java.lang.IllegalStateException
            """;

    private static String failureOf(String steps) throws Exception {
        return failureOf("", steps);
    }

    private static String failureOf(String handling, String steps) throws Exception {
        String text = """
                - route:
                    id: read-job
                %s    from:
                      uri: direct:read-job
                      steps:
                """.formatted(handling.isEmpty() ? "" : "    routeConfigurationId: count-failures\n") + steps;
        CamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("counter", new Object());
        camel.start();
        try {
            Exception failure = catchThrowableOfType(
                    Exception.class,
                    () -> PluginHelper.getRoutesLoader(camel)
                            .updateRoutes(Stream.of(
                                            ResourceHelper.fromString("count-failures.camel.yaml", handling),
                                            ResourceHelper.fromString("read-job.camel.yaml", text))
                                    .skip(handling.isEmpty() ? 1 : 0)
                                    .toList()));
            return StartFailure.describe(failure, Map.of(FILE, text, HANDLING_FILE, handling));
        } finally {
            camel.stop();
        }
    }
}
