package caravana.web.reconcile;

import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.stereotype.Component;

/** Counts what the reconciler sets right: much of it means that something is wrong elsewhere. */
@Component("reconcilerMetrics")
public class ReconcilerMetrics {

    private static final String NAME = "caravana.repairs";
    private static final List<String> KINDS =
            List.of("unpublished", "abandoned", "exhausted", "unheard", "expired", "deleted", "outputs", "finished");

    private final MeterRegistry meters;

    ReconcilerMetrics(MeterRegistry meters) {
        this.meters = meters;
        // From the start, so that the first of each is seen as an increase.
        KINDS.forEach(kind -> meters.counter(NAME, "kind", kind));
    }

    /**
     * @param kind {@code unpublished}, {@code abandoned}, {@code exhausted}, {@code unheard}, {@code expired},
     *     {@code deleted}, {@code outputs} or {@code finished}
     * @param number how many
     */
    @StepOnly
    public void count(
            @OneOf({"unpublished", "abandoned", "exhausted", "unheard", "expired", "deleted", "outputs", "finished"})
                    String kind,
            int number) {
        if (number > 0) {
            meters.counter(NAME, "kind", kind).increment(number);
        }
    }
}
