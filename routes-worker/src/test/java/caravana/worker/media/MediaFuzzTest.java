package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.Waits;
import caravana.worker.WorkerRouteTest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of every format through the whole worker: each ends at the first attempt, as a clip or with a reason that lies
 * in the file; no process is left, and the heap does not grow. Files that end otherwise are kept in {@code target/media-fuzz}.
 */
@Tag("slow")
class MediaFuzzTest extends WorkerRouteTest {

    private static final int NORMAL = 14;
    private static final int AT_LENGTH = 2_000;

    /** How many files are made ahead of those that are processed. */
    private static final int AHEAD = 6;

    /** What the heap may differ by after all of them, in bytes: caches of classes and pools, no media. */
    private static final long HEAP_TOLERANCE = 16L << 20;

    private static final List<String> TRANSFORMATIONS = List.of("recorte_30s", "miniatura", "transcodificacion");

    private static final Set<String> FAULTS_OF_FILES = Set.of(
            "not_a_video",
            "no_video_stream",
            "no_duration",
            "undecodable",
            "too_long",
            "too_complex",
            "too_many_streams",
            "resolution_too_high",
            "frame_rate_too_high",
            "codec_unsupported",
            "hdr_unsupported",
            "media_too_heavy");

    private static final String CRASH = "ends the program that reads it";

    private static final Path KEPT = Path.of("target", "media-fuzz");

    private record Sent(String name, byte[] file, String id) {}

    @TempDir
    Path folder;

    private final Map<String, Integer> verdicts = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyDamagedFileGetsAVerdict() throws Exception {
        int files = Sample.size("damaged files", NORMAL, AT_LENGTH);
        List<MediaCase> bases = MediaKinds.toDamage(folder, Sample.SEED);
        // For some files alone: this expression is found in the name of what is damaged and the number of the damage.
        Pattern only = Pattern.compile(System.getProperty("media.only", ""));
        judge(send("undamaged", bases.get(0).file.get()));
        long heap = usedHeap();
        Deque<Sent> sent = new ArrayDeque<>();
        // Many in a row of the same file, since to make it takes longer than to damage it.
        int inARow = Math.max(1, files / bases.size());
        int made = -1;
        byte[] base = null;
        byte[] before = null;
        int tried = 0;
        for (int i = 0; i < files; i++) {
            int turn = i / inARow;
            String name = damaged(bases, turn) + ", number " + i;
            if (!only.matcher(name).find()) {
                continue;
            }
            if (turn != made) {
                before = turn == made + 1 && base != null ? base : file(bases, turn - 1);
                base = file(bases, turn);
                made = turn;
            }
            MediaMutations.Mutation mutation = MediaMutations.of(base, before, Sample.SEED * AT_LENGTH + i);
            sent.add(send(name + ", " + mutation.how(), mutation.file()));
            tried++;
            if (sent.size() > AHEAD) {
                judge(sent.remove());
            }
        }
        while (!sent.isEmpty()) {
            judge(sent.remove());
        }
        long grown = usedHeap() - heap;
        System.out.println("Seed " + Sample.SEED + ", verdicts: " + verdicts);
        wrong.forEach(each -> System.out.println("  " + each));
        System.out.printf("heap after collection: %+d KiB%n", grown >> 10);
        System.out.printf(
                "RESULT name=media-fuzz value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                wrong.size(), tried, wrong.isEmpty() ? "pass" : "fail");
        assertThat(wrong).isEmpty();
        assertThat(grown).isLessThan(HEAP_TOLERANCE);
        assertNothingLeftOnDisk();
        await().atMost(Waits.LIMIT)
                .until(() -> ProcessHandle.current()
                        .descendants()
                        .noneMatch(process -> process.info()
                                .command()
                                .filter(command -> command.matches(".*/ff(mpeg|probe)"))
                                .isPresent()));
    }

    private static MediaCase damaged(List<MediaCase> bases, int turn) {
        return bases.get(Math.floorMod(turn + Sample.SEED, bases.size()));
    }

    private static byte[] file(List<MediaCase> bases, int turn) {
        return damaged(bases, turn).file.get();
    }

    private Sent send(String name, byte[] file) {
        String id = upload(file, TRANSFORMATIONS);
        send(message(id));
        return new Sent(name, file, id);
    }

    private void judge(Sent sent) throws IOException {
        await().atMost(Waits.LIMIT).until(() -> row(sent.id()).get("status"), Set.of("processed", "failed")::contains);
        Map<String, Object> row = row(sent.id());
        String verdict = row.get("status").equals("processed") ? "processed" : String.valueOf(row.get("error_code"));
        verdicts.merge(verdict, 1, Integer::sum);
        boolean right = verdict.equals("processed") || FAULTS_OF_FILES.contains(verdict);
        // Memory may lack for a moment, and a tool may crash once: that it is the file's fault, a second attempt shows
        // (ADR 5).
        boolean twice = verdict.equals("media_too_heavy")
                || verdict.equals("undecodable")
                        && String.valueOf(row.get("error_detail")).contains(CRASH);
        if (!right || !row.get("attempts").equals(twice ? 2 : 1)) {
            Path kept = Files.createDirectories(KEPT).resolve(sent.id());
            Files.write(kept, sent.file());
            wrong.add(sent.name() + ": " + verdict + " after " + row.get("attempts") + " attempts (" + kept + ")");
        }
        s3.deleteObject(delete -> delete.bucket(bucket()).key("uploads/" + sent.id() + ".mp4"));
    }

    private static long usedHeap() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
