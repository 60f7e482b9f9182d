package caravana.system.faults;

import caravana.local.AppProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A worker that is killed, frozen and started again, always on the same work folder. */
public final class FaultyWorker implements AutoCloseable {

    private final Path workFolder;
    private final Path log;
    private final Map<String, String> environment;
    private Path build = AppProcess.thisBuild();
    private Map<String, String> more = Map.of();
    private AppProcess app;

    FaultyWorker(Path base, Map<String, String> environment, int slots) {
        workFolder = base.resolve("work");
        log = base.resolveSibling(base.getFileName() + ".log");
        this.environment = new HashMap<>(environment);
        this.environment.put("CARAVANA_WORK_DIR", workFolder.toString());
        this.environment.put("CARAVANA_WORKER_SLOTS", String.valueOf(slots));
    }

    /**
     * From its next start on, it is another build's.
     *
     * @param root the root folder of a project that is built
     * @param settings that it gets from then on beside those of all workers
     */
    public void use(Path root, Map<String, String> settings) {
        build = root;
        more = Map.copyOf(settings);
    }

    /** Starts it, or starts it again; see {@link #awaitReady}. */
    public void start() {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        app = AppProcess.start(build, AppProcess.WORKER, all, log);
    }

    /** Waits until it takes jobs. */
    public void awaitReady() {
        app.awaitReady();
    }

    /** Its process of now. */
    public AppProcess app() {
        return app;
    }

    boolean isAlive() {
        return app.handle().isAlive();
    }

    /** The claims whose jobs it runs now, by their folders. */
    Set<String> claims() {
        if (!Files.isDirectory(workFolder)) {
            return Set.of();
        }
        try (Stream<Path> folders = Files.list(workFolder)) {
            // The dot keeps what belongs to no claim apart.
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether one of its jobs has its result on disk: it will be stored and committed any moment. */
    boolean isAboutToCommit() {
        return claims().stream()
                .anyMatch(claim -> Files.exists(workFolder.resolve(claim).resolve("video.mp4")));
    }

    /** The tools that its jobs run, with all their children. */
    List<ProcessHandle> tools() {
        return app.handle().descendants().toList();
    }

    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    /** Asks it to stop, as systemd does, and does not wait. */
    public void terminate() {
        app.handle().destroy();
    }

    void kill() {
        app.kill();
    }

    private void signal(String name) {
        try {
            // The shell's own kill: a minimal Debian has no other.
            Process shell = new ProcessBuilder("sh", "-c", "kill -" + name + " " + app.pid())
                    .inheritIO()
                    .start();
            if (shell.waitFor() != 0) {
                throw new IllegalStateException("Could not send " + name + " to worker " + app.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Path workFolder() {
        return workFolder;
    }

    @Override
    public void close() {
        app.close();
    }
}
