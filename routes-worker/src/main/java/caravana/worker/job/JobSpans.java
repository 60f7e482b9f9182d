package caravana.worker.job;

import caravana.logging.TraceParent;
import caravana.tracing.ConditionalOnTracing;
import caravana.tracing.SpanTree;
import caravana.tracing.Tracing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Creates two trees of spans for each message, in the trace of its video: the claim, which is exported at once, and the
 * work, which is exported at its end. When a worker is killed, its claim remains, and the claim of the next attempt
 * links to it.
 */
@Component
@ConditionalOnTracing
class JobSpans implements RoutePolicyFactory {

    private static final int SPAN_ID_BYTES = 8;

    private final Tracing tracing;
    private final String worker;

    JobSpans(Tracing tracing, @Value("#{workerName.get()}") String worker) {
        this.tracing = tracing;
        this.worker = worker;
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode definition) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeBegin(Route route, Exchange exchange) {
                if (route.getEndpoint() instanceof Sqs2Endpoint) {
                    SpanTree tree = tracing.message(
                            ((RouteDefinition) definition).getInput().getId());
                    tree.root().attribute("caravana.worker", worker);
                }
            }

            @Override
            public void onExchangeDone(Route route, Exchange exchange) {
                SpanTree tree = SpanTree.current();
                if (tree != null && route.getEndpoint() instanceof Sqs2Endpoint) {
                    end(tree, exchange);
                }
            }
        };
    }

    private static void end(SpanTree tree, Exchange exchange) {
        String ended = exchange.getProperty("ended", String.class);
        tree.root().attribute("caravana.outcome", exchange.getProperty("outcome"));
        tree.root().attribute("caravana.result", ended);
        if (exchange.getException() != null) {
            tree.root().failed(exchange.getException().getClass().getName());
        } else if (ended != null && !ended.equals("processed")) {
            tree.root().failed(exchange.getProperty("error_code", ended, String.class));
        }
        tree.finish();
    }

    /**
     * Continues the trace of the video, which the message names.
     *
     * @param traceparent as the message has it; null for none
     * @return the trace that it is now
     */
    static TraceParent received(String traceparent) {
        SpanTree tree = SpanTree.current();
        if (tree == null) {
            return TraceParent.of(traceparent);
        }
        TraceParent sender = TraceParent.read(traceparent);
        if (sender != null) {
            tree.continueFrom(sender);
        }
        return tree.traceParent();
    }

    /**
     * A video was claimed, maybe another than the message names; all that follows the claim is about that one.
     *
     * @param row what {@code claim-job.sql} returned
     * @param route which is what the work is called
     */
    static void claimed(Map<String, Object> row, String route) {
        SpanTree tree = SpanTree.current();
        if (tree == null) {
            return;
        }
        TraceParent trace = TraceParent.read((String) row.get("traceparent"));
        String video = (String) row.get("video_id");
        int claims = (Integer) row.get("claims");
        if (Boolean.TRUE.equals(row.get("names_other")) && trace != null) {
            tree.moveTo(trace);
        }
        tree.identify(self -> claimSpan(self, video, claims));
        if (claims > 1) {
            tree.link(claimSpan(tree.traceParent(), video, claims - 1));
        }
        tree.root().attribute("caravana.video_id", video);
        tree.root().attribute("caravana.attempt", row.get("attempts"));
        tree.goOnAs(route);
    }

    /** Its id follows from which claim it is of which video, so that the next one knows it whatever became of the worker. */
    private static TraceParent claimSpan(TraceParent trace, String video, int claim) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256")
                    .digest((video + "/" + claim).getBytes(StandardCharsets.US_ASCII));
            return new TraceParent(trace.traceId(), HexFormat.of().formatHex(sum, 0, SPAN_ID_BYTES), trace.sampled());
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
