package caravana.worker.intake;

import org.apache.camel.Exchange;

/**
 * The step of a route at which an exchange failed.
 *
 * @param step id of the step
 * @param failure the exception
 */
record FailedStep(String step, Throwable failure) {

    private static final String FIRST = "caravana.first_failed_step";
    private static final String LAST = "caravana.last_failed_step";

    /**
     * Returns the first failed step of an exchange; null when none has failed. Later steps may fail only as a
     * consequence.
     */
    static FailedStep first(Exchange exchange) {
        return exchange.getProperty(FIRST, FailedStep.class);
    }

    /**
     * Returns the last failed step of an exchange; null when none has failed. An earlier failed step may have succeeded
     * when it was tried again.
     */
    static FailedStep last(Exchange exchange) {
        return exchange.getProperty(LAST, FailedStep.class);
    }

    /**
     * Notes the end of a step. The routes that called it fail with the same exception, which is noted only for the
     * step.
     */
    static void note(Exchange exchange, String step) {
        Exception failure = exchange.getException();
        FailedStep before = last(exchange);
        if (failure == null || before != null && before.failure() == failure) {
            return;
        }
        FailedStep failed = new FailedStep(step, failure);
        exchange.setProperty(LAST, failed);
        if (before == null) {
            exchange.setProperty(FIRST, failed);
        }
    }
}
