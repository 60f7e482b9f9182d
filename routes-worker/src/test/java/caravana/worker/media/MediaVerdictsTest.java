package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.Waits;
import caravana.worker.WorkerRouteTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table of odd, broken and hostile files, each through the whole worker, and what became of it. The normal run takes some of
 * them, see {@link Sample}.
 */
@Tag("slow")
class MediaVerdictsTest extends WorkerRouteTest {

    /** How many files the normal run takes. */
    private static final int CASES_OF_SAMPLE = 6;

    /** What the heap may differ by after all of them, in bytes: caches of classes and pools, no media. */
    private static final long HEAP_TOLERANCE = 16L << 20;

    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void everyFileGetsItsVerdict() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ServerSocket bait = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread counter = new Thread(() -> count(bait, calls), "bait");
            counter.setDaemon(true);
            counter.start();
            Path secret = Files.write(folder.resolve("secret.mp4"), "secret".getBytes(StandardCharsets.UTF_8));
            List<MediaFiles.Case> all = MediaFiles.all(folder, "http://127.0.0.1:" + bait.getLocalPort(), secret);
            assertThat(all).hasSizeGreaterThanOrEqualTo(40);
            List<MediaFiles.Case> cases = Sample.of("odd, broken and hostile files", CASES_OF_SAMPLE, all);
            String warmUp = upload(all.get(0).file().get());
            send(message(warmUp));
            await().atMost(Waits.LIMIT).until(() -> row(warmUp).get("status").equals("processed"));
            long before = usedHeap();

            Map<MediaFiles.Case, String> ids = new LinkedHashMap<>();
            for (MediaFiles.Case each : cases) {
                String id = upload(each.file().get());
                ids.put(each, id);
                send(message(id));
            }
            // One after the other, so that the limit is one file's.
            for (String id : ids.values()) {
                await().atMost(Waits.LIMIT).until(() -> row(id).get("status"), Set.of("processed", "failed")::contains);
            }

            int wrong = 0;
            for (Map.Entry<MediaFiles.Case, String> entry : ids.entrySet()) {
                String verdict = verdict(entry.getValue());
                boolean right = entry.getKey().verdict().equals(verdict)
                        || entry.getKey().verdict().equals(MediaFiles.ANY) && !verdict.startsWith("wrong");
                wrong += right ? 0 : 1;
                System.out.printf(
                        "  %-45s → %s%s%n",
                        entry.getKey().name(),
                        verdict,
                        right ? "" : "   INSTEAD OF " + entry.getKey().verdict());
            }
            long grown = usedHeap() - before;
            System.out.printf(
                    "heap after collection: %+d KiB, connections to the bait: %d%n", grown >> 10, calls.get());
            System.out.printf(
                    "RESULT name=media-verdicts value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                    wrong, cases.size(), wrong == 0 ? "pass" : "fail");
            assertThat(wrong).isZero();
            assertThat(calls).hasValue(0);
            assertThat(grown).isLessThan(HEAP_TOLERANCE);
            assertNothingLeftOnDisk();
        }
    }

    private static void count(ServerSocket bait, AtomicInteger calls) {
        while (!bait.isClosed()) {
            try {
                bait.accept().close();
                calls.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** What became of it; of a processed one, what is wrong with its clip, if anything. */
    private String verdict(String id) throws IOException, InterruptedException {
        Map<String, Object> row = jdbc.queryForMap(
                "SELECT status, error_code, attempts, processed_key, facts::text AS facts FROM videos"
                        + " WHERE id = CAST(? AS uuid)",
                id);
        if (row.get("status").equals("failed")) {
            return row.get("attempts").equals(1)
                    ? (String) row.get("error_code")
                    : "wrong: " + row.get("error_code") + " after " + row.get("attempts") + " attempts";
        }
        JsonNode facts = json.readTree((String) row.get("facts"));
        boolean truncated = facts.path("truncated").asBoolean();
        List<String> faults = faults(
                (String) row.get("processed_key"), facts.path("durationSeconds").asDouble(), truncated);
        if (!faults.isEmpty()) {
            return "wrong: " + faults;
        }
        return truncated ? MediaFiles.TRUNCATED : MediaFiles.PROCESSED;
    }

    private List<String> faults(String key, double originalSeconds, boolean truncated)
            throws IOException, InterruptedException {
        Path clip = Files.write(
                folder.resolve("clip.mp4"),
                s3.getObjectAsBytes(g -> g.bucket(bucket()).key(key)).asByteArray());
        JsonNode probe = probe(clip);
        JsonNode video = probe.at("/streams/0");
        double seconds = probe.at("/format/duration").asDouble();
        double planned = Math.min(30, originalSeconds) + 2 * CARD.toMillis() / 1000.0;
        List<String> faults = new ArrayList<>();
        check(
                faults,
                probe.path("streams").size() == 1,
                "streams " + probe.path("streams").size());
        check(faults, video.path("codec_name").asText().equals("h264"), "codec");
        check(faults, video.path("profile").asText().equals("High"), "profile " + video.path("profile"));
        check(faults, video.path("pix_fmt").asText().equals("yuv420p"), "pixel format");
        check(
                faults,
                video.path("width").asInt() == 1280 && video.path("height").asInt() == 720,
                "size");
        check(faults, video.path("sample_aspect_ratio").asText().equals("1:1"), "pixels not square");
        check(faults, video.path("avg_frame_rate").equals(video.path("r_frame_rate")), "frame rate not constant");
        check(faults, SourceInfo.fraction(video.path("avg_frame_rate").asText()) <= 30.01, "frame rate");
        check(
                faults,
                // The length of some is what their packets reach, of others what their index says.
                truncated ? seconds < planned + 0.6 : Math.abs(seconds - planned) < 0.6,
                seconds + " s and not " + planned);
        return faults;
    }

    private static void check(List<String> faults, boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    private JsonNode probe(Path clip) throws IOException, InterruptedException {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", clip.toString())
                .start();
        JsonNode probe = json.readTree(ffprobe.getInputStream().readAllBytes());
        assertThat(ffprobe.waitFor()).isZero();
        return probe;
    }

    private static long usedHeap() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
