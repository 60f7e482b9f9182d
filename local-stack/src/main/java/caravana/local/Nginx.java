package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** nginx with the configuration of the deployment, in which only paths and ports are changed. */
public final class Nginx implements AutoCloseable {

    private static final String PROGRAM = "nginx";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 20;

    private final Process process;
    private final Path folder;
    private final URI uri;

    private Nginx(Process process, Path folder, URI uri) {
        this.process = process;
        this.folder = folder;
        this.uri = uri;
    }

    /** Whether this machine has it. */
    public static boolean isInstalled() {
        return program().isPresent();
    }

    /** Only root's path has it on Debian. */
    private static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Arrays.stream(path.split(":"))
                .map(place -> Path.of(place, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it and waits until it takes connections.
     *
     * @param folder for its configuration, logs and working files; made when it is missing
     * @param upstream where web answers
     * @param proxies whose X-Forwarded-For it believes, as a network such as {@code 10.20.0.0/16}
     * @param maxSize of an upload, as a setting such as {@code 100MB}
     * @throws LocalStackException when it is not installed, or refuses its configuration
     */
    public static Nginx start(Path folder, URI upstream, String proxies, String maxSize) throws IOException {
        return start(folder, List.of(upstream), proxies, maxSize);
    }

    /**
     * The same in front of several nodes, so that it stands for the load balancer as well. One that it cannot reach gets nothing
     * for ten seconds.
     *
     * @param upstreams where web answers
     */
    public static Nginx start(Path folder, List<URI> upstreams, String proxies, String maxSize) throws IOException {
        Path program = program().orElseThrow(() -> new LocalStackException("nginx is not installed"));
        Path shipped = ProjectLayout.root().resolve("ops");
        Files.createDirectories(folder.resolve("www"));
        String settings = run(shipped.resolve("bin/nginx-settings").toString(), maxSize, proxies);
        Files.writeString(folder.resolve("settings.conf"), settings);
        int port = FreePort.next();
        String main = Files.readString(shipped.resolve("nginx/nginx.conf"));
        main = replace(main, "user www-data;", "user " + System.getProperty("user.name") + ";");
        main = replace(main, "/run/nginx.pid", folder + "/nginx.pid");
        main = replace(main, "/var/log/nginx/", folder + "/");
        main = replace(main, "/etc/nginx/caravana.conf", folder + "/caravana.conf");
        // Its working files, which Debian's build puts below /var/lib.
        main = replace(main, "http {", "http {\n" + temporary(folder));
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, main);
        String site = Files.readString(shipped.resolve("nginx/caravana.conf"));
        site = replace(site, "/run/caravana/nginx.conf", folder + "/settings.conf");
        site = replace(site, "/var/log/nginx/", folder + "/");
        site = replace(site, "/var/www/caravana", folder + "/www");
        site = replace(site, "listen 80 default_server", "listen 127.0.0.1:" + port + " default_server");
        site = replace(
                site,
                "server 127.0.0.1:8080;",
                upstreams.stream()
                        .map(node -> "server " + node.getAuthority() + ";")
                        .collect(Collectors.joining("\n    ")));
        Files.writeString(folder.resolve("caravana.conf"), site);

        String log = folder.resolve("error.log").toString();
        List<String> command = List.of(program.toString(), "-e", log, "-c", configuration.toString());
        List<String> check = new ArrayList<>(command);
        check.add("-t");
        run(check.toArray(String[]::new));
        List<String> serve = new ArrayList<>(command);
        serve.addAll(List.of("-g", "daemon off;"));
        Process process = new ProcessBuilder(serve)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile())
                .start();
        Nginx started = new Nginx(process, folder, URI.create("http://127.0.0.1:" + port));
        try {
            started.awaitReady(port);
        } catch (LocalStackException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** What a command printed. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new LocalStackException(
                        String.join(" ", command) + " ended with status " + process.exitValue() + ":\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Stopped while " + command[0] + " ran");
        }
        return output;
    }

    private static String temporary(Path folder) {
        StringBuilder paths = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            paths.append(kind)
                    .append("_temp_path ")
                    .append(folder)
                    .append("/temp-")
                    .append(kind)
                    .append(";\n");
        }
        return paths.toString();
    }

    private static String replace(String text, String what, String with) {
        if (!text.contains(what)) {
            throw new IllegalStateException("nginx's configuration no longer has '" + what + "'");
        }
        return text.replaceAll(Pattern.quote(what), Matcher.quoteReplacement(with));
    }

    private void awaitReady(int port) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                new Socket("127.0.0.1", port).close();
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new LocalStackException("nginx did not start:\n" + errorLog());
                }
            }
            try {
                // It ends early when the process does.
                process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LocalStackException("Stopped while waiting for nginx");
            }
        }
    }

    /** Where it answers. */
    public URI uri() {
        return uri;
    }

    /** Where static files are. */
    public Path files() {
        return folder.resolve("www");
    }

    /** Its access log so far. A line is written after its answer was sent. */
    public String accessLog() {
        return read("access.log");
    }

    /** Its error log so far. */
    public String errorLog() {
        return read("error.log");
    }

    private String read(String log) {
        try {
            return Files.readString(folder.resolve(log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to stop; its workers end with it. */
    @Override
    public void close() {
        Liveness.stop(process.toHandle(), PATIENCE);
    }
}
