package caravana.worker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import caravana.worker.intake.Intake;
import caravana.worker.job.JobLease;
import caravana.worker.settings.WorkerProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final JobMetrics metrics =
            new JobMetrics(meters, mock(WorkerProperties.class), mock(JobLease.class), mock(Intake.class));
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @ParameterizedTest
    @CsvSource({
        "requeued, handed_back",
        "retry_scheduled, released",
        "failed_permanently, given_up",
        "lost, lost",
        "poison, poison"
    })
    void aResultIsCountedOnceAndHasItsOldWordAsWell(String result, String outcome) {
        metrics.ended(exchange, result);

        assertThat(counted(result, outcome)).isOne();
        assertThat(meters.find("caravana.jobs").counters())
                .allSatisfy(counter ->
                        assertThat(counter.getId().getTag("result")).isNotIn("handed_back", "released", "given_up"));
        assertThat(exchange.getProperty("ended")).isEqualTo(result);
    }

    private double counted(String result, String outcome) {
        return meters.get("caravana.jobs")
                .tags("result", result, "outcome", outcome, "code", "none")
                .counter()
                .count();
    }
}
