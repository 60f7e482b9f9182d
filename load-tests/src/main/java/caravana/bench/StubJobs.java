package caravana.bench;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import caravana.measure.ProcessFigures;
import caravana.measure.Project;
import caravana.measure.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the cost of a job around ffmpeg, with a stub that takes two seconds: workers compared with processes of
 * {@link WorkerLoop}, alternately on the same servers. A job takes from the moment at which its row can be claimed
 * until its row is processed. The makespan of many jobs is from the first of these moments to the last.
 */
final class StubJobs implements Benchmark {

    private static final int JOBS = 30;
    private static final int ALONE = 5;
    private static final int MOST_WORKERS = 3;
    private static final double ALONE_RATIO = 1.12;
    private static final double MAKESPAN_RATIO = 1.05;
    private static final double JVM_SECONDS = 0.15;
    private static final double TOOLS_SECONDS = 0.25;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public List<String> names() {
        return List.of(
                "stub-job",
                "stub-makespan-1",
                "stub-makespan-2",
                "stub-makespan-3",
                "stub-job-cpu-jvm",
                "stub-job-cpu-tools");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path python = WorkerLoop.python();
        if (python == null) {
            names().forEach(name ->
                    setting.results().skipped(name, "Python 3 with venv, boto3 and psycopg2 of PyPI are needed"));
            return;
        }
        Project.makeMedia(List.of());
        try (Target target = Target.of(null);
                WorkerLoop loop = WorkerLoop.prepare(
                        python, target.own().orElseThrow().environment(), Project.stub(), Project.shortVideo());
                Connection database = target.own().orElseThrow().database()) {
            measure(setting, target.own().orElseThrow(), new Account(target.web()), loop, database);
        }
    }

    private void measure(Setting setting, Target.Own own, Account account, WorkerLoop loop, Connection database)
            throws Exception {
        for (int workers = 1; workers <= MOST_WORKERS; workers++) {
            own.startWorkers(workers, 1, Optional.of(Project.stub()));
            loop.start(workers);
            // What is done for the first time takes longer.
            ours(account, database, 2 * workers);
            theirs(loop, database, 2 * workers);
            if (workers == 1) {
                Pairs alone = Pairs.measure(
                        ALONE,
                        "s",
                        "one job, worker ÷ loop",
                        () -> ours(account, database, 1),
                        () -> theirs(loop, database, 1));
                setting.results().atMost("stub-job", alone.ratio(), "ratio", ALONE_RATIO, alone.detail("ours", "loop"));
            }
            long worker = own.workers().get(0).pid();
            long python = loop.workers().get(0).pid();
            double[] cpu = new double[3];
            Pairs makespan = Pairs.measure(
                    setting.longPairs(),
                    "s",
                    JOBS + " jobs, " + workers + " workers ÷ as many loops",
                    () -> {
                        double jvm = ProcessFigures.cpuSeconds(worker);
                        double all = ProcessFigures.cpuSecondsWithChildren(worker);
                        double seconds = ours(account, database, JOBS);
                        cpu[0] = (ProcessFigures.cpuSeconds(worker) - jvm) / JOBS;
                        cpu[1] = (ProcessFigures.cpuSecondsWithChildren(worker) - all) / JOBS - cpu[0];
                        return seconds;
                    },
                    () -> {
                        double all = ProcessFigures.cpuSecondsWithChildren(python);
                        double seconds = theirs(loop, database, JOBS);
                        cpu[2] = (ProcessFigures.cpuSecondsWithChildren(python) - all) / JOBS;
                        return seconds;
                    });
            setting.results()
                    .atMost(
                            "stub-makespan-" + workers,
                            makespan.ratio(),
                            "ratio",
                            MAKESPAN_RATIO,
                            makespan.detail("ours", "loop") + " jobs=" + JOBS);
            if (workers == 1) {
                String detail = "jobs=" + JOBS + " loop-with-its-tools=" + Figures.exact(cpu[2]) + "s";
                setting.results().atMost("stub-job-cpu-jvm", cpu[0], "s", JVM_SECONDS, detail);
                setting.results().atMost("stub-job-cpu-tools", cpu[1], "s", TOOLS_SECONDS, "jobs=" + JOBS);
            }
        }
    }

    /** Seconds of so many jobs through workers. */
    private static double ours(Account account, Connection database, int jobs)
            throws IOException, InterruptedException, SQLException {
        // First a call that its client repeats when the server has closed the idle connection.
        account.deleteVideos();
        account.upload(Project.shortVideo(), jobs);
        double seconds = await(database, "videos", "status IN ('uploaded', 'processing', 'receiving')");
        account.deleteVideos();
        return seconds;
    }

    /** Seconds of so many jobs through the loop. */
    private static double theirs(WorkerLoop loop, Connection database, int jobs)
            throws IOException, InterruptedException, SQLException {
        loop.submit(jobs);
        double seconds = await(database, "loop_jobs", "status <> 'processed'");
        execute(database, "DELETE FROM loop_jobs");
        return seconds;
    }

    /** Asks seldom, since that costs the machine that is measured. */
    private static double await(Connection database, String table, String open) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (number(database, "SELECT count(*) FROM " + table + " WHERE " + open) > 0) {
            if (System.nanoTime() > deadline) {
                throw new MeasurementException("Jobs of " + table + " are not processed");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return number(
                database,
                "SELECT extract(epoch FROM max(processed_at) - min(uploaded_at)) FROM " + table
                        + " WHERE status = 'processed'");
    }

    private static double number(Connection database, String query) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getDouble(1);
        }
    }

    private static void execute(Connection database, String command) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(command);
        }
    }
}
