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

    /** The first of an exchange; null when none has failed. What continues after a failure may stumble over what is missing. */
    static FailedStep first(Exchange exchange) {
        return exchange.getProperty(FIRST, FailedStep.class);
    }

    /** The last of an exchange; null when none has failed. A step that failed may have been tried again and have succeeded. */
    static FailedStep last(Exchange exchange) {
        return exchange.getProperty(LAST, FailedStep.class);
    }

    /** A step has ended. The routes that called it end with the same exception, which is not theirs. */
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
