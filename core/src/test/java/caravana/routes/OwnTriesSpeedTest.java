package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What {@link OwnTries} costs each step: a route of a hundred steps with it and without it, by turns. {@code -Dspeed=true} */
@EnabledIfSystemProperty(named = "speed", matches = "true")
class OwnTriesSpeedTest {

    private static final int STEPS = 100;
    private static final int CALLS = 5_000;
    private static final int ROUNDS = 15;

    @Test
    void aStepCostsLittleMore() throws Exception {
        try (DefaultCamelContext without = context(false);
                DefaultCamelContext with = context(true)) {
            double[] more = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                double plain = nanosOfAStep(without);
                double own = nanosOfAStep(with);
                more[i] = own - plain;
                System.out.printf("a step without: %.0f ns, with: %.0f ns%n", plain, own);
            }
            Arrays.sort(more);
            System.out.printf(
                    "RESULT name=own-tries value=%.0f unit=ns-a-step least=%.0f most=%.0f%n",
                    more[ROUNDS / 2], more[0], more[ROUNDS - 1]);
            assertThat(more[ROUNDS / 2]).isLessThan(2_000);
        }
    }

    private static DefaultCamelContext context(boolean ownTries) throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        if (ownTries) {
            camel.getCamelContextExtension().addInterceptStrategy(new OwnTries());
        }
        camel.start();
        String step = "        - setProperty: {name: x, expression: {constant: {expression: '1'}}}\n";
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(
                        "example.yaml",
                        "- route:\n    id: steps\n    from:\n      uri: direct:steps\n      steps:\n"
                                + step.repeat(STEPS)));
        return camel;
    }

    private static double nanosOfAStep(DefaultCamelContext camel) throws Exception {
        try (ProducerTemplate calls = camel.createProducerTemplate()) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                Exchange done = calls.send(
                        "direct:steps", exchange -> exchange.getMessage().setHeader("a", "b"));
                assertThat(done.getException()).isNull();
            }
            return (System.nanoTime() - start) / (double) CALLS / STEPS;
        }
    }
}
