package caravana.system.ops;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.AppProcess;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Every page of {@code ops/runbooks} in the very fault that it is for, on real servers and processes: its commands are run
 * as they are written, and the fault must be over after them. Pages about AWS alone show what they would do there. The
 * normal run provokes some of the faults, see {@link Sample}.
 */
@SampledClass(turn = 2)
class RunbooksTest {

    private static final Duration LISTED = Waits.LIMIT;
    private static final Duration SOON = Waits.LIMIT;

    /** Pages of alarms that exist on AWS alone; the checks of the deployment run their scripts. */
    private static final Set<String> OF_THE_DEPLOYMENT = Set.of("cpu-credits", "asg-at-maximum");

    private static final Set<String> ABOUT_THE_DATABASE = Set.of("api-latency", "database-connections");

    /** More than web's connections to the database. */
    private static final int MANY = 12;

    /** Above the second that the alert about latency allows. */
    private static final Duration HOLD = Duration.ofMillis(1300);

    /** How many of the faults the normal run provokes. */
    private static final int FAULTS_OF_SAMPLE = 1;

    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final List<Incident> incidents = new ArrayList<>();
    private OperatedStack stack;
    private AppProcess worker;
    private Map<String, String> shell;

    private interface Provocation {
        void make() throws Exception;
    }

    private record Fault(String name, Provocation provocation) {

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void everyPageHelpsInItsFault() throws Exception {
        Shell.need("curl", "runbooks");
        Set<String> pages = new TreeSet<>(Runbook.names());
        pages.removeAll(OF_THE_DEPLOYMENT);
        boolean psql = Shell.find("psql").isPresent();
        if (!psql) {
            pages.removeAll(ABOUT_THE_DATABASE);
            System.out.println("RESULT name=runbooks-database verdict=skipped reason=\"psql is not installed\"");
        }
        List<Fault> faults = new ArrayList<>(List.of(
                new Fault("no worker", this::noWorker),
                new Fault("a job that hangs", this::overviewAndStuckJob),
                new Fault("jobs that fail", this::deadLettersAndFailureRatio),
                new Fault("forgotten workers", this::oldestMessageAge),
                new Fault("too few workers", this::workExceedsWorkers),
                new Fault("no store", this::storeAway),
                new Fault("no tools", this::noTools),
                new Fault("a route defect", this::routeDefect),
                new Fault("no disk space", this::noDisk)));
        if (psql) {
            faults.add(new Fault("a slow statement", this::slowStatement));
            faults.add(new Fault("connections used up", this::connectionsUsedUp));
        }
        try (OperatedStack running = new OperatedStack(folder)) {
            stack = running;
            shell = stack.operatorsVariables();
            for (Fault fault : Sample.of("faults with their runbooks", FAULTS_OF_SAMPLE, faults)) {
                fault.provocation().make();
            }
        } finally {
            report(Sample.WHOLE ? pages.size() : incidents.size());
        }
        assertThat(incidents).isNotEmpty().allMatch(Incident::isVerified);
        if (Sample.WHOLE) {
            assertThat(incidents.stream().map(Incident::page).collect(toSet())).isEqualTo(pages);
        }
    }

    /** The worker that is there; if there was none, one is started and processes a video, as a running system has. */
    private AppProcess worker() throws Exception {
        if (worker == null) {
            lookAt(stack.addWorker(1, Map.of()));
            worker.awaitReady();
            await().atMost(SOON).until(() -> !stack.worker(worker).isMissingNode());
            String video = stack.upload();
            await().atMost(SOON).until(() -> stack.status(video), "processed"::equals);
        }
        return worker;
    }

    /** The worker whose management port the operator's shell asks from now on. */
    private void lookAt(AppProcess looked) {
        worker = looked;
        shell = with(
                "CARAVANA_WORKER_MANAGEMENT_PORT", String.valueOf(worker.uri().getPort()));
    }

