package caravana.local;

import caravana.local.traces.TraceReceiver;
import caravana.local.traces.TraceStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code ./caravana up}: runs the servers, web and worker in the foreground, until a signal, or until one of them ends.
 */
final class Up {

    /** The variable by which an app takes edited routes over. */
    static final String WATCH = "CARAVANA_ROUTES_WATCH";

    /** How many traces are kept. */
    private static final int TRACES = 1_000;

    /** How many spans of all of them: what fits into the launcher's memory. */
    private static final int SPANS = 100_000;

    private Up() {}

    /**
     * What it does beyond running.
     *
     * @param watch edited routes are taken over while it runs
     * @param traces traces of web and worker are kept and shown
     */
    record Options(boolean watch, boolean traces) {

        static Options of(List<String> arguments) {
            return new Options(arguments.contains("--watch"), arguments.contains("--traces"));
        }
    }

    /** @param folder where its data stay */
    static int run(Path folder, Options options, Shutdown shutdown) {
        try (DataFolder data = DataFolder.open(folder)) {
            // Before the settings are looked at: what a killed `up` left behind may still hold them.
            data.endLeftovers();
            Map<String, String> settings = new HashMap<>();
            for (Ports port : new Ports[] {Ports.WEB, Ports.WEB_MANAGEMENT, Ports.WORKER_MANAGEMENT}) {
                settings.put(port.setting(), String.valueOf(port.fixed()));
            }
            if (options.watch()) {
                settings.putAll(watched());
            }
            try (TraceReceiver traces = options.traces() ? receiver(settings) : null;
                    Servers servers = Servers.start(data, Ports::fixed);
                    Apps apps = Apps.start(data, servers, settings)) {
                if (!shutdown.unlessAsked(() -> apps.awaitReady())) {
                    return 0;
                }
                if (options.watch()) {
                    for (String app : List.of(AppProcess.WEB, AppProcess.WORKER)) {
                        LogFollower.start(data.log(app), new WatchedApp(app, System.out::println)::logged);
                    }
                }
                System.out.println("Caravana is up. Ctrl-C stops it.");
                System.out.println("  page      " + apps.web() + "/");
                System.out.println("  health    " + apps.web() + "/api/health");
                System.out.println("  calls     " + apps.web() + "/api/docs");
                System.out.println("  operator  " + servers.secrets().operatorLine());
                System.out.println("  data      " + folder + "   (logs: " + folder.resolve("logs") + ")");
                if (traces != null) {
                    System.out.println("  traces    " + traces.uri() + "/   (the newest " + TRACES + ")");
                }
                if (options.watch()) {
                    System.out.println("  routes    " + settings.get("CARAVANA_ROUTES")
                            + "   (edits are checked and used at once)");
                }
                Object ended = CompletableFuture.anyOf(shutdown.asked(), servers.firstExit(), apps.firstExit())
                        .join();
                if (shutdown.asked().isDone()) {
                    System.out.println("Stopping.");
                    return 0;
                }
                throw data.endedByItself(String.valueOf(ended));
            }
        }
    }

    /** Takes traces, and has the apps send them. */
    private static TraceReceiver receiver(Map<String, String> settings) {
        try {
            TraceReceiver receiver = TraceReceiver.start(Ports.TRACES.fixed(), new TraceStore(TRACES, SPANS));
            settings.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.uri().toString());
            return receiver;
        } catch (IOException e) {
            throw new LocalStackException("The page of traces did not start: " + e.getMessage());
        }
    }

    /** Settings of apps that take edited routes over. */
    private static Map<String, String> watched() {
        String routes = System.getenv("CARAVANA_ROUTES");
        return Map.of(
                "CARAVANA_ROUTES",
                routes == null ? "file:" + ProjectLayout.project().resolve("src/main/resources/camel") : routes,
                WATCH,
                "true",
                // A route that receives is stopped when its open receive ends.
                "SQS_LONG_POLL_SECONDS",
                "0");
    }
}
