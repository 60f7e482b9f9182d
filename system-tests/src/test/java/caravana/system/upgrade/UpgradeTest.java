package caravana.system.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.system.faults.AcknowledgementWatch;
import caravana.system.faults.Cluster;
import caravana.system.faults.FaultyWorker;
import caravana.system.faults.FfmpegStub;
import caravana.system.faults.History;
import caravana.system.faults.Invariants;
import caravana.system.faults.Quiet;
import caravana.system.faults.Scale;
import caravana.test.Sample;
import caravana.test.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The last release and this build beside each other on one database and queue, under load: all nodes of the release, then one
 * after the other of this build, and back again. {@code upgrade.release} names the folder where the release is built.
 *
 * <p>This build brings one migration more than it has, so that the release always runs on a schema that it does not know.
 */
@EnabledIfSystemProperty(
        named = UpgradeTest.RELEASE,
        matches = ".+",
        disabledReason = "./caravana test upgrade builds the last release and runs this")
class UpgradeTest {

    static final String RELEASE = "upgrade.release";

    private static final double FACTOR = 0.5;
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final double BUSY_SHARE = 0.001;

    /** N, both, N + 1, both, N. */
    private static final int STAGES = 5;

    private static final String MIGRATION = """
            ALTER TABLE videos ADD COLUMN of_the_next_version text;
            CREATE TABLE of_the_next_version (id uuid PRIMARY KEY REFERENCES videos ON DELETE CASCADE);
            """;

    @TempDir
    Path folder;

    private final List<String> failures = new ArrayList<>();

    private record Size(int jobs, int requests) {}

    @Test
    void nobodyNoticesAnUpgradeAndTheWayBack() throws Exception {
        run("upgrade", new Size(300, 10_000), false);
    }

    /** Each version of the apps runs the routes that were shipped for it, and starts with no others. */
    @Test
    void pinnedRoutesStayWithTheAppsThatTheyFit() throws Exception {
        run("upgrade-pinned", new Size(50, 1_500), true);
    }

    private void run(String name, Size size, boolean pinned) throws Exception {
        FfmpegStub stub = FfmpegStub.in(folder.resolve("stub"));
        String migrations = "classpath:db/migration,filesystem:" + migrations(stub);
        Build from = Build.in(Path.of(System.getProperty(RELEASE)), Map.of());
        // Nobody sets what the release did not know.
        Build to = Build.present(Map.of("SPRING_FLYWAY_LOCATIONS", migrations, "CARAVANA_SECRET_KEY", ""));
        if (pinned) {
            from = from.withRoutes("for-" + from.minor());
            to = to.withRoutes("for-" + to.minor() + "-of-this-build");
        }
        System.out.println(name + ": " + from.version() + " -> " + to.version() + " -> " + from.version());
        String path = stub.folder() + ":" + System.getenv("PATH");
        Balancer balancer = new Balancer();
        try (Cluster cluster = new Cluster(folder, new Scale(FACTOR).settings(GRACE), path);
                Fleet fleet = new Fleet(cluster, balancer);
                Load load = new Load(cluster, stub, balancer, Sample.SEED)) {
            if (pinned) {
                ship(from, cluster);
                ship(to, cluster);
            }
            fleet.start(from);
            try (Connection database = cluster.database()) {
                History.install(database);
            }
            AcknowledgementWatch acknowledgements = new AcknowledgementWatch(cluster);
            Instant started = Instant.now();
            load.start(fleet.anyNode());
            if (pinned && !from.minor().equals(to.minor())) {
                String refusal = fleet.refusal(to.withRoutes(from.routes()));
                assertThat(refusal)
                        .contains("of the routes fits the apps of version " + from.minor() + ", and this is "
                                + to.minor());
            }
            roll(fleet, load, from, to, size);
            load.stop();
            Quiet.await(cluster);
            Quiet.awaitSwept(cluster);
            await().atMost(Waits.LIMIT)
                    .until(() ->
                            load.unreported().isEmpty() || !load.complaints().isEmpty());
            load.hangUp();
            if (pinned) {
                routesOfWorkers(cluster, fleet, from, to);
            }
            assertThat(cluster.query("SELECT string_agg(version, ',') FROM flyway_schema_history"
                            + " WHERE success AND description = 'of the next version'"))
                    .as("this build's own migration")
                    .isEqualTo("9999");
            crossings(cluster, fleet, load);
            cluster.workers().forEach(FaultyWorker::terminate);
            cluster.workers().forEach(FaultyWorker::close);
            judge(name, size, cluster, stub, balancer, load, acknowledgements);
            System.out.printf(
                    "%s: %s; %d requests in %d s%n",
                    name,
                    load.summary(),
                    balancer.requests(),
                    Duration.between(started, Instant.now()).toSeconds());
        }
        assertThat(failures).isEmpty();
    }