    private void report(int target) {
        long verified = incidents.stream().filter(Incident::isVerified).count();
        System.out.println("| runbook | fault provoked | scripts | verified |");
        System.out.println("| --- | --- | --- | --- |");
        incidents.forEach(incident -> System.out.println(incident.row()));
        System.out.printf(
                "RESULT name=runbooks value=%d unit=verified-of-%d target=%d verdict=%s%n",
                verified, target, target, verified == target ? "pass" : "fail");
    }

    private Incident incident(String page, String fault) {
        Incident incident = new Incident(page, fault);
        incidents.add(incident);
        return incident;
    }

    /** A video is uploaded before there is any worker. */
    private void noWorker() throws Exception {
        Incident noWeb = incident("no-web-alive", "nothing answers at web's address");
        assertThat(noWeb.run("Diagnosis", with("CARAVANA_URL", "http://127.0.0.1:1")))
                .contains("000 after");
        noWeb.run("Verification", shell);
        noWeb.verified();
        Incident nobody = incident("no-worker-alive", "web is up, and no worker is");
        String video = stack.upload();
        assertThat(nobody.run("Diagnosis", shell)).contains("\"workers\":[]");
        worker();
        assertThat(nobody.run("Verification", shell))
                .contains(stack.worker(worker).path("worker").asText());
        assertThat(stack.status(video)).isEqualTo("processed");
        nobody.verified();
    }

    /** A worker with a running job, which then hangs, and another that takes over. */
    private void overviewAndStuckJob() throws Exception {
        AppProcess first = worker();
        Incident overview = incident("system-overview", "none: a job is running");
        Incident scaling = incident("scale-by-hand", "none; AWS alone");
        Incident deployment = incident("deploy-and-roll-back", "none; AWS alone");
        Incident secrets = incident("rotate-secrets", "none; AWS alone");
        stack.holdFfmpeg(true);
        String video = stack.upload();
        await().atMost(SOON)
                .until(() -> stack.worker(first).at("/jobs/0/video_id").asText(), video::equals);
        String name = stack.worker(first).path("worker").asText();
        AppProcess second = stack.addWorker(2, Map.of());

        assertThat(overview.run("Diagnosis", shell))
                .contains("\"status\":\"ok\"")
                .contains(name)
                .contains(video);
        overview.run("Verification", shell);
        overview.verified();
        scaling.run("Diagnosis", shell);
        assertThat(scaling.run("Verification", shell)).contains("\"slots\":1");
        scaling.verified();
        assertThat(deployment.run("Verification", shell)).contains(name);
        deployment.verified();
        secrets.run("Diagnosis", shell);
        secrets.run("Verification", shell);
        secrets.verified();

        Incident stuck = incident("stuck-job", "a worker with a running job is frozen");
        second.awaitReady();
        assertThat(Shell.bash("kill -STOP " + first.pid(), Map.of()).status()).isZero();
        assertThat(stuck.run("Diagnosis", shell)).contains(name).contains(video);
        stuck.run("Mitigation", with("WORKER", name));
        await().atMost(SOON).until(() -> !first.handle().isAlive());
        stack.holdFfmpeg(false);
        stuck.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        stuck.verified();

        lookAt(second);
        Incident loadTest = incident("load-test-day", "none");
        loadTest.run("Diagnosis", shell);
        loadTest.run("Mitigation", shell);
        loadTest.run("Verification", shell);
        loadTest.verified();
    }

