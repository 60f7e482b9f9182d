package caravana.system.faults;

import caravana.system.faults.FaultPlan.Fault;
import caravana.test.Waits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Provokes faults, and keeps account of what each one hit. */
final class Faults {

    private static final Duration TO_BE_MET = Waits.LIMIT;

    private final Cluster cluster;
    private final Scale scale;
    private final Random random;
    private final List<Outage> outages = new ArrayList<>();
    private final Set<String> lostClaims = new HashSet<>();
    private final List<String> missed = new ArrayList<>();
    private final List<String> outlived = new ArrayList<>();
    private final Map<Long, Instant> killed = new HashMap<>();
    private int stops;
    private int freezes;
    private int resets;
    private long cutDeadLetters;

    Faults(Cluster cluster, Scale scale, Random random) {
        this.cluster = cluster;
        this.scale = scale;
        this.random = random;
    }

    /** Provokes it and brings everything back, though not always before the next fault. */
    void provoke(Fault fault) {
        System.out.println(Instant.now() + " " + fault);
        cluster.supervise();
        switch (fault.kind()) {
            case KILL_WORKER -> killWorker();
            case STOP_WORKER -> stopWorker();
            case FREEZE_WORKER -> freezeWorker();
            case KILL_SYSTEM -> outage(fault.system(), true);
            case FREEZE_SYSTEM -> outage(fault.system(), false);
            case KILL_DATABASE_AT_COMMIT -> killDatabaseAtCommit();
            case BLOCK_DEAD_LETTERS -> blockDeadLetters();
            case SLOW_NETWORK -> slowNetwork();
            case RESET_CONNECTIONS -> resetConnections();
            case RESTART_EVERYTHING -> restartEverything();
        }
        pause(Duration.ofMillis(500 + random.nextInt(1500)));
    }

    /** When each worker was killed, by its process id. */
    Map<Long, Instant> killed() {
        return Map.copyOf(killed);
    }

    private void killWorker() {
        Optional<FaultyWorker> victim = frozenWithRunningJob();
        if (victim.isEmpty()) {
            missed.add("a kill: no worker ran a job");
            return;
        }
        FaultyWorker worker = victim.get();
        lostClaims.addAll(claimsOf(worker));
        List<ProcessHandle> tools = worker.tools();
        killed.put(worker.app().pid(), Instant.now());
        worker.kill();
        if (!happens(() -> tools.stream().noneMatch(Faults::isRunning), Duration.ofSeconds(5))) {
            outlived.add("tools " + tools + " of a killed worker");
        }
        worker.start();
    }

    /**
     * Stops the clock of a worker that runs a job, so that what it holds can be noted before it is killed. Jobs at their
     * last attempts are spared: one that dies five times fails permanently, and rightly so.
     */
    private Optional<FaultyWorker> frozenWithRunningJob() {
        long deadline = System.nanoTime() + TO_BE_MET.toNanos();
        while (System.nanoTime() < deadline) {
            cluster.supervise();
            FaultyWorker worker =
                    cluster.workers().get(random.nextInt(cluster.workers().size()));
            if (worker.isAlive() && !worker.claims().isEmpty()) {
                worker.freeze();
                Set<String> claims = worker.claims();
                if (!claims.isEmpty() && !worker.tools().isEmpty() && mostAttempts(claims) <= 3) {
                    return Optional.of(worker);
                }
                worker.thaw();
            }
            pause(Duration.ofMillis(20));
        }
        return Optional.empty();
    }

    private int mostAttempts(Set<String> claims) {
        try {
            return Integer.parseInt(
                    cluster.query("SELECT coalesce(max(attempts), 0) FROM videos WHERE claim_token IN ('"
                            + String.join("','", claims) + "')"));
        } catch (SQLException away) {
            return Integer.MAX_VALUE;
        }
    }

    /** Its running jobs, and claims in flight that no living worker's folder shows. */
    private Set<String> claimsOf(FaultyWorker worker) {
        Set<String> claims = new HashSet<>(claimsInDatabase());
        cluster.workers().stream().filter(w -> w != worker).forEach(w -> claims.removeAll(w.claims()));
        claims.addAll(worker.claims());
        return claims;
    }

    private Set<String> claimsInDatabase() {
        try {
            String claims = cluster.query("SELECT coalesce(string_agg(claim_token::text, ','), '')"
                    + " FROM (SELECT claim_token FROM videos WHERE status = 'processing'"
                    + " UNION SELECT claim_token FROM parts WHERE part_state = 'running') AS held");
            return claims.isEmpty() ? new HashSet<>() : new HashSet<>(Arrays.asList(claims.split(",")));
        } catch (SQLException away) {
            throw new IllegalStateException("The database must be available between faults", away);
        }
    }

