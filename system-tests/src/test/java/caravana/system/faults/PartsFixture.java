package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.test.Queues;
import caravana.test.Sample;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * One video that several workers encode in parts. ffmpeg is the real one; each part takes as long as ordered at least, so that a part is a
 * part's work on any machine.
 */
abstract class PartsFixture {

    static final Duration OFTEN = Duration.ofMillis(50);
    static final int PART_SECONDS = 4;

    /** The condition of parts that the job's own worker encodes. */
    static final String BY_OWNER = "claim_token = job_token";

    /** The condition of parts that another worker encodes. */
    static final String BY_HELPER = "claim_token <> job_token";

    private static final double SCALE = 0.2;

    /** Where runs of ffmpeg can be held. */
    enum Place {
        /** The file of the first part is written, and its run has not ended. */
        FIRST_PART,
        /** The same of any other part. */
        OTHER_PART,
        /** The run that makes the whole sound of renditions has not begun to write. */
        SOUND,
        /** The whole sound is written, and its run has not ended. */
        SOUND_END
    }

    /** Notes each run for a part, and lets it take its time. Runs wait at a place as long as it has a file {@code hold-}. */
    static final String SCRIPT = """
            #!/bin/sh
            for output in "$@"; do :; done
            hold() {
              [ -e "%1$s/hold-$1" ] || return 0
              echo "$1 $output" >>"%1$s/held"
              while [ -e "%1$s/hold-$1" ]; do sleep 0.05; done
            }
            case "${output##*/}" in
              part-*.mp4)
                began=$(date +%%s%%N)
                echo "$output" >>"%1$s/runs"
                "%2$s" "$@" || exit $?
                case "${output##*/}" in
                  part-0[-.]*) hold FIRST_PART ;;
                  *) hold OTHER_PART ;;
                esac
                left=$(( $(cat "%1$s/millis") - ($(date +%%s%%N) - began) / 1000000 ))
                [ "$left" -le 0 ] || exec sleep "$((left / 1000)).$(printf %%03d $((left %% 1000)))"
                ;;
              whole-sound.mp4)
                hold SOUND
                "%2$s" "$@" || exit $?
                hold SOUND_END
                ;;
              *) exec "%2$s" "$@" ;;
            esac
            """;

    final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    Path tools;
    Cluster cluster;
    ApiClient client;
    S3Client s3;
    SqsClient sqs;

    @BeforeEach
    void makeTools() throws Exception {
        tools = Files.createDirectories(folder.resolve("tools")).toAbsolutePath();
        for (String notes : List.of("runs", "held")) {
            Files.setPosixFilePermissions(
                    Files.createFile(tools.resolve(notes)), PosixFilePermissions.fromString("rw-rw-rw-"));
        }
    }

    void start(int partMillis) throws Exception {
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
    void takeAtLeast(int partMillis) throws Exception {
        Files.writeString(tools.resolve("millis"), String.valueOf(partMillis));
    }

    /** Lets each run that comes to one of these places wait there. */
    void hold(Place... places) throws Exception {
        for (Place place : places) {
            Files.createFile(tools.resolve("hold-" + place));
        }
    }

    /** Lets the runs that wait there continue, and others pass. */
    void release(Place... places) throws Exception {
        for (Place place : places) {
            Files.delete(tools.resolve("hold-" + place));
        }
    }

    /** Returns whether a run of the worker has come to a place where runs are held. */
    boolean isHeld(Place place, FaultyWorker worker) throws Exception {
        return Files.readAllLines(tools.resolve("held")).stream()
                .anyMatch(line -> line.startsWith(place + " ") && isOf(worker, line));
    }

    private static boolean isOf(FaultyWorker worker, String output) {
        return output.contains(worker.workFolder() + "/");
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
            s3.close();
            sqs.close();
        }
    }

