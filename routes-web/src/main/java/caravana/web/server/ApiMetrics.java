package caravana.web.server;

import caravana.tracing.Span;
import caravana.web.contract.Operations;
import caravana.web.http.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Counts and times the calls for each operation of the OpenAPI document. All other requests are counted as
 * {@code unknown}.
 */
@Component
class ApiMetrics {

    /** The ways to upload, by operation. */
    private static final Map<String, String> WAYS = Map.of(
            "receive-upload", "form", "receive-raw-upload", "raw", "create-upload", "tus", "append-upload", "tus");

    private static final int FIRST_SERVER_ERROR = 500;

    private final MeterRegistry meters;
    private final Operations operations;

    ApiMetrics(MeterRegistry meters, Operations operations) {
        this.meters = meters;
        this.operations = operations;
    }

    /** Starts the measurement of a request. */
    Call begin(HttpServletRequest request) {
        return new Call(operations.of(request.getMethod(), request.getRequestURI()));
    }

    /** One request, from its arrival to its answer. It outlives Tomcat's request object, which is reused. */
    final class Call {

        /** The name of the request attribute and exchange property with the call. */
        static final String NAME = "caravana.call";

        private final String operation;
        private final long started = System.nanoTime();
        private final ServerTiming time = new ServerTiming();
        private volatile int status;
        private volatile boolean brokenOff;
        private volatile double bytes;

        private Call(String operation) {
            this.operation = operation;
        }

        /** Returns the contract's operation, or {@code unknown}. */
        String operation() {
            return operation;
        }

        /** Adds the outcome to the request's span. */
        void describe(Span span) {
            if (status == 0) {
                span.failed("broken_off");
                return;
            }
            span.attribute("http.response.status_code", status);
            if (status >= FIRST_SERVER_ERROR) {
                span.failed(String.valueOf(status));
            }
        }

        /** Returns whether the contract has no such operation. */
        boolean isUnknown() {
            return operation.equals(Operations.UNKNOWN);
        }

        /** Returns the time that the app itself needed. */
        ServerTiming time() {
            return time;
        }

        /** Records the outcome of the route. */
        void routed(Exchange exchange) {
            Problem problem = exchange.getProperty("problem", Problem.class);
            brokenOff = problem != null && problem.getCode().equals("request_incomplete");
            if (exchange.getProperty("upload") instanceof Map<?, ?> upload
                    && upload.get("original_bytes") instanceof Number number) {
                bytes = number.doubleValue();
            }
        }

        /** Records the status of the answer. */
        void answered(int answer) {
            status = answer;
        }

        /** Ends the measurement. A request without an answer, because its client disconnected, counts as aborted. */
        void end() {
            String answer = status == 0 ? "none" : String.valueOf(status);
            meters.timer("caravana.api", "operation", operation, "status", answer)
                    .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
            String way = WAYS.get(operation);
            if (way != null) {
                boolean accepted = status / 100 == 2;
                String outcome = accepted ? "accepted" : brokenOff || status == 0 ? "broken_off" : "refused";
                meters.counter("caravana.uploads", "way", way, "outcome", outcome)
                        .increment();
                if (accepted) {
                    meters.counter("caravana.upload.bytes").increment(bytes);
                }
            }
        }
    }
}
