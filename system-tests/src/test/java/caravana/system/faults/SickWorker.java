package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.FreePort;
import caravana.test.Waits;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A worker whose tools and whose JDK are its own, so that they can be broken while another worker continues; where we may, it
 * runs as a user of its own, whom the kernel holds to a limit of processes, as it does not hold root.
 */
final class SickWorker implements AutoCloseable {

    private static final Duration START = Waits.LIMIT;
    private static final Path JAR = Path.of("../routes-worker/target/routes-worker.jar");

    /** Nobody's; none of its processes run on this machine. */
    private static final List<String> AS_USER = List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups");

    /** What a worker and the programs between it and its tools run, of this machine's. */
    private static final List<String> PROGRAMS =
            List.of("setpriv", "choom", "nice", "prlimit", "sh", "env", "sleep", "tail", "tr", "sed", "cp", "echo");

    private final Path base;
    private final PrivateJdk jdk;
    private final Path tools;
    private final Map<String, String> environment;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;
    private URI management;

    /**
     * @param stub whose ffmpeg it has
     * @param environment its settings, but for its folders and ports
     */
    SickWorker(Path base, FfmpegStub stub, Map<String, String> environment) throws IOException, InterruptedException {
        this.base = Files.createDirectories(base);
        jdk = PrivateJdk.in(base.resolve("jdk"));
        tools = Files.createDirectories(base.resolve("tools"));
        for (String program : PROGRAMS) {
            Files.copy(Path.of("/usr/bin", program), tools.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.copy(stub.folder().resolve("ffmpeg"), tools.resolve("ffmpeg"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(found("ffprobe"), tools.resolve("ffprobe"), StandardCopyOption.COPY_ATTRIBUTES);
        this.environment = new HashMap<>(environment);
        this.environment.put("PATH", tools.toString());
        this.environment.put("CARAVANA_WORK_DIR", folderForAll("work").toString());
        this.environment.put("STATE_DIRECTORY", folderForAll("state").toString());
    }

    /** Where this machine has a program. */
    static Path found(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(entry -> Path.of(entry, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private Path folderForAll(String name) throws IOException {
        Path folder = Files.createDirectories(base.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        return folder;
    }

    /** From its next start on it ends when its tools could not be run for so long. */
    void endAfter(Duration outage) {
        environment.put("CARAVANA_WORKER_TOOL_OUTAGE_LIMIT", outage.toSeconds() + "s");
    }

    /** Waits until it takes jobs. */
    void awaitReady() {
        await().atMost(START).pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(process.isAlive()).as(log()).isTrue();
            return get("/actuator/health/readiness").statusCode() == 200;
        });
    }

    /** Starts it, and waits until it has ended; answers its exit status. */
    int startInVain() throws IOException, InterruptedException {
        launch();
        return exitStatus();
    }

    /** Waits until it has ended. */
    int exitStatus() throws InterruptedException {
        assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Starts it, with Java's default way of starting processes; see {@link #awaitReady}. */
    void launch() throws IOException {
        int port = FreePort.next();
        management = URI.create("http://127.0.0.1:" + port);
        List<String> line = asItsUser();
        line.addAll(List.of(
                jdk.java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djdk.lang.Process.launchMechanism=POSIX_SPAWN",
                "-Djava.io.tmpdir=" + folderForAll("tmp"),
                "-jar",
                JAR.toRealPath().toString()));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("CARAVANA_WORKER_MANAGEMENT_PORT", String.valueOf(port));
        process = builder.start();
    }

    private List<String> asItsUser() {
        return new ArrayList<>(isOfItsOwnUser() ? AS_USER : List.of());
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Whether its user can read what it runs; a project below a closed home can be read by root alone. */
    private boolean isOfItsOwnUser() {
        if (!isRoot()) {
            return false;
        }
        try {
            List<String> line = new ArrayList<>(AS_USER);
            line.addAll(List.of("test", "-r", JAR.toRealPath().toString(), "-a", "-x", tools.toString()));
            return new ProcessBuilder(line).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the kernel holds it to a limit of processes. */
    boolean canBeLimited() {
        return !isRoot() || isOfItsOwnUser();
    }

    /** Lets it have no further process and no further thread, or as many as its user may have. */
    void limitProcesses(boolean limited) throws IOException, InterruptedException {
        // By its own user, as the kernel asks it; and the soft limit alone, since the hard one, once lowered, stays
        // low.
        List<String> line = asItsUser();
        line.addAll(List.of(
                "prlimit", "--pid", String.valueOf(process.pid()), "--nproc=" + (limited ? "1" : hardLimit()) + ":"));
        assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
    }

    private String hardLimit() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/limits")).stream()
                .filter(line -> line.startsWith("Max processes"))
                .map(line -> line.split("\\s+")[3])
                .findFirst()
                .orElseThrow();
    }

    long pid() {
        return process.pid();
    }

    PrivateJdk jdk() {
        return jdk;
    }

    /** Where its ffmpeg or ffprobe is. */
    Path tool(String name) {
        return tools.resolve(name);
    }

    /** Where systemd would let it leave notes. */
    Path stateFolder() {
        return base.resolve("state");
    }

    /** What its metrics say, summed up over all labels but these; 0 when there is none. */
    double metric(String name, String... labels) throws IOException, InterruptedException {
        return get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> get(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(management.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return await().ignoreExceptionsInstanceOf(IOException.class)
                .atMost(START)
                .until(() -> http.send(request, HttpResponse.BodyHandlers.ofString()), answer -> true);
    }

    String log() throws IOException {
        return Files.readString(logFile().toPath());
    }

    private File logFile() {
        return base.resolve("worker.log").toFile();
    }

    /** Ends it at once; it can be started again. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            kill();
        }
        jdk.delete();
    }
}
