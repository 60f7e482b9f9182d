package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One video that several workers encode in parts. */
@SampledClass(turn = 3)
class PartsTest extends PartsFixture {

    @Test
    void twoWorkersMakeWhatOneMakes() throws Exception {
        Sample.require(Sample.WHOLE, "two workers share a video", "a whole run makes it");
        start(1500);
        int parts = 8;
        Path video = footage(parts);
        FaultyWorker whole =
                cluster.addWorker(1, Map.of("CARAVANA_MEDIA_PARTS_FROM", "0s", "CARAVANA_MEDIA_THREADS", "1"));
        whole.awaitReady();
        String unsplit = upload(video);
        awaitProcessed(unsplit);
        assertThat(runs()).isZero();
        whole.kill();

        FaultyWorker first = addWorker();
        String alone = upload(video);
        awaitProcessed(alone);
        assertThat(runs()).isEqualTo(parts);

        FaultyWorker second = addWorker();
        long before = toolMillis(first) + toolMillis(second);
        String shared = upload(video);
        Set<String> workers = processed(shared);
        await().atMost(Waits.LIMIT).until(() -> messages() == 0);
        long used = toolMillis(first) + toolMillis(second) - before;

        List<String> times = times(result(unsplit, "unsplit.mp4"));
        List<String> frames = frames(result(shared, "shared.mp4"));
        System.out.printf(
                "RESULT parts-shared workers=%d parts=%d runs=%d frames=%d%n",
                workers.size(), parts, runs() - parts, frames.size());
        assertThat(workers).as("who has done parts").hasSize(2);
        assertThat(runs()).isEqualTo(2 * parts);
        assertThat(frames).hasSize(parts * PART_SECONDS * 25).isEqualTo(frames(result(alone, "alone.mp4")));
        assertThat(times(folder.resolve("shared.mp4")))
                .as("times of the one run")
                .containsExactlyInAnyOrderElementsOf(times);
        assertThat(column(shared, "attempts")).isEqualTo("1");
        assertNothingIsLeft(shared, List.of(column(shared, "processed_key")));
        assertReceiptsAreWhatWasUsed(shared, used, Files.size(video));
    }

    private void assertReceiptsAreWhatWasUsed(String id, long used, long bytes) throws Exception {
        String receipts = " FROM receipts WHERE video_id = '" + id + "'";
        int tools = number("SELECT sum(ms::int) FROM receipts, jsonb_each_text(measured -> 'cpu_ms') cpu (tool, ms)"
                + " WHERE video_id = '" + id + "' AND tool <> 'jvm'");
        int helped = number("SELECT count(*)" + receipts + " AND outcome = 'helped'");
        System.out.printf(
                "RESULT parts-receipts helpers=%d tools_ms=%d of=%d all=%.4f%n",
                helped, tools, used, (double) tools / used);
        assertThat(number("SELECT count(DISTINCT worker)" + receipts)).isEqualTo(2);
        assertThat(helped).isPositive();
        // Each has fetched the original, and the job's own worker the parts of the other one.
        assertThat(number("SELECT sum(CAST(measured ->> 'bytes_read' AS bigint))" + receipts))
                .isGreaterThan((int) bytes * (1 + helped));
        assertThat(number("SELECT min(CAST(measured ->> 'part_bytes_written' AS bigint))" + receipts))
                .isPositive();
        // The workers run tools for their own checks, too; without the one that helps it would be about half.
        assertThat((double) tools / used).isBetween(0.8, 1.05);
    }

