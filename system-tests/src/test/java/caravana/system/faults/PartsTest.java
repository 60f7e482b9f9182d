package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.test.Queues;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Samples;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * One video that several workers encode in parts. ffmpeg is the real one; each part takes as long as ordered at least, so that a part is a
 * part's work on any machine.
 */
@SampledClass(turn = 3)
class PartsTest {

    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final int PART_SECONDS = 4;
    private static final double SCALE = 0.2;

    /** Notes each run for a part, and lets it take its time. */
    private static final String SCRIPT = """
            #!/bin/sh
            case "$*" in
              *part-*.mp4)
                began=$(date +%%s%%N)
                for argument in "$@"; do :; done
                echo "${argument##*/}" >>"%1$s/runs"
                "%2$s" "$@" || exit $?
                left=$(( $(cat "%1$s/millis") - ($(date +%%s%%N) - began) / 1000000 ))
                [ "$left" -le 0 ] || exec sleep "$((left / 1000)).$(printf %%03d $((left %% 1000)))"
                ;;
              *) exec "%2$s" "$@" ;;
            esac
            """;

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    private Path tools;
    private Cluster cluster;
    private ApiClient client;
    private S3Client s3;
    private SqsClient sqs;

    @BeforeEach
    void makeTools() throws Exception {
        tools = Files.createDirectories(folder.resolve("tools")).toAbsolutePath();
        Files.setPosixFilePermissions(
                Files.createFile(tools.resolve("runs")), PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private void start(int partMillis) throws Exception {
        Path script = tools.resolve("ffmpeg");
        takeAtLeast(partMillis);
        Files.writeString(script, SCRIPT.formatted(tools, realFfmpeg()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        cluster = Cluster.onSharedStack(
                folder, new Scale(SCALE).settings(Duration.ofSeconds(5)), tools + ":" + System.getenv("PATH"));
        cluster.startWeb();
        client = ApiClient.signUp(cluster.web().uri());
        s3 = cluster.s3();
        sqs = cluster.sqs();
    }

    /** How long each part takes that ends from now on. */
    private void takeAtLeast(int partMillis) throws Exception {
        Files.writeString(tools.resolve("millis"), String.valueOf(partMillis));
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
            s3.close();
            sqs.close();
        }
    }

    private static Path realFfmpeg() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(entry -> Path.of(entry, "ffmpeg"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    /** A worker that encodes every video in parts that can be. */
    private FaultyWorker addWorker() {
        FaultyWorker worker = cluster.addWorker(
                1,
                Map.of(
                        "CARAVANA_MEDIA_PARTS_FROM", "1s",
                        "CARAVANA_MEDIA_PART_SECONDS", String.valueOf(PART_SECONDS),
                        "CARAVANA_MEDIA_THREADS", "1"));
        worker.awaitReady();
        // Which others take for free when they send messages for it.
        await().atMost(Waits.LIMIT)
                .until(() -> number("SELECT count(*) FROM workers WHERE name LIKE '%:" + pid(worker)
                                + "' AND closed_by = ''")
                        == 1);
        return worker;
    }

    private static long pid(FaultyWorker worker) {
        return worker.app().pid();
    }

    private Path footage(int parts) throws Exception {
        int seconds = parts * PART_SECONDS;
        return Samples.make(
                folder.resolve("footage-" + parts + ".mp4"),
                "-f lavfi -i testsrc2=s=192x108:r=25:d=" + seconds + " -f lavfi -i sine=frequency=440:duration="
                        + seconds + " -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -shortest");
    }

    private String upload(Path video) throws Exception {
        URI web = cluster.web().uri();
        HttpResponse<String> answer = client.send(client.uploadRequest(web, "Parts", BodyPublishers.ofFile(video))
                .uri(web.resolve("/api/videos?title=Parts&transformaciones=%5B%22transcodificacion%22%5D"))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private int number(String query) throws Exception {
        return Integer.parseInt(cluster.query(query));
    }

    private String column(String id, String column) throws Exception {
        return cluster.query("SELECT " + column + " FROM videos WHERE id = '" + id + "'");
    }

    private int runs() throws Exception {
        return Files.readAllLines(tools.resolve("runs")).size();
    }

    private void awaitProcessed(String id) {
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> {
            String status = column(id, "status");
            assertThat(status).isNotEqualTo("failed");
            return status.equals("processed");
        });
    }

    /** Waits for the end, and watches meanwhile who has done the parts. */
    private Set<String> processed(String id) {
        Set<String> workers = new HashSet<>();
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> {
            String some = cluster.query(
                    "SELECT coalesce(string_agg(DISTINCT worker, ','), '') FROM parts WHERE part_state = 'done'");
            workers.addAll(List.of(some.split(",")));
            return column(id, "status").equals("processed");
        });
        workers.remove("");
        return workers;
    }

    /** One that encodes such a part now. */
    private Optional<FaultyWorker> workerOf(String condition) throws Exception {
        List<String> names = List.of(cluster.query("SELECT coalesce(string_agg(worker, ','), '') FROM parts"
                        + " WHERE part_state = 'running' AND " + condition)
                .split(","));
        // A part stays with a worker that was killed until its lease ends.
        return cluster.workers().stream()
                .filter(FaultyWorker::isAlive)
                .filter(worker -> names.stream().anyMatch(name -> name.endsWith(":" + pid(worker))))
                .findFirst();
    }

    private FaultyWorker awaitWorkerOf(String id, String condition) {
        return await().atMost(Waits.LIMIT)
                .pollInterval(OFTEN)
                .until(
                        () -> {
                            assertThat(column(id, "status"))
                                    .as(column(id, "concat_ws(' ', attempts, last_code, error_code, error_detail)"))
                                    .isIn("uploaded", "processing");
                            return workerOf(condition);
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private List<String> objects(String id) {
        return s3
                .listObjectsV2(l -> l.bucket(cluster.setting("S3_BUCKET")).prefix("processed/" + id + "/"))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList();
    }

    private int messages() {
        return Queues.count(sqs, cluster.setting("SQS_QUEUE_URL"));
    }

    private void assertNothingIsLeft(String id, List<String> objects) throws Exception {
        assertThat(number("SELECT count(*) FROM parts")).as("rows of parts").isZero();
        await().atMost(Waits.LIMIT).until(() -> messages() == 0);
        await().atMost(Waits.LIMIT).until(() -> objects(id).equals(objects));
    }

    private Path result(String id, String name) throws Exception {
        Path file = folder.resolve(name);
        String key = column(id, "processed_key");
        Files.write(
                file,
                s3.getObjectAsBytes(g -> g.bucket(cluster.setting("S3_BUCKET")).key(key))
                        .asByteArray());
        return file;
    }

    private static List<String> lines(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            List<String> all =
                    lines.lines().filter(line -> !line.startsWith("#")).toList();
            assertThat(process.waitFor()).isZero();
            return all;
        }
    }

    private static List<String> frames(Path file) throws Exception {
        return lines("ffmpeg", "-v", "error", "-i", file.toString(), "-map", "0:v", "-f", "framemd5", "-");
    }

    private static List<String> times(Path file) throws Exception {
        return lines(
                "ffprobe",
                "-v",
                "error",
                "-show_entries",
                "packet=stream_index,pts_time",
                "-of",
                "csv=p=0",
                file.toString());
    }

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
        int claims = 1;
        int done = 0;
        for (int kill = 0; kill < kills; kill++) {
            // A job has five attempts, so that the worker that has it is killed four times at most.
            boolean owner = kill % 5 == 1;
            int before = done;
            await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> done() > before);
            awaitWorkerOf(id, owner ? "claim_token = job_token" : "claim_token <> job_token")
                    .kill();
            claims += owner ? 1 : 0;
            done = done();
            if (Sample.LONG && kill + 1 < kills) {
                addWorker();
            }
        }
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

    private int done() throws Exception {
        return number("SELECT count(*) FROM parts WHERE part_state = 'done'");
    }

    @Test
    void whatIsDeletedIsEncodedNoMore() throws Exception {
        Sample.require(Sample.WHOLE, "a video is deleted while it is encoded in parts", "a whole run makes it");
        start(20_000);
        FaultyWorker first = addWorker();
        FaultyWorker second = addWorker();
        String id = upload(footage(6));
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> runs() == 2);
        HttpResponse<String> answer =
                client.send(client.request(cluster.web().uri().resolve("/api/videos/" + id))
                        .method("DELETE", HttpRequest.BodyPublishers.noBody())
                        .build());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
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
        FaultyWorker helper = awaitWorkerOf(id, "claim_token <> job_token");
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
