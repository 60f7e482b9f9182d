package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that cannot start its tools any more, beside one that can: no job may fail, no attempt may count, the other worker
 * does them all, and the first one takes jobs again after the repair.
 *
 * <p>The normal run makes one way in which tools cannot be started, and a few jobs, see {@link Sample}; the long run a hundred
 * jobs in each, and the end of a worker that stays broken.
 */
@SampledClass(turn = 3)
class ToolOutageTest {

    private static final String SMALL = "0.3";

    /** Of each worker. One job in each may meet the fault; the first closes the intake, and no probe is due so soon. */
    private static final int SLOTS = 2;

    private static final Duration SOON = Waits.LIMIT;

    private static final String FAILED = "status = 'failed'";
    private static final String COUNTED = "attempts <> 1 OR error_code IS NOT NULL";

    /** After which a worker that stays broken ends: the product's own. */
    private static final int OUTAGE_LIMIT_SECONDS = 120;

    /** Longer than any fault lasts here. */
    private static final Duration FOR_GOOD = Duration.ofDays(1);

    private interface Change {
        void make() throws Exception;
    }

    private record Fault(String name, Change breaking, Change repair) {

        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    Path folder;

    private final List<String> table = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Uploads uploads = new Uploads();
    private FfmpegStub stub;
    private Cluster cluster;
    private SickWorker sick;
    private String healthy;
    private int handedBack;
    private int jobs;

    @Test
    void nobodySeesAFailedVideo() throws Exception {
        // The worker of another user has to get through.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        stub = FfmpegStub.in(folder.resolve("stub"));
        String path = stub.folder() + ":" + System.getenv("PATH");
        try (Cluster running = Cluster.onSharedStack(folder, settings(), path);
                SickWorker worker = new SickWorker(folder.resolve("sick"), stub, running.environment())) {
            cluster = running;
            sick = worker;
            // All at once: the workers wait for the schema that web makes.
            sick.endAfter(FOR_GOOD);
            sick.launch();
            FaultyWorker other = cluster.addWorker(SLOTS);
            cluster.startWeb();
            other.awaitReady();
            sick.awaitReady();
            healthy = ":" + other.app().pid();
            jobs = Sample.size("jobs while tools cannot be started", 4, 100);
            for (Fault fault : Sample.of("ways in which tools cannot be started", 1, faults())) {
                provoke(fault);
            }
            System.out.println(
                    "| fault | jobs | failed | attempts counted | done by the healthy worker | requeued | afterwards |");
            System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
            table.forEach(System.out::println);
            if (Sample.LONG) {
                stayBroken();
            } else {
                Sample.leave("the end of a worker whose tools stay broken");
            }
            assertThat(violations).as(sick.log()).isEmpty();
        }
        System.out.printf(
                "RESULT name=tool-outage value=%d unit=violations requeued=%d target=0 verdict=%s%n",
                violations.size(), handedBack, violations.isEmpty() ? "pass" : "fail");
    }

    private static String settings() {
        return """
            {"caravana": {
              "worker": {"backoff": "1s", "grace": "2s", "disk-reserve": "50MB", "slots": %d},
              "sqs": {"long-poll-seconds": 2}}}
            """.formatted(SLOTS);
    }

    private List<Fault> faults() throws IOException {
        Path ffmpeg = sick.tool("ffmpeg");
        Path ffprobe = sick.tool("ffprobe");
        byte[] program = Files.readAllBytes(ffmpeg);
        byte[] probe = Files.readAllBytes(ffprobe);
        Change restore = () -> write(ffmpeg, program);
        List<Fault> faults = new ArrayList<>(List.of(
                new Fault(
                        "the JDK's jspawnhelper lost its x bit",
                        () -> sick.jdk().makeHelperExecutable(false),
                        () -> sick.jdk().makeHelperExecutable(true)),
                new Fault("ffprobe was removed", () -> Files.delete(ffprobe), () -> write(ffprobe, probe)),
                new Fault(
                        "ffmpeg was replaced by a file that does not execute",
                        () -> write(ffmpeg, new byte[0]),
                        restore),
                new Fault(
                        "ffmpeg lacks one of its libraries",
                        () -> {
                            Path libraries = Files.createDirectories(folder.resolve("libraries"));
                            Files.write(libraries.resolve("libc.so.6"), new byte[] {1});
                            write(
                                    ffmpeg,
                                    ("#!/bin/sh\nLD_LIBRARY_PATH=" + libraries + " exec " + SickWorker.found("ffmpeg")
                                                    + " \"$@\"\n")
                                            .getBytes());
                        },
                        restore)));
        if (sick.canBeLimited()) {
            faults.add(new Fault(
                    "the limit of processes is reached",
                    () -> sick.limitProcesses(true),
                    () -> sick.limitProcesses(false)));
        } else {
            System.out.println(
                    "RESULT name=tool-outage-process-limit verdict=skipped reason=\"no other user can read the worker's jar\"");
        }
        return faults;
    }

