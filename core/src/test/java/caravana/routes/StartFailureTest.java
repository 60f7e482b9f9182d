package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

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
                .startsWith(FILE + ":6: Camel does not start the route read-job at ThrowException[]: ");
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

    private static String failureOf(String steps) throws Exception {
        String text = """
                - route:
                    id: read-job
                    from:
                      uri: direct:read-job
                      steps:
                """ + steps;
        CamelContext camel = new DefaultCamelContext();
        camel.start();
        try {
            Exception failure = catchThrowableOfType(
                    Exception.class,
                    () -> PluginHelper.getRoutesLoader(camel)
                            .updateRoutes(ResourceHelper.fromString("read-job.camel.yaml", text)));
            return StartFailure.describe(failure, Map.of(FILE, text));
        } finally {
            camel.stop();
        }
    }
}
