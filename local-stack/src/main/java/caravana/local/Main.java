package caravana.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The launcher behind {@code ./caravana}: {@code servers}, {@code up} and {@code demo [FILE]}. */
public final class Main {

    /** The line that {@code servers} prints last, once all four answer. */
    static final String READY = "READY";

    /** Prefix of the lines that tell a server's process id. */
    static final String PID = "pid.";

    private Main() {}

    /** Exit status: 0 done, 1 failed with a plain reason on standard error, 2 wrong arguments. */
    public static void main(String[] args) {
        List<String> arguments = Arrays.asList(args);
        Shutdown shutdown = Shutdown.onSignal();
        int status = 1;
        try {
            status = run(arguments, shutdown);
        } catch (LocalStackException e) {
            System.err.println("caravana: " + e.getMessage());
        } finally {
            shutdown.finished(status);
        }
        System.exit(status);
    }

    private static int run(List<String> arguments, Shutdown shutdown) {
        String verb = arguments.isEmpty() ? "" : arguments.get(0);
        return switch (verb) {
            case "servers" -> servers(arguments, shutdown);
            case "up" -> Up.run(dataFolder(), shutdown);
            case "demo" -> Demo.run(arguments.size() > 1 ? Path.of(arguments.get(1)) : null, shutdown);
            default -> {
                System.err.println("caravana: the launcher knows servers, up and demo");
                yield 2;
            }
        };
    }

    /** The folder of {@code up}: {@code CARAVANA_DATA}, or {@code .caravana} in the project. */
    private static Path dataFolder() {
        String named = System.getenv("CARAVANA_DATA");
        return named == null || named.isBlank()
                ? ProjectLayout.root().resolve(".caravana")
                : Path.of(named).toAbsolutePath();
    }

    private static int servers(List<String> arguments, Shutdown shutdown) {
        int at = arguments.indexOf("--data");
        if (at < 0 || at + 1 >= arguments.size()) {
            System.err.println("caravana: servers needs --data FOLDER");
            return 2;
        }
        boolean freePorts = arguments.contains("--free-ports");
        Path folder = Path.of(arguments.get(at + 1)).toAbsolutePath();
        try (DataFolder data = DataFolder.open(folder);
                Servers servers = Servers.start(data, port -> freePorts ? Ports.free() : port.fixed())) {
            servers.environment().forEach((name, value) -> System.out.println(name + "=" + value));
            servers.handles().forEach((name, handle) -> System.out.println(PID + name + "=" + handle.pid()));
            System.out.println(READY);
            CompletableFuture.runAsync(() -> awaitEndOfInput(shutdown));
            shutdown.await();
        }
        return 0;
    }

    private static void awaitEndOfInput(Shutdown shutdown) {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said on it; its end is the message.
            }
        } catch (IOException closed) {
            // The same as its end.
        }
        shutdown.ask();
    }
}
