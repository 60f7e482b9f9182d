package caravana.bench;

import caravana.local.AppProcess;
import caravana.measure.Account;
import caravana.measure.ProcessFigures;
import caravana.measure.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the memory of the two JVMs and of a whole worker node, as the kernel counts it (resident set, MB of 2^20
 * bytes): idle, ten seconds after the start, and the maximum under load.
 */
final class Memory implements Benchmark {

    private static final long MB = 1024 * 1024;
    private static final double IDLE_MB = 280;
    private static final double LOADED_MB = 400;
    private static final double NODE_MB = 1.6 * 1024;
    private static final double ONE_JOB_MB = 475;
    private static final int SLOTS = 2;
    private static final int JOBS = 4;
    private static final int CLIENTS = 16;
    private static final Duration WEB_LOAD = Duration.ofSeconds(20);
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Override
    public List<String> names() {
        return List.of(
                "memory-web",
                "memory-web-loaded",
                "memory-worker",
                "memory-worker-loaded",
                "node-memory",
                "worker-memory");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path clip = Media.video(setting.folder().resolve("clip.mp4"), "1920x1080", 20, 40);
        Path upload = Media.video(setting.folder().resolve("upload.mp4"), "1280x720", 5, 20);
        try (Target target = Target.of(null)) {
            Target.Own own = target.own().orElseThrow();
            web(setting, own, target, upload);
            worker(setting, own, target, clip);
            oneJob(setting, own, target, clip);
        }
    }

    private static void web(Setting setting, Target.Own own, Target target, Path upload) throws Exception {
        long pid = own.web().pid();
        settle();
        tell(setting, "memory-web", ProcessFigures.residentBytes(pid), IDLE_MB, own.web());
        Account account = new Account(target.web());
        String video = account.upload(upload);
        Peak peak = Peak.of(() -> ProcessFigures.residentBytes(pid));
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        long end = System.nanoTime() + WEB_LOAD.toNanos();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            boolean uploads = i % 2 == 0;
            running.add(clients.submit(() -> {
                while (System.nanoTime() < end) {
                    if (uploads) {
                        account.upload(upload);
                    } else {
                        account.video(video);
                    }
                }
                return null;
            }));
        }
        for (Future<?> client : running) {
            client.get();
        }
        clients.shutdown();
        tell(setting, "memory-web-loaded", peak.end(), LOADED_MB, own.web());
        account.deleteVideos();
    }

    private static void worker(Setting setting, Target.Own own, Target target, Path clip) throws Exception {
        own.startWorkers(1, SLOTS, Optional.empty());
        AppProcess worker = own.workers().get(0);
        long pid = worker.pid();
        settle();
        tell(setting, "memory-worker", ProcessFigures.residentBytes(pid), IDLE_MB, worker);
        Account account = new Account(target.web());
        Peak peak = Peak.of(() -> ProcessFigures.residentBytes(pid));
        Peak node = Peak.of(() -> withTools(worker));
        account.awaitProcessed(account.upload(clip, JOBS), PATIENCE);
        tell(setting, "memory-worker-loaded", peak.end(), LOADED_MB, worker);
        setting.results().atMost("node-memory", node.end() / MB, "MB", NODE_MB, "slots=" + SLOTS + " video=1920x1080");
    }

    private static void oneJob(Setting setting, Target.Own own, Target target, Path clip) throws Exception {
        own.startWorkers(1, 1, Optional.empty());
        AppProcess worker = own.workers().get(0);
        Account account = new Account(target.web());
        Peak peak = Peak.of(() -> withTools(worker));
        account.awaitProcessed(account.upload(clip, 1), PATIENCE);
        tell(setting, "worker-memory", peak.end(), ONE_JOB_MB, worker);
    }

    /** Resident bytes of a worker's JVM and of all that it has started, ffmpeg above all. */
    static long withTools(AppProcess worker) throws IOException {
        long bytes = ProcessFigures.residentBytes(worker.pid());
        Optional<String> jvm = worker.handle().info().command();
        for (ProcessHandle tool : worker.handle().descendants().toList()) {
            // Until a process that is being started runs its own program, it has the memory of the JVM, which is
            // counted already.
            if (jvm.isEmpty() || !tool.info().command().equals(jvm)) {
                bytes += ProcessFigures.residentBytes(tool.pid());
            }
        }
        return bytes;
    }

    private static void settle() {
        long end = System.nanoTime() + SETTLING.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
    }

    private static void tell(Setting setting, String name, long bytes, double target, AppProcess app) {
        setting.results().atMost(name, bytes / MB, "MB", target, "flags=\"" + String.join(" ", app.options()) + "\"");
    }
}
