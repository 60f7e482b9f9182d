package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often steps are tried whose error handling tries each three times more. */
class OwnTriesTest {

    private static final String HANDLINGS = """
            - routeConfiguration:
                id: caller-decides
                errorHandler:
                  noErrorHandler: {}
            - routeConfiguration:
                id: thrice
                onException:
                  - onException:
                      id: again
                      exception: [java.io.IOException]
                      redeliveryPolicy: {maximumRedeliveries: 3, redeliveryDelay: "0", logRetryAttempted: false, logExhausted: false}
                      handled: {constant: {expression: "%s"}}
            """;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Steps steps = new Steps();

    /** Fails at each step as often as a test wants, and counts how often each was tried. */
    public static final class Steps {

        private final Map<String, Integer> failures = new HashMap<>();
        private final Map<String, Integer> tries = new HashMap<>();

        public void run(Exchange exchange, String step) throws IOException {
            int tried = tries.merge(step, 1, Integer::sum);
            if (tried <= failures.getOrDefault(step, 0)) {
                throw new IOException(step);
            }
        }
    }

    @BeforeEach
    void start() {
        camel.getCamelContextExtension().addInterceptStrategy(new OwnTries());
        camel.getRegistry().bind("steps", steps);
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private static String route(String id, String configuration, String... steps) {
        return "- route:\n    id: " + id + "\n    routeConfigurationId: " + configuration
                + "\n    from:\n      uri: direct:" + id + "\n      steps: [" + String.join(", ", steps) + "]\n";
    }

    private static String step(String name) {
        return "{bean: {ref: steps, method: \"run(${exchange}, '" + name + "')\"}}";
    }

    private static String call(String route) {
        return "{to: {uri: 'direct:" + route + "'}}";
    }

    private static String all(String... steps) {
        return "[" + String.join(", ", steps) + "]";
    }

    private static final String CLEAN = "{removeHeaders: {pattern: '*'}}";

    private Exchange send(String... routes) throws Exception {
        return send(true, routes);
    }

    private Exchange send(boolean handled, String... routes) throws Exception {
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(
                        "example.yaml", HANDLINGS.formatted(handled) + String.join("", routes)));
        return camel.createProducerTemplate().send("direct:outer", exchange -> {
            exchange.getMessage().setBody(List.of("a", "b"));
            // As a sender could.
            exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, 2);
            exchange.getMessage().setHeader(Exchange.REDELIVERED, true);
        });
    }

    private static void hasNoCount(Exchange exchange) {
        assertThat(exchange.getMessage().getHeaders())
                .doesNotContainKeys(Exchange.REDELIVERY_COUNTER, Exchange.REDELIVERED, Exchange.REDELIVERY_MAX_COUNTER);
    }

    @Test
    void aStepThatWasTriedAgainLeavesTheNextAllItsTries() throws Exception {
        steps.failures.putAll(Map.of("one", 2, "two", 3));

        Exchange done = send(route("outer", "thrice", step("one"), step("two")));

        assertThat(steps.tries).containsEntry("one", 3).containsEntry("two", 4);
        assertThat(done.getException()).isNull();
        hasNoCount(done);
    }

    @Test
    void aStepThatRemovesAllHeadersIsTriedAsOftenAsAnother() throws Exception {
        steps.failures.put("one", 40);

        send(
                route("outer", "thrice", call("inner")),
                route("inner", "caller-decides", CLEAN, step("one"), step("two")));

        assertThat(steps.tries).containsExactly(Map.entry("one", 4));
    }

    @Test
    void aRouteIsTriedAgainAsOneStep() throws Exception {
        steps.failures.put("two", 2);

        Exchange done = send(
                route("outer", "thrice", call("inner"), step("three")),
                route("inner", "caller-decides", step("one"), CLEAN, step("two")));

        assertThat(steps.tries).containsEntry("one", 3).containsEntry("two", 3).containsEntry("three", 1);
        hasNoCount(done);
    }

    @Test
    void stepsInsideAStepHaveTriesOfTheirOwn() throws Exception {
        steps.failures.putAll(Map.of("one", 3, "two", 3));

        Exchange done = send(
                route("outer", "thrice", call("middle")),
                route("middle", "caller-decides", call("inner"), step("two")),
                route("inner", "thrice", CLEAN, step("one")));

        // Three times more by its own error handling, and once more with each try of the middle one.
        assertThat(steps.tries).containsEntry("one", 4 + 3).containsEntry("two", 4);
        hasNoCount(done);
    }

    /** Camel's rule, which this leaves as it is. */
    @Test
    void whatAnInnerErrorHandlingGaveUpIsNotTriedAgainByTheOuter() throws Exception {
        steps.failures.put("one", 40);

        Exchange done =
                send(false, route("outer", "thrice", call("inner")), route("inner", "thrice", CLEAN, step("one")));

        assertThat(steps.tries).containsEntry("one", 4);
        assertThat(done.getException()).hasMessage("one");
    }

    @Test
    void eachPartOfASplitHasTriesOfItsOwn() throws Exception {
        steps.failures.putAll(Map.of("one", 3, "two", 1));

        Exchange done = send(route(
                "outer",
                "thrice",
                "{split: {expression: {simple: {expression: '${body}'}}, steps: " + all(CLEAN, step("one")) + "}}",
                step("two")));

        // Three times more for the first part, once for the second.
        assertThat(steps.tries).containsEntry("one", 5).containsEntry("two", 2);
        hasNoCount(done);
    }

    @Test
    void whatIsCaughtIsNotTriedAgainAndCountsForNothing() throws Exception {
        steps.failures.putAll(Map.of("one", 40, "two", 3));

        Exchange done = send(route(
                "outer",
                "thrice",
                "{doTry: {steps: " + all(step("one")) + ", doCatch: [{exception: [java.io.IOException], steps: "
                        + all(step("caught")) + "}]}}",
                step("two")));

        assertThat(steps.tries)
                .containsEntry("one", 1)
                .containsEntry("caught", 1)
                .containsEntry("two", 4);
        hasNoCount(done);
    }

    @Test
    void aStepThatIsReachedAgainLaterHasAllItsTriesAgain() throws Exception {
        steps.failures.put("one", 40);

        send(
                route("outer", "thrice", call("skipped"), call("skipped")),
                "- routeConfiguration: {id: go-on, onException: [{onException: {id: gone-on, exception: [java.io.IOException],"
                        + " redeliveryPolicy: {maximumRedeliveries: 1, redeliveryDelay: '0'},"
                        + " continued: {constant: {expression: 'true'}}}}]}\n",
                route("skipped", "go-on", step("one")));

        assertThat(steps.tries).containsEntry("one", 2 * 2);
    }
}