    static Path realFfmpeg() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(entry -> Path.of(entry, "ffmpeg"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    /** A worker that encodes every video in parts that can be. */
    FaultyWorker addWorker() {
        return addWorker(Map.of());
    }

    /**
     * The same with other settings.
     *
     * @param others what differs
     */
    FaultyWorker addWorker(Map<String, String> others) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "CARAVANA_MEDIA_PARTS_FROM", "1s",
                "CARAVANA_MEDIA_PART_SECONDS", String.valueOf(PART_SECONDS),
                "CARAVANA_MEDIA_THREADS", "1"));
        settings.putAll(others);
        FaultyWorker worker = cluster.addWorker(1, settings);
        worker.awaitReady();
        // Which others take for free when they send messages for it.
        await().atMost(Waits.LIMIT)
                .until(() -> number("SELECT count(*) FROM workers WHERE name LIKE '%:" + pid(worker)
                                + "' AND closed_by = ''")
                        == 1);
        return worker;
    }

    static long pid(FaultyWorker worker) {
        return worker.app().pid();
    }

    Path footage(int parts) throws Exception {
        return footage(parts, "192x108");
    }

    Path footage(int parts, String size) throws Exception {
        int seconds = parts * PART_SECONDS;
        return Samples.make(
                folder.resolve("footage-" + parts + ".mp4"),
                "-f lavfi -i testsrc2=s=" + size + ":r=25:d=" + seconds + " -f lavfi -i sine=frequency=440:duration="
                        + seconds + " -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -shortest");
    }

    String upload(Path video) throws Exception {
        return upload(video, "transcodificacion");
    }

    String upload(Path video, String transformations) throws Exception {
        URI web = cluster.web().uri();
        HttpResponse<String> answer = client.send(client.uploadRequest(web, "Parts", BodyPublishers.ofFile(video))
                .uri(web.resolve("/api/videos?title=Parts&transformaciones=" + transformations))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    int number(String query) throws Exception {
        return Integer.parseInt(cluster.query(query));
    }

    String column(String id, String column) throws Exception {
        return cluster.query("SELECT " + column + " FROM videos WHERE id = '" + id + "'");
    }

    int runs() throws Exception {
        return Files.readAllLines(tools.resolve("runs")).size();
    }

    /** How many runs for parts the worker has begun. */
    int runs(FaultyWorker worker) throws Exception {
        return (int) Files.readAllLines(tools.resolve("runs")).stream()
                .filter(line -> isOf(worker, line))
                .count();
    }

    void awaitProcessed(String id) {
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> {
            String status = column(id, "status");
            assertThat(status).isNotEqualTo("failed");
            return status.equals("processed");
        });
    }

    /** Waits for the end, and watches meanwhile who has done the parts. */
    Set<String> processed(String id) {
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
    Optional<FaultyWorker> workerOf(String condition) throws Exception {
        List<String> names = List.of(cluster.query("SELECT coalesce(string_agg(worker, ','), '') FROM parts"
                        + " WHERE part_state = 'running' AND " + condition)
                .split(","));
        // A part stays with a worker that was killed until its lease ends.
        return cluster.workers().stream()
                .filter(FaultyWorker::isAlive)
                .filter(worker -> names.stream().anyMatch(name -> name.endsWith(":" + pid(worker))))
                .findFirst();
    }

    FaultyWorker awaitWorkerOf(String id, String condition) {
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

    /** Checks what players get while a test waits; nothing, unless a test has players. */
    void look(String id) throws Exception {}

    /**
     * Kills workers that encode parts, one after the other, each when one more part is done. The second of five has the
     * job. The long run starts another worker after each kill but the last.
     *
     * @return the number of claims of the job
     */
    int kill(String id, int kills) throws Exception {
        int claims = 1;
        int done = 0;
        for (int kill = 0; kill < kills; kill++) {
            // A job has five attempts, so that the worker that has it is killed four times at most.
            boolean owner = kill % 5 == 1;
            int before = done;
            await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> {
                look(id);
                return done() > before;
            });
            awaitWorkerOf(id, owner ? BY_OWNER : BY_HELPER).kill();
            claims += owner ? 1 : 0;
            done = done();
            if (Sample.LONG && kill + 1 < kills) {
                addWorker();
            }
        }
        return claims;
    }

    List<String> objects(String id) {
        return s3
                .listObjectsV2(l -> l.bucket(cluster.setting("S3_BUCKET")).prefix("processed/" + id + "/"))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList();
    }

    int messages() {
        return Queues.count(sqs, cluster.setting("SQS_QUEUE_URL"));
    }

    void assertNothingIsLeft(String id, List<String> objects) throws Exception {
        assertThat(number("SELECT count(*) FROM parts")).as("rows of parts").isZero();
        await().atMost(Waits.LIMIT).until(() -> messages() == 0);
        await().atMost(Waits.LIMIT).until(() -> objects(id).equals(objects));
    }

    Path result(String id, String name) throws Exception {
        Path file = folder.resolve(name);
        String key = column(id, "processed_key");
        Files.write(
                file,
                s3.getObjectAsBytes(g -> g.bucket(cluster.setting("S3_BUCKET")).key(key))
                        .asByteArray());
        return file;
    }

    static List<String> lines(String... command) throws Exception {
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

    static List<String> frames(Path file) throws Exception {
        return lines("ffmpeg", "-v", "error", "-i", file.toString(), "-map", "0:v", "-f", "framemd5", "-");
    }

    static List<String> times(Path file) throws Exception {
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

    int done() throws Exception {
        return number("SELECT count(*) FROM parts WHERE part_state = 'done'");
    }

    void delete(String id) throws Exception {
        HttpResponse<String> answer =
                client.send(client.request(cluster.web().uri().resolve("/api/videos/" + id))
                        .method("DELETE", HttpRequest.BodyPublishers.noBody())
                        .build());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }
}
