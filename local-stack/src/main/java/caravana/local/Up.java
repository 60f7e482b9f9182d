package caravana.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** {@code ./caravana up}: the servers, web and worker in the foreground, until a signal or until one of them ends. */
final class Up {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private Up() {}

    static int run(Path folder, Shutdown shutdown) {
        try (DataFolder data = DataFolder.open(folder)) {
            // Before the ports are looked at: what a killed `up` left behind may still hold them.
            data.endLeftovers();
            Map<String, String> ports = new HashMap<>();
            for (Ports port : new Ports[] {Ports.WEB, Ports.WEB_MANAGEMENT, Ports.WORKER_MANAGEMENT}) {
                ports.put(port.setting(), String.valueOf(port.fixed()));
            }
            try (Servers servers = Servers.start(data, Ports::fixed);
                    Apps apps = Apps.start(data, servers.environment(), ports)) {
                if (!shutdown.unlessAsked(() -> apps.awaitReady(START_LIMIT))) {
                    return 0;
                }
                System.out.println("Caravana is up. Ctrl-C stops it.");
                System.out.println("  page    " + apps.web() + "/");
                System.out.println("  health  " + apps.web() + "/api/health");
                System.out.println("  calls   " + apps.web() + "/api/docs");
                System.out.println("  operator " + servers.secrets().operatorLine());
                System.out.println("  data    " + folder + "   (logs: " + folder.resolve("logs") + ")");
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
}
