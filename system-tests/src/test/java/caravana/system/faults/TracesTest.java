package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.traces.ReceivedSpan;
import caravana.local.traces.TraceReceiver;
import caravana.local.traces.TraceStore;
import caravana.system.faults.FaultPlan.Fault;
import caravana.system.faults.FaultPlan.Kind;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One trace a video, from the request to the commit, whatever happens to its workers. Web is spared: what a killed web has not sent
 * yet is lost, and what follows from it begins in the air. {@code -Dfaults.long=true} runs 1,000 jobs.
 */
@SampledClass(turn = 0)
class TracesTest {

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String CALLER_TRACE = CALLER.substring(3, 35);
    private static final String CALLER_SPAN = CALLER.substring(36, 52);
    private static final Set<Kind> OF_WORKERS = EnumSet.of(Kind.KILL_WORKER, Kind.STOP_WORKER, Kind.FREEZE_WORKER);

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    /** An exporter waits for a second, and needs a while for what it then sends. */
    private static final Duration UNSENT = Duration.ofSeconds(5);

    /**
     * A video, as its row has it at the end.
     *
     * @param processed when its result was committed; null if none was
     * @param worker process id of the worker that did so; 0 if none did
     */
    private record Row(String id, String status, String trace, int claims, Instant processed, long worker) {}

    @Test
    void eachVideoHasOneTraceThroughFaults() throws Exception {
        TraceStore store = new TraceStore(Integer.MAX_VALUE, Integer.MAX_VALUE);
        Scale scale = new Scale(0.2);
        FfmpegStub stub = FfmpegStub.in(folder.resolve("stub"));
        List<Row> rows;
        Map<Long, Instant> killed;
        String continued;
        String inPieces;
        try (TraceReceiver receiver = TraceReceiver.start(0, store);
                Cluster cluster = cluster(scale, stub)) {
            cluster.environment()
                    .put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.uri().toString());
            cluster.startWeb();
            cluster.addWorker(2);
            cluster.addWorker(2);
            cluster.awaitWorkers();
            continued = uploadWithTrace(cluster, stub);
            inPieces = uploadInPieces(cluster, stub);
            killed = provoke(cluster, scale, stub);
            rows = rows(cluster);
            assertThat(exemplars(cluster)).as("phases name traces").isPositive();
            cluster.workers().forEach(FaultyWorker::terminate);
            cluster.workers().forEach(FaultyWorker::close);
            cluster.web().close();
        }
        Map<String, List<ReceivedSpan>> traces = store.traces();

