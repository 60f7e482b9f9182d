package caravana.web.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Counts what the reconciler sets right: much of it means that something is wrong elsewhere. */
@Component("repairs")
public class Repairs {

    private final MeterRegistry meters;

    Repairs(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * @param kind {@code unpublished}, {@code abandoned}, {@code exhausted}, {@code unheard}, {@code expired},
     *     {@code deleted} or {@code outputs}
     * @param number how many
     */
    public void count(String kind, int number) {
        if (number > 0) {
            meters.counter("caravana.repairs", "kind", kind).increment(number);
        }
    }
}
