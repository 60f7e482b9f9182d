package caravana.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One of our apps as a separate process, started from its extracted layout: the same jar that is deployed, with local
 * settings.
 */
public final class AppProcess implements AutoCloseable {

    /** The REST API's module. */
    public static final String WEB = "routes-web";

    /** The worker's module. */
    public static final String WORKER = "routes-worker";

    /** The variable that names the folder of a worker's running jobs. */
    static final String WORK_DIR = "CARAVANA_WORK_DIR";

    private static final int HEAP_MEGABYTES = 256;

    /** As on an instance: all that clients can make web keep at once fits into it, see ADR 14. */
    private static final int WEB_HEAP_MEGABYTES = 640;

    /**
     * The heap grows by what is lived on, and not to its limit by garbage of the start: a JVM with two cores and many
     * gigabytes would take all of it at once. What a started app lives on has room from the beginning: to find it by full
     * collections takes a tenth of the start. Without memory an app ends rather than serving half of its calls.
     */
    private static final List<String> SMALL_HEAP = List.of(
            "-Xms80m", "-Xmn20m", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=30", "-XX:+ExitOnOutOfMemoryError");

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    /** One question whether it is ready; asked again until it is. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);

    private final Supplier<ChildProcess> program;
    private final List<String> options;
    private final URI uri;
    private final URI health;
    private final Predicate<ProcessHandle> whenReady;
    private volatile ChildProcess child;

    private AppProcess(
            Supplier<ChildProcess> program,
            List<String> options,
            URI uri,
            URI health,
            Predicate<ProcessHandle> whenReady) {
        this.program = program;
        this.options = options;
        this.uri = uri;
        this.health = health;
        this.whenReady = whenReady;
        this.child = program.get();
    }

    /**
     * Starts the app, on free ports unless the environment names some. It returns at once; see {@link #awaitReady}.
     *
     * @param module {@link #WEB} or {@link #WORKER}
     * @param environment the app's settings, as {@link LocalStack#environment()} gives them
     * @param log file to which its output is appended
     * @throws LocalStackException when the app is not built, or its {@code CARAVANA_WORK_DIR} cannot be used
     */
    public static AppProcess start(String module, Map<String, String> environment, Path log) {
        return start(thisBuild(), module, environment, log);
    }

    /**
     * The same for another build's app.
     *
     * @param build the root folder of a project that is built
     */
    public static AppProcess start(Path build, String module, Map<String, String> environment, Path log) {
        Path jar = extracted(build, module);
        List<String> options = jvmOptions(module);
        ClassArchive classes = ClassArchive.of(module, jar, options);
        options.addAll(classes.options());
        classes.announce();
        return start(module, options, jar, environment, log, jvm -> classes.make(jvm, log));
    }

    /** The same from the fat jar as it was built, and without options but the heap's: what a start is compared with. */
    public static AppProcess startFatJar(String module, Map<String, String> environment, Path log) {
        return start(
                module,
                List.of("-Xmx" + heapMegabytes(module) + "m"),
                built(thisBuild(), module),
                environment,
                log,
                jvm -> true);
    }

    /** The same with the JVM options of an instance: with the second compiler and a heap for hours of work. */
    public static AppProcess startAsDeployed(String module, Map<String, String> environment, Path log) {
        return start(module, deployedOptions(module), extracted(thisBuild(), module), environment, log, jvm -> true);
    }

    /** All but the archive of classes, which is made with the image. */
    private static List<String> deployedOptions(String module) {
        Path file = thisBuild().resolve("infra/packer/jvm-" + module.substring(module.indexOf('-') + 1) + ".options");
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("-"))
                    .filter(line -> !line.startsWith("-Xshare") && !line.startsWith("-XX:SharedArchiveFile"))
                    .toList();
        } catch (IOException e) {
            throw new LocalStackException(file + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Starts a program.
     *
     * @param whenReady takes the JVM that serves, and returns whether it does so still; otherwise another one is started
     */
    static AppProcess start(
            String module,
            List<String> options,
            Path jar,
            Map<String, String> environment,
            Path log,
            Predicate<ProcessHandle> whenReady) {
        Map<String, String> settings = new HashMap<>(environment);
        boolean web = module.equals(WEB);
        int port = port(settings, web ? Ports.WEB : Ports.WORKER_MANAGEMENT);
        if (web) {
            port(settings, Ports.WEB_MANAGEMENT);
            // Where links in mails lead.
            settings.putIfAbsent("CARAVANA_PUBLIC_URL", "http://127.0.0.1:" + port);
        }
        settings.computeIfPresent(
                WORK_DIR, (name, folder) -> RunFolder.work(Path.of(folder)).toString());
        List<String> command = new ArrayList<>();
        command.add(ProjectLayout.java());
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        URI uri = URI.create("http://127.0.0.1:" + port);
        URI health = uri.resolve(web ? "/api/health" : "/actuator/health/readiness");
        return new AppProcess(
                () -> ChildProcess.start(module, command, settings, log), options, uri, health, whenReady);
    }

    /** The options of an app's JVM, for a program that is compared with it. */
    public static List<String> jvmOptions(String module) {
        List<String> options = new ArrayList<>(ProjectLayout.smallJvm(heapMegabytes(module)));
        options.addAll(SMALL_HEAP);
        return options;
    }

    private static int heapMegabytes(String module) {
        return module.equals(WEB) ? WEB_HEAP_MEGABYTES : HEAP_MEGABYTES;
    }

    private static int port(Map<String, String> settings, Ports port) {
        return Integer.parseInt(settings.computeIfAbsent(port.setting(), unset -> String.valueOf(FreePort.next())));
    }

    /** The root folder of the project that this class was built in. */
    public static Path thisBuild() {
        return ProjectLayout.root();
    }

    private static Path built(Path build, String module) {
        Path jar = build.resolve(module).resolve("target").resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new LocalStackException(jar + " is missing; build it with ./caravana or mvn package");
        }
        return jar;
    }

    /** The jar of the app's extracted layout, made again when the app was built since. */
    private static Path extracted(Path build, String module) {
        Path jar = built(build, module);
        return Programs.make(
                        Programs.place(jar.getParent()).resolve("app"),
                        Programs.version(jar),
                        layout -> Command.run(
                                "extract " + jar,
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Djarmode=tools",
                                        "-jar",
                                        jar.toString(),
                                        "extract",
                                        "--force",
                                        "--destination",
                                        layout.toString())))
                .resolve(module + ".jar");
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
     * @throws LocalStackException with the end of its log, when it ends instead or {@code CARAVANA_START_LIMIT} is over
     */
    public AppProcess awaitReady() {
        awaitServing();
        if (!whenReady.test(child.handle())) {
            child = program.get();
            awaitServing();
        }
        return this;
    }

    private void awaitServing() {
        HttpClient client = HttpClient.newBuilder().connectTimeout(CALL_LIMIT).build();
        HttpRequest ask = HttpRequest.newBuilder(health).timeout(CALL_LIMIT).build();
        child.awaitReady(() -> {
            try {
                return client.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
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
