package caravana.bench;

import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import caravana.measure.ProcessFigures;
import caravana.measure.Project;
import caravana.measure.Target;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the cost of traces: apps that send them to a collector compared with apps that do not, alternately. Both
 * sides do the same otherwise, so the result is the median of the differences.
 */
final class TraceCost implements Benchmark {

    private static final int STARTS = 5;
    private static final int BURSTS = 6;
    private static final int JOBS = 20;
    private static final int REAL_JOBS = 5;
    private static final int REAL_MEGABYTES = 1;
    private static final double MB = 1024 * 1024;
    private static final double START_SECONDS = 0.2;
    private static final double MEMORY_MB = 20;
    private static final double CPU_SHARE = 0.01;
    private static final Duration SETTLING = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Override
    public List<String> names() {
        return List.of("trace-start-web", "trace-start-worker", "trace-memory-web", "trace-memory-worker", "trace-cpu");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Project.makeMedia(List.of(REAL_MEGABYTES));
        AtomicLong received = new AtomicLong();
        HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        collector.createContext("/", exchange -> {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            received.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try {
            Map<String, String> traced = Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + collector.getAddress().getPort());
            starts(setting, traced);
            cpu(setting, traced);
        } finally {
            collector.stop(0);
        }
        if (received.get() == 0) {
            throw new MeasurementException("No traces were sent");
        }
    }

    private static void starts(Setting setting, Map<String, String> traced) throws Exception {
        LocalStack stack = LocalStack.start(setting.folder().resolve("stack"));
        try {
            for (String module : List.of(AppProcess.WEB, AppProcess.WORKER)) {
                String app = module.replace("routes-", "");
                // The archive of classes was made before; the first start reads it from the disk.
                start(setting, stack, module, traced);
                start(setting, stack, module, Map.of());
                Map<String, Pairs> pairs = Pairs.measureAll(
                        STARTS,
                        "",
                        () -> start(setting, stack, module, traced),
                        () -> start(setting, stack, module, Map.of()));
                Pairs seconds = pairs.get("seconds");
                setting.results()
                        .atMost(
                                "trace-start-" + app,
                                seconds.difference(),
                                "s",
                                START_SECONDS,
                                seconds.detail("on", "off"));
                Pairs memory = pairs.get("MB");
                setting.results()
                        .atMost(
                                "trace-memory-" + app,
                                memory.difference(),
                                "MB",
                                MEMORY_MB,
                                memory.detail("on", "off"));
            }
        } finally {
            stack.close();
        }
    }

    private static Map<String, Double> start(Setting setting, LocalStack stack, String module, Map<String, String> more)
            throws IOException {
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("CARAVANA_WORK_DIR", setting.folder().resolve("work").toString());
        environment.putAll(more);
        long started = System.nanoTime();
        try (AppProcess app =
                AppProcess.start(module, environment, setting.folder().resolve(module + ".log"))) {
            app.awaitReady();
            double seconds = (System.nanoTime() - started) / 1e9;
            long settled = System.nanoTime() + SETTLING.toNanos();
            while (System.nanoTime() < settled) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
            return Map.of("seconds", seconds, "MB", ProcessFigures.residentBytes(app.pid()) / MB);
        }
    }

    private static void cpu(Setting setting, Map<String, String> traced) throws Exception {
        Path tools = Recorder.insteadOfFfmpeg(setting.folder().resolve("tools")).folder();
        try (Target on = Target.ofOwn(traced);
                Target off = Target.ofOwn(Map.of())) {
            on.own().orElseThrow().startWorkers(1, 1, Optional.of(tools));
            off.own().orElseThrow().startWorkers(1, 1, Optional.of(tools));
            Account ours = new Account(on.web());
            Account theirs = new Account(off.web());
            jvmSeconds(on, ours);
            jvmSeconds(off, theirs);
            Pairs pairs = Pairs.measure(
                    BURSTS,
                    "s",
                    "CPU time of both JVMs a job, with traces ÷ without",
                    () -> jvmSeconds(on, ours),
                    () -> jvmSeconds(off, theirs));
            double whole = wholeSeconds(off, theirs);
            setting.results()
                    .atMost(
                            "trace-cpu",
                            pairs.difference() / whole,
                            "of-a-job",
                            CPU_SHARE,
                            pairs.detail("on", "off") + " added=" + Figures.exact(1000 * pairs.difference())
                                    + "ms whole-job=" + Figures.exact(whole) + "s");
        }
    }

    /** CPU time of web and worker a job, with a stub for ffmpeg that takes no time. */
    private static double jvmSeconds(Target target, Account account) throws IOException, InterruptedException {
        Target.Own own = target.own().orElseThrow();
        double before = jvms(own);
        account.awaitProcessed(account.upload(Project.shortVideo(), JOBS), PATIENCE);
        double used = jvms(own) - before;
        account.deleteVideos();
        return used / JOBS;
    }

    private static double jvms(Target.Own own) throws IOException {
        return ProcessFigures.cpuSeconds(own.web().pid())
                + ProcessFigures.cpuSeconds(own.workers().get(0).pid());
    }

    /** CPU time of a small real video, with all tools. */
    private static double wholeSeconds(Target target, Account account) throws IOException, InterruptedException {
        Target.Own own = target.own().orElseThrow();
        own.startWorkers(1, 1, Optional.empty());
        List<String> ids = new ArrayList<>(account.upload(Project.video(REAL_MEGABYTES), 1));
        account.awaitProcessed(ids, PATIENCE);
        double before = whole(own);
        account.awaitProcessed(account.upload(Project.video(REAL_MEGABYTES), REAL_JOBS), PATIENCE);
        return (whole(own) - before) / REAL_JOBS;
    }

    private static double whole(Target.Own own) throws IOException {
        return ProcessFigures.cpuSeconds(own.web().pid())
                + ProcessFigures.cpuSecondsWithChildren(own.workers().get(0).pid());
    }
}
