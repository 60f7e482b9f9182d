package caravana.local;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The four servers on free ports, for a test: they run behind a launcher of their own, and end with this program or at
 * {@link #close}.
 *
 * <p>It needs nothing but the JDK, so that a module under test keeps its own versions of everything.
 */
public final class LocalStack implements AutoCloseable {

    private static final int STOP_SECONDS = 30;

    private final Process launcher;
    private final Map<String, String> environment;
    private final Map<String, Long> pids;

    private LocalStack(Process launcher, Map<String, String> environment, Map<String, Long> pids) {
        this.launcher = launcher;
        this.environment = environment;
        this.pids = pids;
    }

    /**
     * Starts the servers on a data folder and waits until they answer.
     *
     * @throws LocalStackException when they do not start; the message says why
     */
    public static LocalStack start(Path data) {
        try {
            Files.createDirectories(data);
            File errors = data.resolve("launcher.log").toFile();
            Process launcher = new ProcessBuilder(
                            ProjectLayout.java(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            ProjectLayout.classPath(),
                            Main.class.getName(),
                            "servers",
                            "--data",
                            data.toString(),
                            "--free-ports")
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors))
                    .start();
            Map<String, String> environment = new LinkedHashMap<>();
            Map<String, Long> pids = new LinkedHashMap<>();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(launcher.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); !Main.READY.equals(line); line = lines.readLine()) {
                if (line == null) {
                    throw new LocalStackException(
                            "The local stack did not start:\n" + Files.readString(errors.toPath()));
                }
                String[] pair = line.split("=", 2);
                if (pair[0].startsWith(Main.PID)) {
                    pids.put(pair[0].substring(Main.PID.length()), Long.valueOf(pair[1]));
                } else {
                    environment.put(pair[0], pair[1]);
                }
            }
            return new LocalStack(launcher, environment, pids);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The variables that point an app at these servers. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The process of {@code postgres}, {@code redis}, {@code sqs} or {@code s3}. */
    public ProcessHandle server(String name) {
        return ProcessHandle.of(pids.get(name)).orElseThrow();
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