    /** A new file, since the old one may be running. */
    private static void write(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void provoke(Fault fault) throws Exception {
        double before = sick.metric("caravana_jobs_total", "code=\"tool_unavailable\"");
        List<String> begun = beginAtSick();
        fault.breaking().make();
        List<String> ids = upload(jobs, SMALL);
        await().atMost(SOON).until(() -> finished(ids) == jobs && finished(begun) == begun.size());
        await().atMost(SOON).until(() -> sick.metric("caravana_intake_closed", "by=\"tool\"") == 1);
        int failed = count(ids, FAILED) + count(begun, FAILED);
        int counted = count(ids, COUNTED) + count(begun, COUNTED);
        int byHealthy = count(ids, "worker LIKE '%" + healthy + "'");
        double back = sick.metric("caravana_jobs_total", "code=\"tool_unavailable\"") - before;
        handedBack += (int) back;

        fault.repair().make();
        await().atMost(SOON).until(() -> sick.metric("caravana_intake_closed", "by=\"tool\"") == 0);
        boolean takes = takesJobsAgain();
        table.add(String.format(
                "| %s | %d | %d | %d | %d | %.0f | %s |",
                fault.name(), jobs, failed, counted, byHealthy, back, takes ? "takes jobs again" : "TAKES NONE"));
        if (failed > 0 || counted > 0 || byHealthy < jobs || back < 1 || back > SLOTS || !takes) {
            violations.add(table.get(table.size() - 1));
        }
    }

    /** Uploads jobs until the worker that will break is at one of them; it then needs its tools once more. */
    private List<String> beginAtSick() throws Exception {
        String atSick = "status = 'processing' AND worker LIKE '%:" + sick.pid() + "'";
        List<String> begun = new ArrayList<>();
        do {
            begun.addAll(upload(4, "2"));
            await().atMost(SOON).until(() -> count(begun, atSick) > 0 || finished(begun) == begun.size());
        } while (count(begun, atSick) == 0);
        return begun;
    }

    private boolean takesJobsAgain() throws Exception {
        double processed = sick.metric("caravana_jobs_total", "outcome=\"processed\"");
        for (int i = 0; i < 10; i++) {
            List<String> ids = upload(4, SMALL);
            await().atMost(SOON).until(() -> finished(ids) == 4);
            if (sick.metric("caravana_jobs_total", "outcome=\"processed\"") > processed) {
                return true;
            }
        }
        return false;
    }

    /** What systemd would see: the end with status 1 and the note, and the same at each new start. */
    private void stayBroken() throws Exception {
        sick.kill();
        sick.endAfter(Duration.ofSeconds(OUTAGE_LIMIT_SECONDS));
        sick.launch();
        sick.awaitReady();
        Files.delete(sick.tool("ffprobe"));
        long broken = System.nanoTime();
        // Tools that no job needs are not run: a job that begins there finds it out.
        while (sick.metric("caravana_intake_closed", "by=\"tool\"") == 0) {
            List<String> ids = upload(4, SMALL);
            await().atMost(SOON).until(() -> finished(ids) == 4);
        }
        int status = sick.exitStatus();
        long seconds = Duration.ofNanos(System.nanoTime() - broken).toSeconds();
        boolean noted = Files.deleteIfExists(sick.stateFolder().resolve("tool-failure"));
        int again = sick.startInVain();
        boolean notedAgain = Files.exists(sick.stateFolder().resolve("tool-failure"));
        System.out.printf(
                "RESULT name=tool-outage-end value=%d unit=s status=%d noted=%s status-of-next-start=%d noted=%s target=>=%d%n",
                seconds, status, noted, again, notedAgain, OUTAGE_LIMIT_SECONDS);
        if (status != 1 || again != 1 || !noted || !notedAgain || seconds < OUTAGE_LIMIT_SECONDS) {
            violations.add("a worker that stays broken");
        }
    }

    private List<String> upload(int jobs, String seconds) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            ids.add(uploads.upload(cluster.web().uri(), stub.original(Map.of("seconds", seconds)))
                    .orElseThrow());
        }
        return ids;
    }

    private int finished(List<String> ids) throws Exception {
        return count(ids, "status IN ('processed', 'failed')");
    }

    private int count(List<String> ids, String condition) throws Exception {
        return Integer.parseInt(cluster.query(
                "SELECT count(*) FROM videos WHERE id IN ('" + String.join("','", ids) + "') AND (" + condition + ")"));
    }
}