    private static void roll(Fleet fleet, Load load, Build from, Build to, Size size) throws Exception {
        int stage = 0;
        progress(load, size, ++stage);
        for (Build next : List.of(to, from)) {
            for (int node = 0; node < Fleet.NODES; node++) {
                fleet.replace(node, next, load);
                progress(load, size, ++stage);
            }
        }
    }

    private static void progress(Load load, Size size, int stage) {
        load.awaitProgress(size.jobs() * stage / STAGES, size.requests() * stage / STAGES);
        assertThat(load.complaints()).isEmpty();
    }

    private static Path migrations(FfmpegStub stub) throws IOException {
        // Where the apps can read it, as whatever user they run.
        Path migrations = Files.createDirectories(stub.folder().resolve("migrations"));
        Files.writeString(migrations.resolve("V9999__of_the_next_version.sql"), MIGRATION);
        return migrations;
    }

    /** The routes of a version, by its own program. */
    private static void ship(Build build, Cluster cluster) throws Exception {
        ProcessBuilder command = new ProcessBuilder(
                        build.root().resolve("ops/bin/ship-routes").toString(), build.routes())
                .redirectErrorStream(true);
        command.environment().putAll(cluster.stack().environment());
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(String.join(" ", command.command()) + "\n" + output.strip());
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** Each worker reports the routes that its version pins. */
    private static void routesOfWorkers(Cluster cluster, Fleet fleet, Build... builds) throws SQLException {
        Map<String, String> pins = new TreeMap<>();
        for (Build build : builds) {
            pins.put(build.version(), build.routes());
        }
        Map<String, String> found = new TreeMap<>();
        try (Connection database = cluster.database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT name, routes FROM workers")) {
            while (row.next()) {
                found.put(fleet.versionOf(row.getString(1)), row.getString(2));
            }
        }
        System.out.println("routes of workers: " + found);
        assertThat(found).isEqualTo(pins);
    }

    /** Which version accepted and which processed: each must have read what the other wrote. */
    private static void crossings(Cluster cluster, Fleet fleet, Load load) throws SQLException {
        Map<String, Integer> found = new TreeMap<>();
        try (Connection database = cluster.database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT id, worker FROM videos WHERE status = 'processed'")) {
            while (row.next()) {
                String crossing = "accepted by " + load.acceptedBy(row.getString(1)) + ", processed by "
                        + fleet.versionOf(row.getString(2));
                found.merge(crossing, 1, Integer::sum);
            }
        }
        System.out.println("rows and messages: " + found);
        assertThat(found).as("each version with each").hasSize(4);
    }

    private void judge(
            String name,
            Size size,
            Cluster cluster,
            FfmpegStub stub,
            Balancer balancer,
            Load load,
            AcknowledgementWatch acknowledgements)
            throws SQLException {
        Invariants invariants = new Invariants(cluster);
        List<String> lost = new ArrayList<>(invariants.everyAcceptedInputEndsAsItHasTo(load.expected(), true));
        lost.addAll(invariants.nothingIsLeftHalfWay());
        result(name + "-lost", "of-" + load.expected().size(), lost);
        result(
                name + "-committed-twice-or-broken",
                "videos",
                invariants.everyResultIsWholeAndCommittedOnce(load.expected(), stub.result()));
        result(name + "-5xx-other-than-503-with-retry-after", "of-" + balancer.requests(), balancer.failures());
        double share = (double) balancer.busy() / balancer.requests();
        boolean fewBusy = share <= BUSY_SHARE;
        System.out.printf(
                "RESULT name=%s-503-share value=%.5f unit=of-requests target=%.3f verdict=%s%n",
                name, share, BUSY_SHARE, fewBusy ? "pass" : "fail");
        if (!fewBusy) {
            failures.add(name + "-503-share: " + share);
        }
        result(name + "-wrong-answers", "violations", load.complaints());
        result(name + "-unreported-events", "videos", load.unreported());
        result(name + "-acknowledged-too-early", "violations", acknowledgements.violations());
        result(
                name + "-objects-without-row",
                "objects",
                invariants.noObjectIsLeftThatNoRowNames().stream()
                        .filter(key -> !key.startsWith("routes/"))
                        .toList());
        result(name + "-dead-letters", "violations", invariants.deadLettersAndGivenUpRowsBelongTogether());
        result(name + "-outlived-its-worker", "violations", invariants.nothingOutlivesItsWorker(List.of()));
        assertThat(load.expected()).hasSizeGreaterThanOrEqualTo(size.jobs());
        assertThat(balancer.requests()).isGreaterThanOrEqualTo(size.requests());
    }

    private void result(String name, String unit, List<String> violations) {
        violations.stream().limit(20).forEach(violation -> System.out.println("  " + name + ": " + violation));
        System.out.printf(
                "RESULT name=%s value=%d unit=%s target=0 verdict=%s%n",
                name, violations.size(), unit, violations.isEmpty() ? "pass" : "fail");
        if (!violations.isEmpty()) {
            failures.add(name + ": " + violations.size());
        }
    }
}
