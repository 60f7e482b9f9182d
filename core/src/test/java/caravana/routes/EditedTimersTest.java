package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EditedTimersTest {

    private final CamelContext camel = new DefaultCamelContext();
    private final EditedTimers timers = new EditedTimers();
    private final Logger logger = (Logger) LoggerFactory.getLogger(EditedTimers.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    /** What the step that selects fails of; null when it succeeds. */
    private String failure = "ERROR: column \"email\" does not exist\n  Position: 37";

    @BeforeEach
    void start() throws Exception {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        camel.getCamelContextExtension().addInterceptStrategy(timers);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sweep")
                        .routeId("sweep")
                        .onException(Exception.class)
                        .continued(true)
                        .end()
                        .split(constant(List.of("one")))
                        .stopOnException()
                        .id("for-each")
                        .to("direct:select")
                        .id("call-select")
                        .end();
                from("direct:select")
                        .routeId("select")
                        .errorHandler(noErrorHandler())
                        .process(with -> {
                            if (failure != null) {
                                // Another one each time, as from a driver.
                                throw new SQLException(failure);
                            }
                        })
                        .id("select-rows");
            }
        });
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        logger.setLevel(null);
        logger.detachAppender(log);
    }

    @Test
    void aStepThatFailsAtEachRunIsReportedOnceAndThatItSucceedsAgain() {
        run("timer:sweep");
        run("timer:sweep");
        assertThat(said()).containsExactly("Timer sweep, step select-rows: ERROR: column \"email\" does not exist");

        failure = null;
        run("timer:sweep");
        run("timer:sweep");
        assertThat(said()).hasSize(2).endsWith("Timers run without failures again");
    }

    @Test
    void aStepThatFailsOfSomethingElseIsReportedAgain() {
        run("timer:sweep");
        failure = "refused";
        run("timer:sweep");
        assertThat(said()).hasSize(2).endsWith("Timer sweep, step select-rows: refused");
    }

    @Test
    void aStepThatAnEditTookAwayFailsNoMore() throws Exception {
        run("timer:sweep");
        timers.reloaded();
        assertThat(said()).hasSize(1);

        camel.getRouteController().stopRoute("select");
        camel.removeRoute("select");
        timers.reloaded();
        assertThat(said()).hasSize(2).endsWith("Timers run without failures again");
    }

    @Test
    void whatFailsInACallIsNoMatterOfTimers() {
        run("direct:sweep");
        assertThat(said()).isEmpty();
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void run(String from) {
        camel.createProducerTemplate()
                .send("direct:sweep", camel.getEndpoint(from).createExchange());
    }
}
