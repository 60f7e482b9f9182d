package caravana.tracing;

import caravana.logging.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Converts our spans to OpenTelemetry's and sends them with its SDK, which reads the standard variables {@code OTEL_…}.
 */
final class OpenTelemetryExporter implements SpanTree.Exporter, AutoCloseable {

    /** The seconds in which an app that shuts down may send its remaining spans. */
    private static final int FLUSH_SECONDS = 3;

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;
    private final Sampler sampler;
    private final GivenIds ids;

    private OpenTelemetryExporter(OpenTelemetrySdk sdk, GivenIds ids) {
        this.sdk = sdk;
        this.ids = ids;
        this.tracer = sdk.getTracer("caravana");
        this.sampler = sdk.getSdkTracerProvider().getSampler();
    }

    /**
     * Starts the SDK.
     *
     * @param endpoint URL of the collector; the SDK's own variable {@code OTEL_EXPORTER_OTLP_ENDPOINT} has the same
     *     value
     * @param service name of the app in traces, unless {@code OTEL_SERVICE_NAME} sets another one
     */
    static OpenTelemetryExporter to(String endpoint, String service) {
        GivenIds ids = new GivenIds();
        Map<String, String> defaults = new HashMap<>();
        defaults.put(TracingConfiguration.ENDPOINT, endpoint);
        defaults.put("otel.service.name", service);
        // The sender for gRPC would need another library.
        defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
        // Prometheus collects metrics, and logs are not sent.
        defaults.put("otel.metrics.exporter", "none");
        defaults.put("otel.logs.exporter", "none");
        // A killed node loses the spans that it has not sent.
        defaults.put("otel.bsp.schedule.delay", "1000");
        // The time limit covers all attempts, and a node may be suspended for some time.
        defaults.put("otel.exporter.otlp.timeout", "60000");
        OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> defaults)
                .addTracerProviderCustomizer((provider, settings) -> provider.setIdGenerator(ids))
                // Spring closes it, after the routes.
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
        return new OpenTelemetryExporter(sdk, ids);
    }

    @Override
    public boolean isSampled(TraceParent parent, String traceId, String name) {
        return sampler.shouldSample(context(parent), traceId, name, SpanKind.INTERNAL, Attributes.empty(), List.of())
                        .getDecision()
                == SamplingDecision.RECORD_AND_SAMPLE;
    }

    /** Exports the spans in the order of their starts, so that each exported span has its parent. */
    @Override
    public synchronized void export(SpanTree tree) {
        Map<Span, Context> contexts = new HashMap<>();
        for (Span span : tree.spans()) {
            boolean root = span.parent() == null;
            SpanBuilder builder = tracer.spanBuilder(span.name())
                    .setParent(root ? context(tree.parent()) : contexts.get(span.parent()))
                    .setSpanKind(root ? SpanKind.valueOf(tree.kind().name()) : SpanKind.INTERNAL)
                    .setStartTimestamp(span.started(), TimeUnit.NANOSECONDS)
                    .setAllAttributes(attributes(span.attributes()));
            if (root) {
                tree.links().forEach(link -> builder.addLink(remote(link)));
                ids.give(tree.traceParent());
            }
            io.opentelemetry.api.trace.Span made = builder.startSpan();
            ids.taken();
            contexts.put(span, Context.root().with(made));
            span.events()
                    .forEach(event -> made.addEvent(
                            event.name(), attributes(event.attributes()), event.nanos(), TimeUnit.NANOSECONDS));
            if (span.error() != null) {
                made.setStatus(StatusCode.ERROR);
                made.setAttribute("error.type", span.error());
            }
            made.end(span.ended(), TimeUnit.NANOSECONDS);
        }
    }

    private static Context context(TraceParent parent) {
        return parent == null
                ? Context.root()
                : Context.root().with(io.opentelemetry.api.trace.Span.wrap(remote(parent)));
    }

    private static SpanContext remote(TraceParent span) {
        return SpanContext.createFromRemoteParent(
                span.traceId(),
                span.spanId(),
                span.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static Attributes attributes(Map<String, Object> values) {
        AttributesBuilder attributes = Attributes.builder();
        values.forEach((name, value) -> {
            if (value instanceof Boolean truth) {
                attributes.put(name, truth);
            } else if (value instanceof Double || value instanceof Float) {
                attributes.put(name, ((Number) value).doubleValue());
            } else if (value instanceof Number number) {
                attributes.put(name, number.longValue());
            } else {
                attributes.put(AttributeKey.stringKey(name), value.toString());
            }
        });
        return attributes.build();
    }

    /** Sends the remaining spans. */
    @Override
    public void close() {
        sdk.getSdkTracerProvider().forceFlush().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        sdk.shutdown();
    }

    /** Gives spans the ids that the tree has chosen, because others know a root's id before the span exists. */
    private static final class GivenIds implements IdGenerator {

        private final IdGenerator random = IdGenerator.random();
        private TraceParent given;

        /** Sets the ids of the next span. The caller creates one span at a time. */
        void give(TraceParent span) {
            given = span;
        }

        @Override
        public String generateTraceId() {
            return given == null ? random.generateTraceId() : given.traceId();
        }

        @Override
        public String generateSpanId() {
            return given == null ? random.generateSpanId() : given.spanId();
        }

        void taken() {
            given = null;
        }
    }
}
