package caravana.local.traces;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses requests of an OpenTelemetry SDK (OTLP over HTTP, protobuf). */
final class OtlpRequest {

    private OtlpRequest() {}

    static List<ReceivedSpan> spans(InputStream body) throws IOException {
        List<ReceivedSpan> spans = new ArrayList<>();
        for (ResourceSpans resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
            String service =
                    attributes(resource.getResource().getAttributesList()).getOrDefault("service.name", "");
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                scope.getSpansList().forEach(span -> spans.add(received(service, span)));
            }
        }
        return spans;
    }

    private static ReceivedSpan received(String service, Span span) {
        return new ReceivedSpan(
                // The same for many spans: each is kept once.
                hex(span.getTraceId()).intern(),
                hex(span.getSpanId()),
                hex(span.getParentSpanId()),
                service.intern(),
                span.getName().intern(),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                attributes(span.getAttributesList()),
                span.getEventsList().stream()
                        .map(event -> new ReceivedSpan.Event(
                                event.getName(), event.getTimeUnixNano(), attributes(event.getAttributesList())))
                        .toList(),
                span.getLinksList().stream()
                        .map(link -> new ReceivedSpan.Link(hex(link.getTraceId()), hex(link.getSpanId())))
                        .toList());
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static Map<String, String> attributes(List<KeyValue> pairs) {
        if (pairs.isEmpty()) {
            return Map.of();
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        pairs.forEach(pair -> attributes.put(pair.getKey().intern(), text(pair.getValue())));
        return attributes;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            default -> value.toString().strip();
        };
    }
}
