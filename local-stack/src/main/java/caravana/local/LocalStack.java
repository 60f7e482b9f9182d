package caravana.local;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The four servers on free ports, for a test. A separate launcher runs them, and they end with this program or at
 * {@link #close}.
 *
 * <p>This class needs only the JDK, so that a tested module keeps its own versions of all libraries.
 */
public final class LocalStack implements AutoCloseable {

    private static final int STOP_SECONDS = 120;
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    private static final List<String> LAUNCHER_OPTIONS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** Of web, for all data folders that this program is the first to use: to make one takes a second of a processor. */
    private static final String SIGNING_KEY = Secrets.newKey();

    private final Process launcher;
    private final BufferedReader said;
    private final Map<String, String> environment;
    private final Map<String, ProcessHandle> servers;

    private LocalStack(
            Process launcher,
            BufferedReader said,
            Map<String, String> environment,
            Map<String, ProcessHandle> servers) {
        this.launcher = launcher;
        this.said = said;
        this.environment = environment;
        this.servers = servers;
    }

    /**
     * Starts the servers on a data folder and waits until they answer.
     *
     * @throws LocalStackException when they do not start; the message says why
     */
    public static LocalStack start(Path data) {
        try {
            Path folder = RunFolder.open(data);
            File errors = folder.resolve("launcher.log").toFile();
            if (!Files.exists(Secrets.signingKey(folder))) {
                RunFolder.writeSecret(Secrets.signingKey(folder), SIGNING_KEY);
            }
            ClassArchive classes = ClassArchive.of("launcher", ProjectLayout.jar(), LAUNCHER_OPTIONS);
            List<String> command = new ArrayList<>(List.of(ProjectLayout.java()));
            command.addAll(LAUNCHER_OPTIONS);
            command.addAll(classes.options());
            command.addAll(List.of(
                    "-cp",
                    ProjectLayout.classPath(),
                    Main.class.getName(),
                    "servers",
                    "--data",
                    folder.toString(),
                    "--free-ports"));
            Process launcher = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors))
                    .start();
            Map<String, String> environment = new LinkedHashMap<>();
            Map<String, ProcessHandle> servers = new LinkedHashMap<>();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(launcher.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); !Main.READY.equals(line); line = lines.readLine()) {
                if (line == null) {
                    throw new LocalStackException(
                            "The local stack did not start:\n" + Files.readString(errors.toPath()));
                }
                if (!noteServer(line, servers)) {
                    String[] pair = line.split("=", 2);
                    environment.put(pair[0], pair[1]);
                }
            }
            if (!classes.make(launcher.toHandle(), errors.toPath())) {
                return start(data);
            }
            return new LocalStack(launcher, lines, environment, servers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The variables that point an app at these servers. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The database, with the apps' role and its password, as JDBC names it. */
    public String jdbcUrl() {
        URI url = URI.create(environment.get("DATABASE_URL"));
        String[] login = url.getUserInfo().split(":", 2);
        return "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath() + "?user=" + login[0]
                + "&password=" + login[1];
    }

    /** The process of {@code postgres}, {@code redis}, {@code sqs} or {@code s3}. */
    public ProcessHandle server(String name) {
        return servers.get(name);
    }

    /**
     * Kills a server with all its processes, as a crash would. Its data and its port stay what they are.
     *
     * @param name {@code postgres}, {@code redis}, {@code sqs} or {@code s3}
     */
    public void kill(String name) {
        ProcessHandle server = server(name);
        List<ProcessHandle> tree = new ArrayList<>(server.descendants().toList());
        // PostgreSQL's children end when they notice; nothing shall be left of it when this returns.
        server.destroyForcibly();
        tree.forEach(ProcessHandle::destroyForcibly);
        tree.add(server);
        for (ProcessHandle process : tree) {
            if (!Liveness.awaitEnd(process, END_LIMIT)) {
                throw new LocalStackException("Process " + process.pid() + " of " + name + " does not end");
            }
        }
    }

    /** Stops a server's clock: its connections stay, and nobody answers on them, until {@link #thaw}. */
    public void freeze(String name) {
        // The parent first, so that it makes no further children.
        Liveness.signal("STOP", List.of(server(name)));
        Liveness.signal("STOP", server(name).descendants().toList());
    }

    /** Lets a frozen server continue. */
    public void thaw(String name) {
        Liveness.signal("CONT", server(name).descendants().toList());
        Liveness.signal("CONT", List.of(server(name)));
    }

    /**
     * Starts a server again, on the same data and the same port, and waits until it answers.
     *
     * @throws LocalStackException when it does not
     */
    public void restart(String name) {
        try {
            launcher.getOutputStream().write((Main.RESTART + name + "\n").getBytes(StandardCharsets.UTF_8));
            launcher.getOutputStream().flush();
            for (String line = said.readLine(); !Main.READY.equals(line); line = said.readLine()) {
                if (line == null || line.startsWith(Main.FAILED)) {
                    throw new LocalStackException(line == null ? "The launcher has ended" : line);
                }
                noteServer(line, servers);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean noteServer(String line, Map<String, ProcessHandle> servers) {
        if (!line.startsWith(Main.PID)) {
            return false;
        }
        String[] pair = line.substring(Main.PID.length()).split("=", 2);
        servers.put(pair[0], ProcessHandle.of(Long.parseLong(pair[1])).orElseThrow());
        return true;
    }

    /** The launcher's process. */
    public ProcessHandle launcher() {
        return launcher.toHandle();
    }

    /** Stops the servers; their data stays. */
    @Override
    public void close() {
        try {
            launcher.getOutputStream().close();
            if (!launcher.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                launcher.destroyForcibly();
                throw new LocalStackException("The local stack did not stop within " + STOP_SECONDS + " s");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
