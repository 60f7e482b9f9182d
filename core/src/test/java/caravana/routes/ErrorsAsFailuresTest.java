package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step that throws an error fails, in whatever way it throws it: the route's {@code onException} gets it, and the next step does not run. */
class ErrorsAsFailuresTest {

    private static final String ROUTE = """
            - routeConfiguration:
                id: caller-decides
                errorHandler:
                  noErrorHandler: {}
            - routeConfiguration:
                id: failures
                onException:
                  - onException:
                      exception: [java.lang.Throwable]
                      handled: {constant: {expression: "true"}}
                      steps:
                        - setBody: {constant: {expression: "handled"}}
            - route:
                id: example
                routeConfigurationId: caller-decides
                from:
                  uri: direct:example
                  steps: [%s, {setProperty: {name: next_ran, constant: {expression: "yes"}}}]
            - route:
                id: caller
                routeConfigurationId: failures
                from:
                  uri: direct:caller
                  steps: [{to: {uri: direct:example}}]
            """;

    private static final Error ERROR = new OutOfMemoryError("here");

    private final DefaultCamelContext camel = new DefaultCamelContext();

    /** As a library throws one that finds no more memory or threads. */
    public static String fail() {
        throw ERROR;
    }

    /** As a step does that continues in another thread. */
    private static final class Later extends AsyncProcessorSupport {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            new Thread(() -> callback.done(false)).start();
            return false;
        }
    }

    private static final class FailingComponent extends DefaultComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    return new DefaultProducer(this) {
                        @Override
                        public void process(Exchange exchange) {
                            ErrorsAsFailuresTest.fail();
                        }
                    };
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }

    @BeforeEach
    void start() {
        camel.getCamelContextExtension().addInterceptStrategy(new ErrorsAsFailures());
        // Another interceptor of ours is around each step, as in the applications.
        InterceptStrategy around = (context, definition, target, next) -> new DelegateAsyncProcessor(target::process);
        camel.getCamelContextExtension().addInterceptStrategy(around);
        camel.addComponent("failing", new FailingComponent());
        camel.getRegistry().bind("failing", new Bean());
        camel.getRegistry().bind("processor", (Processor) exchange -> fail());
        camel.getRegistry().bind("later", new Later());
        camel.start();
    }

    /** A bean whose method throws an error. */
    public static final class Bean {
        public String fail() {
            return ErrorsAsFailuresTest.fail();
        }
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private Exchange run(String steps) throws Exception {
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString("example.yaml", ROUTE.formatted(steps)));
        return camel.createFluentProducerTemplate()
                .to("direct:caller")
                .withBody("1")
                .asyncSend()
                .get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{to: {uri: 'failing:x'}}",
                "{toD: {uri: 'failing:${body}'}}",
                "{process: {ref: processor}}",
                "{bean: {ref: failing, method: fail}}",
                "{setProperty: {name: x, simple: {expression: '${bean:failing?method=fail}'}}}",
                "{setBody: {method: {ref: failing, method: fail}}}",
                "{choice: {when: [{simple: {expression: '${bean:failing?method=fail}'}, steps: []}]}}",
                "{choice: {when: [{simple: {expression: '${body} == 1'}, steps: [{to: {uri: 'failing:x'}}]}]}}",
                "{split: {simple: {expression: '${body}'}, shareUnitOfWork: true, stopOnException: true, steps: [{to: {uri: 'failing:x'}}]}}",
                "{process: {ref: later}}, {to: {uri: 'failing:x'}}",
            })
    void theRouteGetsIt(String step) throws Exception {
        Exchange answer = run(step);
        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody()).isEqualTo("handled");
        assertThat(answer.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                .hasRootCause(ERROR);
        assertThat(answer.getProperty("next_ran")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{process: {ref: later}}",
                "{delay: {asyncDelayed: true, constant: {expression: '1'}}}",
                "{choice: {when: [{simple: {expression: '${body} == 1'}, steps: [{process: {ref: later}}]}]}}",
            })
    void theNextStepFollowsOneWithoutAnError(String step) throws Exception {
        assertThat(run(step).getProperty("next_ran")).isEqualTo("yes");
    }

    /** Camel's own step reports that it is done, and returns that it is not. */
    @Test
    void anExceptionThatIsThrownArrives() throws Exception {
        Exchange answer = run("{throwException: {exceptionType: java.io.IOException, message: told}}");
        assertThat(answer.getMessage().getBody()).isEqualTo("handled");
        assertThat(answer.getProperty("next_ran")).isNull();
    }
}
