package caravana.local.traces;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TraceReceiverTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final TraceStore store = new TraceStore(2, 3);
    private final HttpClient client = HttpClient.newHttpClient();
    private TraceReceiver receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = TraceReceiver.start(0, store);
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void aTraceIsDrawnAsAWaterfall() throws Exception {
        send(
                false,
                span(TRACE, "1111111111111111", "", "receive-upload", 0, 100),
                span(TRACE, "2222222222222222", "1111111111111111", "<b>store</b>", 25, 50));

        assertThat(get("/").body()).contains("receive-upload", "/traces/" + TRACE, "100.0 ms", "a-video");
        String page = get("/traces/" + TRACE).body();
        assertThat(page)
                .contains("receive-upload", "&lt;b&gt;store&lt;/b&gt;", "margin-left:25.00%;width:25.00%")
                .doesNotContain("<b>");
        assertThat(page.indexOf("receive-upload")).isLessThan(page.indexOf("store"));
    }

    @Test
    void whatComesCompressedIsReadAsWell() throws Exception {
        send(true, span(TRACE, "1111111111111111", "", "receive-upload", 0, 100));

        assertThat(store.trace(TRACE)).singleElement().satisfies(span -> {
            assertThat(span.service()).isEqualTo("web");
            assertThat(span.parentId()).isEmpty();
            assertThat(span.ended() - span.started()).isEqualTo(100_000_000);
            assertThat(span.attributes()).containsEntry("caravana.video_id", "a-video");
        });
    }

    @Test
    void theNewestTracesAreKept() throws Exception {
        for (String id : new String[] {"01", "02", "01", "03"}) {
            send(false, span(TRACE.substring(2) + id, "1111111111111111", "", "a", 0, 1));
        }

        assertThat(store.traces().keySet()).containsExactly(TRACE.substring(2) + "01", TRACE.substring(2) + "03");
    }

    @Test
    void tracesOfManySpansPushOldOnesOut() throws Exception {
        send(false, span(TRACE.substring(2) + "01", "1111111111111111", "", "a", 0, 1));
        for (String id : new String[] {"1111111111111111", "2222222222222222", "3333333333333333"}) {
            send(false, span(TRACE, id, "", "a", 0, 1));
        }

        assertThat(store.traces().keySet()).containsExactly(TRACE);
        assertThat(store.trace(TRACE)).hasSize(3);
    }

    @Test
    void aSpanThatIsSentTwiceIsKeptOnce() throws Exception {
        for (int sent = 0; sent < 2; sent++) {
            send(false, span(TRACE, "1111111111111111", "", "a", 0, 1));
        }

        assertThat(store.trace(TRACE)).hasSize(1);
    }

    @Test
    void whatIsNotOtlpIsRefused() throws Exception {
        assertThat(post("no protobuf".getBytes(), false)).isEqualTo(400);
        assertThat(get("/traces/" + TRACE).statusCode()).isEqualTo(404);
    }

    private void send(boolean compressed, Span... spans) throws Exception {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (Span span : spans) {
            scope.addSpans(span);
        }
        byte[] body = ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(attribute("service.name", "web")))
                        .addScopeSpans(scope))
                .build()
                .toByteArray();
        assertThat(post(body, compressed)).isEqualTo(200);
    }

    private static Span span(String trace, String id, String parent, String name, long fromMillis, long toMillis) {
        return Span.newBuilder()
                .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(trace)))
                .setSpanId(ByteString.copyFrom(HexFormat.of().parseHex(id)))
                .setParentSpanId(ByteString.copyFrom(HexFormat.of().parseHex(parent)))
                .setName(name)
                .setStartTimeUnixNano(fromMillis * 1_000_000)
                .setEndTimeUnixNano(toMillis * 1_000_000)
                .addAttributes(attribute("caravana.video_id", "a-video"))
                .build();
    }

    private static KeyValue attribute(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private int post(byte[] body, boolean compressed) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(receiver.uri().resolve("/v1/traces"));
        byte[] sent = body;
        if (compressed) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream gzip = new GZIPOutputStream(bytes)) {
                gzip.write(body);
            }
            sent = bytes.toByteArray();
            request.header("Content-Encoding", "gzip");
        }
        return client.send(request.POST(BodyPublishers.ofByteArray(sent)).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI page = receiver.uri().resolve(path);
        return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
    }
}
