package caravana.local;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The program of {@code ./caravana}: {@code servers}, {@code up [--watch] [--traces]}, {@code status [--once]} and
 * {@code demo [FILE]}.
 */
public final class Main {

    /** The line that {@code servers} prints last, once all four answer, and after each restart. */
    static final String READY = "READY";

    /** Prefix of the lines that tell a server's process id. */
    static final String PID = "pid.";

    /** Prefix of the lines that make {@code servers} start a server again. */
    static final String RESTART = "restart ";

    /** Prefix of the line that says why that failed. */
    static final String FAILED = "failed: ";

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
            case "up" -> Up.run(dataFolder(), Up.Options.of(arguments), shutdown);
            case "status" -> Status.run(dataFolder(), arguments.contains("--once"), shutdown);
            case "demo" -> Demo.run(arguments.size() > 1 ? Path.of(arguments.get(1)) : null, shutdown);
            default -> {
                System.err.println("caravana: the launcher knows servers, up, status and demo");
                yield 2;
            }
        };
    }

    /** The folder of {@code up}: {@code CARAVANA_DATA}, or {@code .caravana} in the project. */
    private static Path dataFolder() {
        String named = System.getenv("CARAVANA_DATA");
        return named == null || named.isBlank()
                ? ProjectLayout.data()
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
                Servers servers = Servers.start(data, port -> freePorts ? FreePort.next() : port.fixed())) {
            servers.defaults().forEach((name, value) -> System.out.println(name + "=" + value));
            servers.required().forEach((name, value) -> System.out.println(name + "=" + value));
            servers.names().forEach(name -> tellProcess(servers, name));
            System.out.println(READY);
            obey(servers, shutdown);
        }
        return 0;
    }

    /**
     * Goes by the lines on standard input, {@code restart NAME}, until it ends or a signal comes. Linux ends a server
     * with the thread that started it, so this one, which lives as long as the program, starts them.
     */
    private static void obey(Servers servers, Shutdown shutdown) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        shutdown.asked().thenRun(() -> lines.add(""));
        Thread reader = new Thread(
                () -> {
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                            .lines()
                            .forEach(lines::add);
                    lines.add("");
                },
                "standard-input");
        reader.setDaemon(true);
        reader.start();
        try {
            for (String line = lines.take(); line.startsWith(RESTART); line = lines.take()) {
                String name = line.substring(RESTART.length());
                try {
                    servers.restart(name);
                    tellProcess(servers, name);
                    System.out.println(READY);
                } catch (LocalStackException e) {
                    System.out.println(FAILED + e.getMessage().replace('\n', ' '));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tellProcess(Servers servers, String name) {
        System.out.println(PID + name + "=" + servers.handle(name).pid());
    }
}