        List<String> orphans = new ArrayList<>();
        traces.forEach((id, spans) -> orphans.addAll(orphans(spans)));
        List<String> unconnected = rows.stream()
                .flatMap(row -> defects(row, traces).stream())
                .collect(Collectors.toCollection(ArrayList::new));
        List<Row> uncommitted = rows.stream()
                .filter(row -> row.status().equals("processed"))
                .filter(row -> traces.getOrDefault(row.trace(), List.of()).stream()
                        .noneMatch(span -> span.name().equals("commit-video")))
                .toList();
        uncommitted.stream()
                .filter(row -> !killedWithItsSpans(row, killed))
                .forEach(row -> unconnected.add(row + " has no commit"));
        int spans = traces.values().stream().mapToInt(List::size).sum();
        report("trace-orphans", orphans, spans + " spans");
        report("traces-not-connected", unconnected, rows.size() + " videos");
        System.out.println("Commits whose spans a kill took: " + uncommitted.size());
        assertThat(orphans).isEmpty();
        assertThat(unconnected).isEmpty();
        assertThat(rows).anyMatch(row -> row.claims() > 1);
        assertThat(traces.get(CALLER_TRACE))
                .as("the caller's trace continues")
                .anyMatch(span ->
                        span.parentId().equals(CALLER_SPAN) && span.name().equals("receive-raw-upload"))
                .anyMatch(span -> continued.equals(span.attributes().get("caravana.video_id")));
        String pieces = trace(rows, inPieces);
        assertThat(traces.get(pieces))
                .filteredOn(span -> span.name().equals("append-upload"))
                .as("each piece is in the trace of the upload")
                .hasSize(2);
        assertThat(traces.get(pieces)).anyMatch(span -> span.name().equals("commit-video"));
        assertThat(traces.values().stream().flatMap(List::stream))
                .as("how far a transcoding was when")
                .anyMatch(span -> span.name().equals("ffmpeg")
                        && span.events().stream().anyMatch(event -> event.name().equals("progress")));
    }

    private Cluster cluster(Scale scale, FfmpegStub stub) throws Exception {
        String path = stub.folder() + ":" + System.getenv("PATH");
        return Sample.LONG
                ? new Cluster(folder, scale.settings(GRACE), path)
                : Cluster.onSharedStack(folder, scale.settings(GRACE), path);
    }

    /** Returns when each worker was killed. */
    private static Map<Long, Instant> provoke(Cluster cluster, Scale scale, FfmpegStub stub) throws Exception {
        Faults faults = new Faults(cluster, scale, new Random(Sample.SEED));
        int jobs = Sample.size("jobs with traces beside faults", 12, 1_000);
        Traffic traffic = new Traffic(cluster, stub, Sample.SEED, jobs, 8);
        Thread uploads = new Thread(traffic, "uploads");
        uploads.setDaemon(true);
        uploads.start();
        for (Fault fault : plan()) {
            faults.provoke(fault);
        }
        traffic.enough();
        while (uploads.isAlive()) {
            cluster.supervise();
            uploads.join(500);
        }
        System.out.println(traffic.summary());
        System.out.println(faults.summary());
        stub.heal();
        Quiet.await(cluster);
        return faults.killed();
    }

    private static List<Fault> plan() {
        if (!Sample.LONG) {
            return List.of(new Fault(Kind.KILL_WORKER, null), new Fault(Kind.STOP_WORKER, null));
        }
        return FaultPlan.of(FaultProfile.LONG, new Random(Sample.SEED)).stream()
                .filter(fault -> OF_WORKERS.contains(fault.kind()) || fault.kind() == Kind.KILL_SYSTEM)
                .toList();
    }

    /** What continues from a span that was never sent. */
    private static List<String> orphans(List<ReceivedSpan> spans) {
        Set<String> known = spans.stream().map(ReceivedSpan::spanId).collect(Collectors.toSet());
        known.add("");
        known.add(CALLER_SPAN);
        return spans.stream()
                .filter(span -> !known.contains(span.parentId()))
                .map(span -> span.name() + " of " + span.traceId() + " continues from " + span.parentId())
                .toList();
    }

    /** What is wrong with the trace of a video. */
    private static List<String> defects(Row row, Map<String, List<ReceivedSpan>> traces) {
        List<String> defects = new ArrayList<>();
        List<ReceivedSpan> spans = traces.getOrDefault(row.trace(), List.of());
        long first = spans.stream()
                .filter(span -> span.parentId().isEmpty() || span.parentId().equals(CALLER_SPAN))
                .count();
        if (first != 1) {
            defects.add(row + " has " + first + " first spans");
        }
        traces.forEach((id, others) -> {
            if (!id.equals(row.trace())
                    && others.stream()
                            .anyMatch(span -> row.id().equals(span.attributes().get("caravana.video_id")))) {
                defects.add(row + " is in " + id + " as well");
            }
        });
        List<ReceivedSpan> claims = spans.stream()
                .filter(span ->
                        span.name().equals("take-job") && span.attributes().containsKey("caravana.attempt"))
                .toList();
        Map<String, Integer> earlier = new HashMap<>();
        claims.forEach(claim -> claim.links().stream()
                .filter(link -> link.traceId().equals(row.trace()))
                .forEach(link -> earlier.merge(link.spanId(), 1, Integer::sum)));
        if (row.claims() > 1 && earlier.isEmpty()) {
            defects.add(row + " was claimed again without a link to the claim before");
        }
        return defects;
    }

    /** Whether the worker that committed a video was killed before it can have sent its spans. */
    private static boolean killedWithItsSpans(Row row, Map<Long, Instant> killed) {
        Instant kill = killed.get(row.worker());
        return kill != null && Duration.between(row.processed(), kill).compareTo(UNSENT) < 0;
    }

    private static void report(String name, List<String> violations, String among) {
        violations.stream().limit(20).forEach(violation -> System.out.println("  " + name + ": " + violation));
        System.out.printf(
                "RESULT name=%s value=%d unit=violations among=\"%s\" target=0 verdict=%s%n",
                name, violations.size(), among, violations.isEmpty() ? "pass" : "fail");
    }

    private String uploadWithTrace(Cluster cluster, FfmpegStub stub) throws Exception {
        URI web = cluster.web().uri();
        HttpRequest upload = ApiClient.signUp(web)
                .uploadRequest(web, "traced", BodyPublishers.ofByteArray(stub.original(Map.of("seconds", "2"))))
                .header("traceparent", CALLER)
                .build();
        HttpResponse<String> answer = client.send(upload, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private String uploadInPieces(Cluster cluster, FfmpegStub stub) throws Exception {
        URI web = cluster.web().uri();
        ApiClient owner = ApiClient.signUp(web);
        byte[] video = stub.original(Map.of("seconds", "0.5"));
        HttpResponse<String> created = client.send(
                owner.request(web.resolve("/api/uploads"))
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Length", String.valueOf(video.length))
                        .header("Upload-Metadata", "filename YS5tcDQ=,title dHJhY2Vk")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        URI upload = web.resolve(created.headers().firstValue("Location").orElseThrow());
        int half = video.length / 2;
        append(owner, upload, 0, Arrays.copyOfRange(video, 0, half));
        append(owner, upload, half, Arrays.copyOfRange(video, half, video.length));
        return upload.getPath().replaceFirst(".*/", "");
    }

    private void append(ApiClient owner, URI upload, int offset, byte[] piece) throws Exception {
        HttpResponse<String> answer = client.send(
                owner.request(upload)
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Offset", String.valueOf(offset))
                        .header("Content-Type", "application/offset+octet-stream")
                        .method("PATCH", BodyPublishers.ofByteArray(piece))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }

    private static List<Row> rows(Cluster cluster) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (Connection database = cluster.database();
                Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery("""
                        SELECT videos.id, status, traceparent, claims, processed_at,
                               coalesce(substring(last.worker FROM ':([0-9]+)$')::bigint, 0) AS worker
                        FROM videos
                        LEFT JOIN LATERAL (
                            SELECT worker FROM receipts WHERE video_id = videos.id AND outcome = 'processed'
                            ORDER BY created_at DESC LIMIT 1
                        ) AS last ON true
                        """)) {
            while (found.next()) {
                rows.add(new Row(
                        found.getString("id"),
                        found.getString("status"),
                        found.getString("traceparent").substring(3, 35),
                        found.getInt("claims"),
                        found.getTimestamp("processed_at") == null
                                ? null
                                : found.getTimestamp("processed_at").toInstant(),
                        found.getLong("worker")));
            }
        }
        return rows;
    }

    private static String trace(List<Row> rows, String id) {
        return rows.stream()
                .filter(row -> row.id().equals(id))
                .map(Row::trace)
                .findFirst()
                .orElseThrow();
    }

    /** How many buckets of histograms name a trace, by the format that has them. */
    private long exemplars(Cluster cluster) {
        return await().atMost(Waits.LIMIT)
                .ignoreExceptions()
                .until(
                        () -> {
                            long found = 0;
                            for (FaultyWorker worker : cluster.workers()) {
                                cluster.supervise();
                                found += client.send(
                                                HttpRequest.newBuilder(worker.app()
                                                                .uri()
                                                                .resolve("/actuator/prometheus"))
                                                        .header("Accept", "application/openmetrics-text; version=1.0.0")
                                                        .build(),
                                                BodyHandlers.ofString())
                                        .body()
                                        .lines()
                                        .filter(line -> line.startsWith("caravana_job_phase_seconds_bucket")
                                                && line.contains("trace_id="))
                                        .count();
                            }
                            return found;
                        },
                        found -> found > 0);
    }
}
