package caravana.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.web.http.Problem;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EditedCallsTest {

    private final CamelContext camel = new DefaultCamelContext();
    private final Logger logger = (Logger) LoggerFactory.getLogger(EditedCalls.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private int status = 503;
    private boolean failing = true;

    @BeforeEach
    void start() throws Exception {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        EditedCalls calls = new EditedCalls();
        camel.getCamelContextExtension().addInterceptStrategy(calls);
        camel.addRoutePolicyFactory(calls);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:answer-calls")
                        .onException(Exception.class)
                        .handled(true)
                        .process(with -> with.setProperty("problem", Problem.of(status)))
                        .end()
                        .to("direct:list-videos")
                        .id("list");
                from("direct:list-videos")
                        .routeId("list-videos")
                        .errorHandler(noErrorHandler())
                        .process(with -> {
                            if (failing) {
                                throw new SQLException("ERROR: column \"email\" does not exist\n  Position: 37");
                            }
                        })
                        .id("select-videos");
                from("direct:find-own-video")
                        .routeId("find-own-video")
                        .errorHandler(noErrorHandler())
                        .process(with -> {
                            throw Problem.of(404);
                        })
                        .id("refuse");
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
    void aCallThatFailsIsReportedOnceAndThatItsStepSucceedsAgain() {
        call();
        assertThat(said())
                .containsExactly("GET /api/videos, step select-videos: ERROR: column \"email\" does not exist");

        failing = false;
        call();
        call();
        assertThat(said()).hasSize(2).endsWith("Calls are answered again");
    }

    @Test
    void aRouteThatEventStreamsCallIsReportedOnceUntilItsStepSucceeds() {
        camel.createProducerTemplate().request("direct:list-videos", with -> {});
        camel.createProducerTemplate().request("direct:list-videos", with -> {});
        assertThat(said())
                .containsExactly("Route list-videos, step select-videos: ERROR: column \"email\" does not exist");

        failing = false;
        camel.createProducerTemplate().request("direct:list-videos", with -> {});
        assertThat(said()).hasSize(2).endsWith("Calls are answered again");
    }

    @Test
    void aRouteThatRefusesWhatEventStreamsAskIsNoFailure() {
        camel.createProducerTemplate().request("direct:find-own-video", with -> {});
        assertThat(said()).isEmpty();
    }

    @Test
    void aRefusalIsNoFailure() {
        status = 404;
        call();
        assertThat(said()).isEmpty();
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void call() {
        camel.createProducerTemplate().send("direct:answer-calls", with -> {
            with.getMessage().setHeader(Exchange.HTTP_METHOD, "GET");
            with.getMessage().setHeader(Exchange.HTTP_URI, "/api/videos");
        });
    }
}
