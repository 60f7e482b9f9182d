package caravana.web.reconcile;

import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Counts what the reconciler repairs. High counts mean that something is wrong elsewhere. */
@Component("reconcilerMetrics")
public class ReconcilerMetrics {

    private static final String NAME = "caravana.repairs";
    private static final List<String> REPAIRS =
            List.of("unpublished", "orphaned", "exhausted", "lost", "expired", "deleted", "outputs", "finished");

    /** The former names of some repairs, which the label {@code kind} still has. */
    private static final Map<String, String> KINDS = Map.of("orphaned", "abandoned", "lost", "unheard");

    private final MeterRegistry meters;

    ReconcilerMetrics(MeterRegistry meters) {
        this.meters = meters;
        // Registered at the start, so that the first repair is seen as an increase.
        REPAIRS.forEach(this::repairs);
    }

    private Counter repairs(String repair) {
        return meters.counter(NAME, "repair", repair, "kind", KINDS.getOrDefault(repair, repair));
    }

    /**
     * Counts repairs.
     *
     * @param repair {@code unpublished}, {@code orphaned}, {@code exhausted}, {@code lost}, {@code expired}, {@code
     *     deleted}, {@code outputs} or {@code finished}
     * @param number how many
     */
    @StepOnly
    public void count(
            @OneOf({"unpublished", "orphaned", "exhausted", "lost", "expired", "deleted", "outputs", "finished"})
                    String repair,
            int number) {
        if (number > 0) {
            repairs(repair).increment(number);
        }
    }
}
