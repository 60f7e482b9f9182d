package caravana.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.logging.TraceParent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanTreeTest {

    private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String UNSAMPLED = CALLER.replaceFirst("01$", "00");
    private static final String VIDEO = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final List<SpanTree> exported = new ArrayList<>();
    private final SpanTree.Exporter exporter = new SpanTree.Exporter() {
        @Override
        public boolean isSampled(TraceParent parent, String traceId, String name) {
            return parent == null || parent.sampled();
        }

        @Override
        public void export(SpanTree tree) {
            exported.add(tree);
        }
    };
    private final Tracing tracing = new Tracing(() -> exporter);

    @AfterEach
    void nothingIsLeftOnTheThread() {
        assertThat(SpanTree.current()).isNull();
    }

    @Test
    void theCallersTraceGoesOn() {
        SpanTree tree = tracing.request("POST", "receive-upload", CALLER);
        assertThat(tree.traceParent().traceId())
                .isEqualTo(TraceParent.read(CALLER).traceId());
        assertThat(tree.traceParent().spanId())
                .isNotEqualTo(TraceParent.read(CALLER).spanId());
        tree.finish();

        assertThat(exported)
                .singleElement()
                .satisfies(sent -> assertThat(sent.parent()).isEqualTo(TraceParent.read(CALLER)));
    }

    @Test
    void whatItsCallerDoesNotRecordIsNotRecorded() {
        SpanTree tree = tracing.request("POST", "receive-upload", UNSAMPLED);
        assertThat(tree.traceParent().toString()).endsWith("-00");
        tree.finish();

        assertThat(exported).isEmpty();
    }

    @Test
    void readsAreTracedForCallersWhoAsk() {
        assertThat(tracing.request("GET", "show-video", null)).isNull();
        assertThat(tracing.request("GET", "show-video", UNSAMPLED)).isNull();
        assertThat(tracing.request("GET", "show-video", "nonsense")).isNull();
        SpanTree tree = tracing.request("GET", "show-video", CALLER);
        assertThat(tree).isNotNull();
        tree.finish();
    }

    @Test
    void withoutAnExporterNothingBegins() {
        Tracing off = new Tracing(null);
        assertThat(off.request("POST", "receive-upload", CALLER)).isNull();
        assertThat(off.message("take-job")).isNull();
        assertThat(SpanTree.<String, RuntimeException>span("ffmpeg", span -> String.valueOf(span)))
                .isEqualTo("null");
    }

    @Test
    void spansStandBelowThoseThatAreOpen() {
        SpanTree tree = tracing.request("POST", "receive-upload", null);
        Span outer = tree.begin("open-form");
        assertThatThrownBy(() -> SpanTree.span("ffmpeg", span -> {
                    span.event("progress", Map.of("percent", 10));
                    throw new IllegalStateException("a secret");
                }))
                .isInstanceOf(IllegalStateException.class);
        tree.end(outer, null);
        Span next = tree.begin("store-file");
        tree.end(next, null);
        tree.finish();

        List<Span> spans = exported.get(0).spans();
        assertThat(spans).extracting(Span::name).containsExactly("receive-upload", "open-form", "ffmpeg", "store-file");
        assertThat(spans.get(2).parent()).isSameAs(outer);
        assertThat(spans.get(3).parent()).isSameAs(tree.root());
        assertThat(spans.get(2).error()).isEqualTo("java.lang.IllegalStateException");
        assertThat(spans.get(2).events()).hasSize(1);
        assertThat(spans).allSatisfy(span -> assertThat(span.ended()).isGreaterThanOrEqualTo(span.started()));
    }

    @Test
    void whatWasLeftOpenEndsWithTheSpanAboveIt() {
        SpanTree tree = tracing.request("POST", "receive-upload", null);
        Span outer = tree.begin("open-form");
        tree.begin("insert-receiving");
        tree.end(outer, null);
        Span next = tree.begin("store-file");
        tree.end(next, null);
        tree.finish();

        assertThat(next.parent()).isSameAs(tree.root());
        assertThat(exported.get(0).spans())
                .allSatisfy(span -> assertThat(span.ended()).isPositive());
    }

    @Test
    void aPieceOfAnUploadJoinsTheTraceOfTheUpload() {
        SpanTree tree = tracing.request("PATCH", "append-upload", null);
        SpanTree.join(VIDEO);
        tree.finish();

        assertThat(exported.get(0).parent()).isEqualTo(TraceParent.read(VIDEO));
        assertThat(exported.get(0).links()).isEmpty();
    }

    @Test
    void oneOfACallerWithAnotherTraceLinksToIt() {
        SpanTree tree = tracing.request("PATCH", "append-upload", CALLER);
        SpanTree.join(VIDEO);
        tree.finish();

        assertThat(exported.get(0).parent()).isEqualTo(TraceParent.read(CALLER));
        assertThat(exported.get(0).links()).containsExactly(TraceParent.read(VIDEO));
    }

    @Test
    void whatJoinsItsOwnTraceStaysAsItIs() {
        SpanTree tree = tracing.request("POST", "create-direct-upload", null);
        SpanTree.join(tree.traceParent().toString());
        tree.finish();

        assertThat(exported.get(0).parent()).isNull();
    }

    @Test
    void theClaimIsSentAtOnceAndTheWorkGoesOnFromIt() {
        SpanTree claim = tracing.message("take-job");
        Span step = claim.begin("claim-video");
        claim.moveTo(TraceParent.read(CALLER));
        claim.moveTo(TraceParent.read(VIDEO));
        claim.identify(self -> new TraceParent(self.traceId(), "1111111111111111", self.sampled()));
        claim.root().attribute("caravana.attempt", 2);
        claim.goOnAs("process-video");
        Span inner = claim.begin("read-recipe");
        claim.end(inner, null);
        assertThat(exported).isEmpty();
        claim.end(step, null);

        assertThat(exported).containsExactly(claim);
        assertThat(claim.parent()).isEqualTo(TraceParent.read(VIDEO));
        assertThat(claim.links()).containsExactly(TraceParent.read(CALLER));
        SpanTree work = SpanTree.current();
        assertThat(work.parent()).isEqualTo(claim.traceParent());
        assertThat(work.parent().spanId()).isEqualTo("1111111111111111");
        assertThat(work.root().attributes()).containsEntry("caravana.attempt", 2);
        work.finish();
        assertThat(exported).containsExactly(claim, work);
    }
}
