package caravana.worker.job;

import caravana.worker.tool.KillReason;
import caravana.worker.tool.ToolControl;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Joins steps of a job that run at the same time. When one fails, the tools of the others are killed, and all of them end
 * before its failure is handled. Camel's own {@code stopOnException} would go on at once, while the others still write into
 * the job's folder.
 */
@Component("firstFailure")
public class FirstFailure implements AggregationStrategy {

    /** Keeps the failure that came first, because those after it are its consequence. */
    @Override
    public Exchange aggregate(Exchange before, Exchange ended) {
        if (before != null && before.getException() != null) {
            return before;
        }
        if (ended.getException() != null) {
            toolOf(ended).kill(KillReason.BESIDE_FAILED);
        }
        return ended;
    }

    @Override
    public void onCompletion(Exchange joined, Exchange whole) {
        // A failed step may be tried again.
        toolOf(whole).permit();
    }

    private static ToolControl toolOf(Exchange exchange) {
        return exchange.getProperty("job", RunningJob.class).getTool();
    }
}
