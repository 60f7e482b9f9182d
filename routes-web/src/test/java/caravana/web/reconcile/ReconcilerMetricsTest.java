package caravana.web.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class ReconcilerMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ReconcilerMetrics metrics = new ReconcilerMetrics(meters);

    @Test
    void aRepairHasItsOldWordAsWell() {
        metrics.count("orphaned", 2);
        metrics.count("lost", 3);
        metrics.count("expired", 4);

        assertThat(counted("orphaned", "abandoned")).isEqualTo(2);
        assertThat(counted("lost", "unheard")).isEqualTo(3);
        assertThat(counted("expired", "expired")).isEqualTo(4);
        assertThat(meters.find("caravana.repairs").counters()).hasSize(8);
    }

    private double counted(String repair, String kind) {
        return meters.get("caravana.repairs")
                .tags("repair", repair, "kind", kind)
                .counter()
                .count();
    }
}
