package caravana.worker.intake;

import caravana.routes.FailedStep;
import caravana.routes.StepEnds;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Notes at which step an exchange failed, which Camel itself forgets as soon as the failure has left the step. */
@Component("stepTrail")
public class StepTrail implements StepEnds {

    @Override
    public void ended(String step, Exchange exchange) {
        FailedStep.note(exchange, step);
    }

    /** The id of the step at which the exchange failed last; null when none has. */
    public String failedStep(Exchange exchange) {
        FailedStep failed = FailedStep.last(exchange);
        return failed == null ? null : failed.step();
    }
}
