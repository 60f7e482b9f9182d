package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One of our apps as a process of its own, started from its extracted layout: the very jar that is deployed, with only
 * its settings local.
 */
public final class AppProcess implements AutoCloseable {

    /** The REST face's module. */
    public static final String WEB = "routes-web";

    /** The worker's module. */
    public static final String WORKER = "routes-worker";

    private static final int HEAP_MEGABYTES = 256;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final ChildProcess child;
    private final URI uri;
    private final URI health;
    private final ClassArchive classes;

    private AppProcess(ChildProcess child, URI uri, URI health, ClassArchive classes) {
        this.child = child;
        this.uri = uri;
        this.health = health;
        this.classes = classes;
    }

    /**
     * Starts the app, on free ports unless the environment names some. It returns at once; see {@link #awaitReady}.
     *
     * @param module {@link #WEB} or {@link #WORKER}
     * @param environment the app's settings, as {@link LocalStack#environment()} gives them
     * @param log file to which its output is appended
     * @throws LocalStackException when the app is not built
     */
    public static AppProcess start(String module, Map<String, String> environment, Path log) {
        Map<String, String> settings = new HashMap<>(environment);
        boolean web = module.equals(WEB);
        int port = port(settings, web ? Ports.WEB : Ports.WORKER_MANAGEMENT);
        if (web) {
            port(settings, Ports.WEB_MANAGEMENT);
        }
        List<String> command = jvm();
        Path jar = extracted(module);
        ClassArchive classes = ClassArchive.of(jar.resolveSibling("classes.jsa"), jar);
        command.addAll(classes.options());
        command.addAll(List.of("-jar", jar.toString()));
        URI uri = URI.create("http://127.0.0.1:" + port);
        URI health = uri.resolve(web ? "/api/health" : "/actuator/health/readiness");
        return new AppProcess(ChildProcess.start(module, command, settings, log), uri, health, classes);
    }

    /** The command that starts a JVM as our apps get it; options and a program may follow. */
    public static List<String> jvm() {
        List<String> command = new ArrayList<>();
        command.add(ProjectLayout.java());
        command.addAll(ProjectLayout.smallJvm(HEAP_MEGABYTES));
        return command;
    }

    private static int port(Map<String, String> settings, Ports port) {
        return Integer.parseInt(settings.computeIfAbsent(port.setting(), unset -> String.valueOf(Ports.free())));
    }

    /** The jar of the app's extracted layout, made anew when the app was built since. */
    private static Path extracted(String module) {
        Path target = ProjectLayout.root().resolve(module).resolve("target");
        Path jar = target.resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new LocalStackException(jar + " is missing; build it with ./caravana or mvn package");
        }
        Path layout = target.resolve("app");
        Path start = layout.resolve(module + ".jar");
        Path stamp = layout.resolve("made-from");
        // Tests of several JVMs may come here at once.
        try (FileChannel channel = FileChannel.open(
                        target.resolve("app.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            String version = Files.getLastModifiedTime(jar) + " " + Files.size(jar);
            if (lock.isValid() && Files.exists(stamp) && Files.readString(stamp).equals(version)) {
                return start;
            }
            Path fresh = target.resolve("app.new");
            delete(fresh);
            extract(jar, fresh);
            Files.writeString(fresh.resolve("made-from"), version);
            delete(layout);
            Files.move(fresh, layout, StandardCopyOption.ATOMIC_MOVE);
            return start;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void extract(Path jar, Path destination) throws IOException {
        Process extraction = new ProcessBuilder(
                        ProjectLayout.java(),
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--destination",
                        destination.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!extraction.waitFor(60, TimeUnit.SECONDS) || extraction.exitValue() != 0) {
                extraction.destroyForcibly();
                throw new IOException("Could not extract " + jar);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Stopped while extracting " + jar, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Where it answers. */
    public URI uri() {
        return uri;
    }

    /** Its process id. */
    public long pid() {
        return child.handle().pid();
    }

    /** Its process. */
    public ProcessHandle handle() {
        return child.handle();
    }

    /** The last lines that it wrote. */
    public String tail() {
        return child.tail();
    }

    /**
     * Waits until its routes serve.
     *
     * @throws LocalStackException with the end of its log, when it ends instead or takes longer than that
     */
    public AppProcess awaitReady(Duration patience) {
        HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
        HttpRequest ask =
                HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build();
        child.awaitReady(
                () -> {
                    try {
                        return client.send(ask, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 200;
                    } catch (IOException notYet) {
                        return false;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return false;
                    }
                },
                patience);
        classes.make(child.handle());
        return this;
    }

    /** Kills it at once, as a crash would. */
    public void kill() {
        child.handle().destroyForcibly();
        child.handle().onExit().join();
    }

    /** Asks it to stop, and kills it when that takes longer than 20 s. */
    @Override
    public void close() {
        child.stop(STOP_LIMIT);
    }
}
