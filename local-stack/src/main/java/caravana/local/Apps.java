package caravana.local;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Web and worker of {@code ./caravana up} and {@code ./caravana demo}, on the servers of the local stack. */
final class Apps implements AutoCloseable {

    /** The variable that lists further variables, with commas between, that reach the apps. */
    static final String PASS = "CARAVANA_PASS_ENVIRONMENT";

    /** How the names of variables begin that reach the apps anyway. */
    private static final List<String> PASSED = List.of(
            "CARAVANA_", "SPRING_", "LOGGING_", "MANAGEMENT_", "CAMEL_", "AWS_", "SQS_", "S3_", "JWT_", "OTEL_");

    private static final String PROFILES = "SPRING_PROFILES_ACTIVE";
    private static final String ROUTES = "CARAVANA_ROUTES";
    private static final String FILE = "file:";

    private final DataFolder data;
    private final AppProcess web;
    private final AppProcess worker;

    private Apps(DataFolder data, AppProcess web, AppProcess worker) {
        this.data = data;
        this.web = web;
        this.worker = worker;
    }

    /**
     * Starts both; see {@link #awaitReady}.
     *
     * @param own settings that count whatever this environment says
     * @throws LocalStackException when a setting names a file that they could not read
     */
    static Apps start(DataFolder data, Servers servers, Map<String, String> own) {
        Map<String, String> defaults = new HashMap<>(servers.defaults());
        defaults.put(AppProcess.WORK_DIR, RunFolder.ofUser(data.resolve("work")).toString());
        // Somebody who presses Ctrl-C does not want to wait for a transcoding; what is not finished is requeued.
        defaults.put("CARAVANA_WORKER_GRACE", "3s");
        Map<String, String> settings = settings(defaults, System.getenv(), servers.required(), own);
        boolean watched = Boolean.parseBoolean(settings.get(Up.WATCH));
        settings.computeIfPresent(ROUTES, (name, location) -> RouteCopy.readable(location, data, watched));
        settings.forEach(Apps::requireReadable);
        AppProcess web = AppProcess.start(AppProcess.WEB, settings, data.log(AppProcess.WEB));
        data.note(AppProcess.WEB, web.handle());
        AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, data.log(AppProcess.WORKER));
        data.note(AppProcess.WORKER, worker.handle());
        return new Apps(data, web, worker);
    }

    /**
     * What the apps get; of the same variable, the later map counts.
     *
     * @param environment of which only some variables pass, among them those that the routes read
     * @param required by the servers
     * @param own of this run
     */
    static Map<String, String> settings(
            Map<String, String> defaults,
            Map<String, String> environment,
            Map<String, String> required,
            Map<String, String> own) {
        Map<String, String> settings = new HashMap<>(defaults);
        List<String> named = Arrays.stream(environment.getOrDefault(PASS, "").split(","))
                .map(String::strip)
                .toList();
        Set<String> read = RouteVariables.in(own.getOrDefault(ROUTES, environment.getOrDefault(ROUTES, "")));
        environment.forEach((name, value) -> {
            if (named.contains(name) || read.contains(name) || PASSED.stream().anyMatch(name::startsWith)) {
                settings.put(name, value);
            }
        });
        // Each run has its own.
        Ports.appPorts().forEach(settings::remove);
        // Of another account; the servers would refuse it.
        settings.remove("AWS_SESSION_TOKEN");
        settings.putAll(required);
        // --watch works in the profile local only.
        settings.merge(PROFILES, "local", (others, local) -> others + "," + local);
        settings.putAll(own);
        return settings;
    }

    private static void requireReadable(String setting, String value) {
        if (value.startsWith(FILE)) {
            Path file = Path.of(value.substring(FILE.length()));
            if (Files.exists(file) && !LocalUser.current().canRead(file)) {
                throw new LocalStackException(setting + " names " + file + ", which " + LocalUser.NAME
                        + ", as whom the apps run, cannot read; put it where every user can read it");
            }
        }
    }

    void awaitReady() {
        web.awaitReady();
        worker.awaitReady();
        // Each may be another process than it was.
        data.note(AppProcess.WEB, web.handle());
        data.note(AppProcess.WORKER, worker.handle());
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