    /** Two jobs that fail all their attempts, and a message that is not a job. */
    private void deadLettersAndFailureRatio() throws Exception {
        worker();
        Incident letters =
                incident("dead-letters", "a job whose ffmpeg is killed five times; a message that is not a job");
        Incident failures = incident("failure-ratio", "each ffmpeg is killed");
        stack.breakFfmpeg(true);
        String one = stack.upload();
        String other = stack.upload();
        try (SqsClient sqs = stack.sqs()) {
            sqs.sendMessage(m -> m.queueUrl(stack.queueUrl()).messageBody("this is no job"));
        }
        await().atMost(SOON).until(() -> stack.status(one), "failed"::equals);
        await().atMost(SOON).until(() -> stack.status(other), "failed"::equals);
        await().atMost(SOON)
                .until(() -> stack.operations("dead-letters").path("listed").asInt() == 3);
        stack.breakFfmpeg(false);

        JsonNode listed = json.readTree(letters.run("Diagnosis", shell)).path("items");
        Map<String, String> ids = new HashMap<>(shell);
        for (JsonNode item : listed) {
            if (item.path("state").asText().equals("poison")) {
                ids.put("POISON_ID", item.path("message_id").asText());
            } else if (item.path("video_id").asText().equals(one)) {
                assertThat(item.path("state").asText()).isEqualTo("redrivable");
                ids.put("MESSAGE_ID", item.path("message_id").asText());
            }
        }
        letters.run("Mitigation", ids);
        assertThat(letters.run("Verification", shell)).contains("redrive", "discard", "not a job: sent by hand");
        assertThat(stack.status(one)).isEqualTo("processed");
        assertThat(stack.operations("dead-letters").path("items").findValuesAsText("video_id"))
                .containsExactly(other);
        letters.verified();

        assertThat(failures.run("Diagnosis", shell))
                .contains(other)
                .containsPattern("caravana_jobs_total\\{.*result=\"failed_permanently\"");
        failures.run("Mitigation", shell);
        failures.run("Verification", shell);
        assertThat(stack.status(other)).isEqualTo("processed");
        assertThat(stack.operations("dead-letters").path("listed").asInt()).isZero();
        failures.verified();
    }

    /** Workers that somebody has paused and forgotten. */
    private void oldestMessageAge() throws Exception {
        worker();
        Incident age = incident("oldest-message-age", "the workers are paused and forgotten");
        assertThat(Shell.bash("ops/bin/pause-workers 'and then forgotten'", shell)
                        .status())
                .isZero();
        await().atMost(SOON)
                .until(() -> stack.worker(worker).path("closed_by").toString().contains("paused"));
        String video = stack.upload();
        await().atMost(SOON)
                .until(() ->
                        stack.operations("queue").path("oldest_due_seconds").asDouble() > 0);
        assertThat(age.run("Diagnosis", shell)).contains("\"paused\":true").contains("and then forgotten");
        age.run("Mitigation", shell);
        age.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        age.verified();
    }

    /** One worker is busy with a job, others wait for it, and a second worker is what helps. */
    private void workExceedsWorkers() throws Exception {
        worker();
        Incident work = incident("work-exceeds-workers", "one worker is busy, and jobs wait");
        stack.holdFfmpeg(true);
        List<String> videos = List.of(stack.upload(), stack.upload(), stack.upload());
        await().atMost(SOON)
                .until(() -> !stack.worker(worker).at("/jobs/0").isMissingNode()
                        && stack.operations("queue").path("due_work_seconds").asDouble() > 120);
        // The gauges are taken from the figures every few seconds.
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(work.run("Diagnosis", shell))
                        .contains("\"due_work_seconds\":12")
                        .contains("\"waiting\":2")
                        .containsPattern("caravana_due_work_seconds\\{.*} 12\\d"));
        AppProcess second = stack.addWorker(2, Map.of());
        second.awaitReady();
        stack.holdFfmpeg(false);
        work.run("Verification", shell);
        for (String video : videos) {
            assertThat(stack.status(video)).isEqualTo("processed");
        }
        work.verified();
    }