    /** Processor time of a worker's tools that have ended. */
    private static long toolMillis(FaultyWorker worker) throws Exception {
        String stat = Files.readString(Path.of("/proc/" + pid(worker) + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        // Of children that have ended, in user and kernel mode, in hundredths of a second.
        return 10 * (Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    @Test
    void aKillCostsOnePartAtMost() throws Exception {
        int kills = Sample.size("kills in one encode", 2, 20);
        int parts = Sample.LONG ? 6 * kills : 10;
        // The long run starts another worker after each kill, and there must be parts until the last one.
        start(Sample.LONG ? 20_000 : 3000);
        addWorker();
        addWorker();
        addWorker();
        String id = upload(footage(parts));
        int claims = kill(id, kills);
        takeAtLeast(0);
        awaitProcessed(id);

        List<String> frames = frames(result(id, "result.mp4"));
        System.out.printf(
                "RESULT parts-killed kills=%d parts=%d runs=%d twice=%d claims=%s attempts=%s target=twice<=kills%n",
                kills, parts, runs(), runs() - parts, column(id, "claims"), column(id, "attempts"));
        assertThat(frames).hasSize(parts * PART_SECONDS * 25);
        assertThat(runs() - parts).as("parts that were encoded twice").isBetween(0, kills);
        assertThat(column(id, "claims")).isEqualTo(String.valueOf(claims));
        assertNothingIsLeft(id, List.of(column(id, "processed_key")));
    }

    @Test
    void whatIsDeletedIsEncodedNoMore() throws Exception {
        Sample.require(Sample.WHOLE, "a video is deleted while it is encoded in parts", "a whole run makes it");
        start(20_000);
        FaultyWorker first = addWorker();
        FaultyWorker second = addWorker();
        String id = upload(footage(6));
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> runs() == 2);
        delete(id);
        assertThat(number("SELECT count(*) FROM parts")).isZero();
        await().atMost(Waits.LIMIT)
                .pollInterval(OFTEN)
                .until(() -> first.claims().isEmpty() && second.claims().isEmpty());
        assertThat(runs()).as("no part was begun after it").isEqualTo(2);
        await().atMost(Waits.LIMIT).until(() -> number("SELECT count(*) FROM videos WHERE id = '" + id + "'") == 0);
        assertNothingIsLeft(id, List.of());
    }

    @Test
    void aWorkerThatStopsGivesItsPartBack() throws Exception {
        Sample.require(Sample.WHOLE, "a worker that stops gives its part back", "a whole run makes it");
        start(15_000);
        addWorker();
        addWorker();
        String id = upload(footage(3));
        FaultyWorker helper = awaitWorkerOf(id, BY_HELPER);
        helper.terminate();
        await().atMost(Waits.LIMIT).until(() -> !helper.isAlive());
        assertThat(number("SELECT count(*) FROM parts WHERE part_state = 'waiting' AND attempts = 0"))
                .as("it was not tried")
                .isGreaterThanOrEqualTo(1);
        awaitProcessed(id);
        assertThat(frames(result(id, "result.mp4"))).hasSize(3 * PART_SECONDS * 25);
        assertThat(column(id, "claims")).isEqualTo("1");
        assertNothingIsLeft(id, List.of(column(id, "processed_key")));
    }

    @Test
    void moreWorkersAreFaster() throws Exception {
        Sample.require(Sample.WHOLE, "more workers encode a video faster", "a whole run makes it");
        int partMillis = 2000;
        start(partMillis);
        int parts = Sample.size("parts of a video", 12, 90);
        Path video = footage(parts);
        List<Double> ratios = new ArrayList<>();
        for (int workers = 1; workers <= 3; workers++) {
            addWorker();
            // The first job of a worker takes a second longer, because the JVM loads its classes.
            awaitProcessed(upload(footage(2 * workers)));
            await().atMost(Waits.LIMIT).until(() -> messages() == 0);
            int before = runs();
            String id = upload(video);
            awaitProcessed(id);
            double seconds = Double.parseDouble(column(id, "extract(epoch FROM processed_at - claimed_at)"));
            double ideal = partMillis / 1000.0 * Math.ceil((double) parts / workers);
            System.out.printf(
                    "RESULT name=parts-makespan workers=%d parts=%d value=%.3f unit=ratio seconds=%.2f ideal=%.0f target=<=1.10%n",
                    workers, parts, seconds / ideal, seconds, ideal);
            assertThat(runs() - before).isEqualTo(parts);
            ratios.add(seconds / ideal);
            await().atMost(Waits.LIMIT).until(() -> messages() == 0);
        }
        if (Sample.LONG) {
            // Of few parts, what comes before the first and behind the last one is too much.
            assertThat(ratios).as("by one, two and three workers").allMatch(ratio -> ratio <= 1.10);
        }
    }
}
