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
import java.util.function.Consumer;
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
    /**
     * The heap grows by what is lived on, and not to its limit by garbage of the start: a JVM with two cores and many
     * gigabytes would take all of it at once.
     */
    private static final List<String> SMALL_HEAP =
            List.of("-Xms48m", "-Xmn20m", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=30");

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final ChildProcess child;
    private final List<String> options;
    private final URI uri;
    private final URI health;
    private final Consumer<ProcessHandle> whenReady;

    private AppProcess(
            ChildProcess child, List<String> options, URI uri, URI health, Consumer<ProcessHandle> whenReady) {
        this.child = child;
        this.options = options;
        this.uri = uri;
        this.health = health;
        this.whenReady = whenReady;
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
        Path jar = extracted(module);
        ClassArchive classes = ClassArchive.of(jar.resolveSibling("classes.jsa"), jar);
        List<String> options = jvmOptions();
        options.addAll(classes.options());
        return start(module, options, jar, environment, log, classes::make);
    }

    /** The same from the fat jar as it was built, and without options but the heap's: what a start is compared with. */
    public static AppProcess startFatJar(String module, Map<String, String> environment, Path log) {
        return start(module, List.of("-Xmx" + HEAP_MEGABYTES + "m"), built(module), environment, log, whenReady -> {});
    }

    private static AppProcess start(
            String module,
            List<String> options,
            Path jar,
            Map<String, String> environment,
            Path log,
            Consumer<ProcessHandle> whenReady) {
        Map<String, String> settings = new HashMap<>(environment);
        boolean web = module.equals(WEB);
        int port = port(settings, web ? Ports.WEB : Ports.WORKER_MANAGEMENT);
        if (web) {
            port(settings, Ports.WEB_MANAGEMENT);
        }
        List<String> command = new ArrayList<>();
        command.add(ProjectLayout.java());
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        URI uri = URI.create("http://127.0.0.1:" + port);
        URI health = uri.resolve(web ? "/api/health" : "/actuator/health/readiness");
        return new AppProcess(ChildProcess.start(module, command, settings, log), options, uri, health, whenReady);
    }

    /** The options of our apps' JVMs, for a program that is compared with them. */
    public static List<String> jvmOptions() {
        List<String> options = new ArrayList<>(ProjectLayout.smallJvm(HEAP_MEGABYTES));
        options.addAll(SMALL_HEAP);
        return options;
    }

    private static int port(Map<String, String> settings, Ports port) {
        return Integer.parseInt(settings.computeIfAbsent(port.setting(), unset -> String.valueOf(FreePort.next())));
    }

    private static Path built(String module) {
        Path jar = ProjectLayout.root().resolve(module).resolve("target").resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new LocalStackException(jar + " is missing; build it with ./caravana or mvn package");
        }
        return jar;
    }

    /** The jar of the app's extracted layout, made anew when the app was built since. */
    private static Path extracted(String module) {
        Path jar = built(module);
        Path target = jar.getParent();
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

    /** The JVM options that it was started with. */
    public List<String> options() {
        return options;
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
     * Waits until its routes serve. The first start after a build then leaves the archive of classes for the next.
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
        whenReady.accept(child.handle());
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