    /** The object store dies while a job runs; uploads fail, and the job waits. */
    private void storeAway() throws Exception {
        worker();
        Incident backlog = incident("backlog-not-draining", "the object store is killed while a job runs");
        Incident errors = incident("api-errors", "the object store is killed");
        stack.holdFfmpeg(true);
        String video = stack.upload();
        await().atMost(SOON)
                .until(() -> stack.worker(worker).at("/jobs/0/video_id").asText(), video::equals);
        stack.stack().kill("s3");
        stack.holdFfmpeg(false);
        await().atMost(SOON)
                .until(() -> stack.worker(worker).path("closed_by").toString().contains("storage"));
        await().atMost(SOON).until(() -> stack.status(video), "uploaded"::equals);
        assertThat(stack.tryUpload().statusCode()).isEqualTo(503);

        assertThat(backlog.run("Diagnosis", shell))
                .contains("\"storage\"")
                .contains("\"store\":\"down\"")
                .containsPattern("caravana_intake_closed\\{.*by=\"storage\".*} 1");
        assertThat(errors.run("Diagnosis", shell))
                .contains("\"store\":\"down\"")
                .containsPattern("caravana_api_seconds_count\\{.*operation=\"receive-raw-upload\".*status=\"503\"");

        stack.stack().restart("s3");
        // Readiness keeps its last answer for a second.
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(errors.run("Verification", shell)).contains("200"));
        backlog.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        assertThat(stack.tryUpload().statusCode()).isEqualTo(201);
        errors.verified();
        backlog.verified();
    }

    /** An upgrade has left ffmpeg without one of its libraries. */
    private void noTools() throws Exception {
        worker();
        Incident tools = incident("tool-unavailable", "ffmpeg lacks one of its libraries");
        stack.crippleFfmpeg(true);
        // The worker learns of it from a job.
        String video = stack.upload();
        await().atMost(SOON)
                .until(() -> stack.worker(worker).path("closed_by").toString().contains("tool"));

        assertThat(tools.run("Diagnosis", shell))
                .contains("libx264.so.164")
                .containsPattern("caravana_intake_closed\\{.*by=\"tool\".*} 1");

        stack.crippleFfmpeg(false);
        tools.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        tools.verified();
    }

    /** A statement names a column that is not there. */
    private void routeDefect() throws Exception {
        worker();
        Incident defect = incident("route-defect", "a statement names a column that is not there");
        rename("poster_key", "misspelt");
        String video = stack.upload();
        await().atMost(SOON)
                .until(() -> stack.worker(worker).path("closed_by").toString().contains("route_defect"));

        assertThat(defect.run("Diagnosis", shell))
                .contains("step commit-row of routes built-in")
                .contains("\"version\":\"built-in\"")
                .containsPattern("caravana_intake_closed\\{.*by=\"route_defect\".*} 1");

        rename("misspelt", "poster_key");
        defect.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        defect.verified();
    }

    private void rename(String column, String name) throws SQLException {
        try (Connection database = stack.database();
                Statement statement = database.createStatement()) {
            statement.execute("ALTER TABLE videos RENAME COLUMN " + column + " TO " + name);
        }
    }

    /** The only worker that is left has no disk space, and is replaced; meanwhile the queue loses its messages. */
    private void noDisk() throws Exception {
        AppProcess former = worker();
        Incident disk = incident("disk-space", "the only worker's disk has less free than its reserve");
        Incident loss = incident("restore-after-data-loss", "the job queue is purged");
        AppProcess full = stack.addWorker(1, Map.of("CARAVANA_WORKER_DISK_RESERVE", "1000TB"));
        await().atMost(LISTED)
                .until(() -> stack.worker(full).path("closed_by").toString().contains("disk"));
        former.close();
        lookAt(full);
        String video = stack.upload();
        Map<String, String> variables = with("FOLDER", stack.workFolder(full).toString());
        variables.put("WORKER", stack.worker(full).path("worker").asText());
        assertThat(disk.run("Diagnosis", variables))
                .contains("\"closed_by\":[\"disk\"]")
                .containsPattern("caravana_intake_closed\\{.*by=\"disk\".*} 1");
        disk.run("Mitigation", variables);
        await().atMost(SOON).until(() -> !full.handle().isAlive());

        try (SqsClient sqs = stack.sqs()) {
            sqs.purgeQueue(q -> q.queueUrl(stack.queueUrl()));
        }
        JsonNode queue = stack.operations("queue");
        assertThat(queue.path("visible").asInt()).isZero();
        assertThat(queue.path("oldest_due_seconds").asDouble()).isPositive();
        loss.run("Diagnosis", shell);
        loss.run("Mitigation", shell);

        AppProcess last = stack.addWorker(2, Map.of());
        last.awaitReady();
        loss.run("Verification", shell);
        assertThat(stack.status(video)).isEqualTo("processed");
        await().atMost(SOON).until(() -> !stack.worker(last).isMissingNode());
        disk.run("Verification", shell);
        assertThat(stack.worker(last).path("closed_by")).isEmpty();
        disk.verified();
        loss.verified();
    }

    /** A lock on the table that every list reads, held for more than a second. */
    private void slowStatement() throws Exception {
        worker();
        Incident latency = incident("api-latency", "a list waits for a lock in the database");
        ExecutorService owner = Executors.newSingleThreadExecutor();
        try (Connection locking = stack.database();
                Statement lock = locking.createStatement()) {
            locking.setAutoCommit(false);
            lock.execute("LOCK TABLE videos IN ACCESS EXCLUSIVE MODE");
            long asked = System.nanoTime();
            Future<Integer> list = owner.submit(stack::list);
            await().atMost(SOON).until(() -> System.nanoTime() - asked > HOLD.toNanos());
            assertThat(list.isDone()).isFalse();
            locking.rollback();
            assertThat(list.get()).isEqualTo(200);
        } finally {
            owner.shutdownNow();
        }
        double slowest = Pattern.compile("caravana_api_seconds_max\\{.*operation=\"list-videos\".*} (\\S+)")
                .matcher(latency.run("Diagnosis", shell))
                .results()
                .mapToDouble(m -> Double.parseDouble(m.group(1)))
                .max()
                .orElse(0);
        assertThat(slowest).isGreaterThan(1);
        latency.run("Verification", shell);
        latency.verified();
    }

    /** A transaction that somebody left open holds a lock, and more lists wait for it than there are connections. */
    private void connectionsUsedUp() throws Exception {
        worker();
        Incident connections = incident("database-connections", "a forgotten transaction holds a lock");
        ExecutorService owners = Executors.newFixedThreadPool(MANY);
        AtomicBoolean fixed = new AtomicBoolean();
        try (Connection forgotten = stack.database();
                Statement lock = forgotten.createStatement()) {
            forgotten.setAutoCommit(false);
            lock.execute("LOCK TABLE videos IN ACCESS EXCLUSIVE MODE");
            ResultSet self = lock.executeQuery("SELECT pg_backend_pid()");
            self.next();
            String session = self.getString(1);
            // A list that gets no connection in time is refused; its owner asks again.
            List<Future<Integer>> lists = Stream.generate(() -> owners.submit(() -> {
                        while (!fixed.get()) {
                            stack.list();
                        }
                        return stack.list();
                    }))
                    .limit(MANY)
                    .toList();
            await().atMost(SOON)
                    .until(() -> Shell.bash("ops/bin/show-metrics web hikaricp_connections_pending", shell)
                            .output()
                            .matches("(?s).*} [1-9].*"));
            assertThat(connections.run("Diagnosis", shell)).containsPattern("(?m)^ +" + session + " \\|");
            connections.run("Mitigation", with("SESSION", session));
            fixed.set(true);
            for (Future<Integer> list : lists) {
                assertThat(list.get()).isEqualTo(200);
            }
            // The pool's figures are up to a second old.
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(connections.run("Verification", shell))
                            .containsPattern("hikaricp_connections_pending\\{.*} 0"));
            connections.verified();
        } finally {
            fixed.set(true);
            owners.shutdownNow();
        }
    }

    /** The shell's variables with one more. */
    private Map<String, String> with(String name, String value) {
        Map<String, String> variables = new HashMap<>(shell);
        variables.put(name, value);
        return variables;
    }
}
