package caravana.local;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Web and worker on the local stack's servers. */
final class Apps implements AutoCloseable {

    private final AppProcess web;
    private final AppProcess worker;

    private Apps(AppProcess web, AppProcess worker) {
        this.web = web;
        this.worker = worker;
    }

    /** Starts both; see {@link #awaitReady}. */
    static Apps start(DataFolder data, Map<String, String> servers, Map<String, String> ports) {
        Map<String, String> settings = new HashMap<>(servers);
        settings.putAll(ports);
        settings.put("CARAVANA_WORK_DIR", data.resolve("work").toString());
        // Whoever presses Ctrl-C does not want to wait for a transcoding; what is not finished is handed back.
        settings.putIfAbsent("CARAVANA_WORKER_GRACE", System.getenv().getOrDefault("CARAVANA_WORKER_GRACE", "3s"));
        AppProcess web = AppProcess.start(AppProcess.WEB, settings, data.log(AppProcess.WEB));
        data.note(AppProcess.WEB, web.handle());
        AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, data.log(AppProcess.WORKER));
        data.note(AppProcess.WORKER, worker.handle());
        return new Apps(web, worker);
    }

    void awaitReady(Duration patience) {
        web.awaitReady(patience);
        worker.awaitReady(patience);
    }

    /** Where web answers. */
    URI web() {
        return web.uri();
    }

    /** Completes with the module's name of the first one that ends. */
    CompletableFuture<Object> firstExit() {
        return CompletableFuture.anyOf(
                web.handle().onExit().thenApply(ended -> AppProcess.WEB),
                worker.handle().onExit().thenApply(ended -> AppProcess.WORKER));
    }

    @Override
    public void close() {
        worker.close();
        web.close();
    }
}
