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
     * Continues the trace of the video that the message names.
     *
     * @param traceparent as the message has it; null for none
     * @return the trace to which the spans now belong
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
     * Handles a claim. The claimed video may be another one than the message names; everything after the claim concerns
     * the claimed video.
     *
     * @param row result of {@code claim-job.sql}
     * @param route name of the work's root span
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

    /**
     * Returns the span of a claim. Its id depends only on the video and the number of its claim, so that the next claim
     * can link to it even if this worker is killed.
     */
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