    private void stopWorker() {
        Optional<FaultyWorker> victim = frozenWithRunningJob();
        if (victim.isEmpty()) {
            missed.add("a stop: no worker ran a job");
            return;
        }
        FaultyWorker worker = victim.get();
        worker.thaw();
        worker.terminate();
        stops++;
        if (!happens(() -> !worker.isAlive(), TO_BE_MET)) {
            missed.add("a stop: the worker did not end");
            worker.kill();
        }
        if (!worker.claims().isEmpty()) {
            outlived.add("folders " + worker.claims() + " of a stopped worker");
        }
        worker.start();
    }

    /** Until its lease has run out and somebody else owns a video of its; then it wakes up. */
    private void freezeWorker() {
        Optional<FaultyWorker> victim = frozenWithRunningJob();
        if (victim.isEmpty()) {
            missed.add("a freeze: no worker ran a job");
            return;
        }
        FaultyWorker worker = victim.get();
        Set<String> claims = claimsOf(worker);
        lostClaims.addAll(claims);
        boolean taken = happens(
                () -> {
                    Set<String> held = claimsInDatabase();
                    return claims.stream().anyMatch(claim -> !held.contains(claim));
                },
                TO_BE_MET);
        worker.thaw();
        if (taken) {
            freezes++;
        } else {
            missed.add("a freeze: nobody took over");
        }
    }

    private void killDatabaseAtCommit() {
        boolean about =
                happens(() -> cluster.workers().stream().anyMatch(w -> w.isAlive() && w.isAboutToCommit()), TO_BE_MET);
        if (!about) {
            missed.add("the database at commit: no job came so far");
        }
        outage("postgres", true);
    }

    private void outage(String system, boolean kill) {
        Forwarder forwarder = cluster.forwarder(system);
        long before = forwarder.failedCalls();
        Instant from = Instant.now();
        if (kill) {
            cluster.stack().kill(system);
        } else {
            cluster.stack().freeze(system);
        }
        happens(() -> forwarder.failedCalls() > before, TO_BE_MET);
        pause(Duration.ofMillis(random.nextInt(4000)));
        if (kill) {
            cluster.stack().restart(system);
        } else {
            cluster.stack().thaw(system);
        }
        long failed = forwarder.failedCalls() - before;
        outages.add(new Outage(system, kill ? "killed" : "frozen", from, Instant.now(), failed));
        if (failed == 0) {
            missed.add("an outage of " + system + ": no call failed");
        }
        awaitServing();
    }

    /** The next fault shall meet the system as it is, not the end of this outage. */
    private void awaitServing() {
        happens(
                () -> {
                    try (Connection database = cluster.database()) {
                        return database.isValid(2);
                    } catch (SQLException away) {
                        return false;
                    }
                },
                TO_BE_MET);
    }

    private void blockDeadLetters() {
        SqsObserver observer = cluster.observer();
        long before = observer.cut();
        observer.blockQueue("video-jobs-dlq", true);
        happens(() -> observer.cut() > before, TO_BE_MET);
        observer.blockQueue("video-jobs-dlq", false);
        cutDeadLetters = observer.cut() - before;
        if (cutDeadLetters == 0) {
            missed.add("the dead-letter queue: nothing was sent to it meanwhile");
        }
    }

    private void slowNetwork() {
        Cluster.SYSTEMS.forEach(system -> cluster.forwarder(system).delay(Duration.ofMillis(30)));
        pause(Duration.ofSeconds(5));
        Cluster.SYSTEMS.forEach(system -> cluster.forwarder(system).delay(Duration.ZERO));
    }

    private void resetConnections() {
        for (String system : Cluster.SYSTEMS) {
            resets += cluster.forwarder(system).resetAll();
        }
    }

    private void restartEverything() {
        Instant from = Instant.now();
        cluster.workers().forEach(FaultyWorker::kill);
        lostClaims.addAll(claimsInDatabase());
        cluster.restartEverything();
        for (String system : Cluster.SYSTEMS) {
            outages.add(new Outage(system, "with everything", from, Instant.now(), 1));
        }
    }

    private static boolean isRunning(ProcessHandle process) {
        // A zombie has ended; its parent, the worker, is gone and somebody else will reap it.
        return process.isAlive() && process.info().command().isPresent();
    }

    private static boolean happens(BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause(Duration.ofMillis(20));
        }
        return true;
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    List<Outage> outages() {
        return outages;
    }

    /** Claims whose worker was killed or frozen: what they cost is no outage's doing. */
    Set<String> lostClaims() {
        return lostClaims;
    }

    /** Faults that hit nothing. */
    List<String> missed() {
        return missed;
    }

    /** What continued though its worker was gone. */
    List<String> outlived() {
        return outlived;
    }

    String summary() {
        long failed = outages.stream().mapToLong(Outage::failedCalls).sum();
        return "kills " + killed.size() + " (each of a worker with a running job), stops " + stops
                + ", freezes past the lease "
                + freezes + ", outages " + outages.size() + " (failed calls " + failed + "), connections reset with a"
                + " request on them " + resets + ", dead letters cut " + cutDeadLetters
                + ", workers that their supervisor started again " + cluster.revived();
    }
}
