package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.FreePort;
import caravana.test.Waits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code ./caravana up} as a person runs it, on ports of its own. */
public final class UpCommand {

    private static final Duration START = Waits.LIMIT;
    private static final List<String> PORTS = List.of(
            "CARAVANA_WEB_PORT",
            "CARAVANA_WEB_MANAGEMENT_PORT",
            "CARAVANA_WORKER_MANAGEMENT_PORT",
            "CARAVANA_POSTGRES_PORT",
            "CARAVANA_REDIS_PORT",
            "CARAVANA_SQS_PORT",
            "CARAVANA_S3_PORT",
            "CARAVANA_TRACES_PORT");

    private final Path data;
    private final Map<String, String> settings = new HashMap<>();

    /** @param data the folder of its data, and of what it prints */
    public UpCommand(Path data) throws IOException {
        this.data = data;
        settings.put("CARAVANA_DATA", data.toString());
        for (String port : PORTS) {
            settings.put(port, String.valueOf(FreePort.next()));
        }
    }

    /** One setting more. */
    public UpCommand with(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /** Starts it and waits until web and worker serve. */
    public Process start(String... options) throws IOException {
        Path target = Path.of("..", "local-stack", "target").toRealPath();
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // As ./caravana starts it.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                target.resolve("local-stack.jar") + ":" + target.resolve("lib") + "/*",
                "caravana.local.Main",
                "up"));
        line.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("up.log").toFile());
        builder.environment().putAll(settings);
        Process process = builder.start();
        await().atMost(START).until(() -> {
            assertThat(process.isAlive()).as(printed()).isTrue();
            return printed().contains("Caravana is up");
        });
        return process;
    }

    /** What it has printed since its last start. */
    public String printed() throws IOException {
        return Files.readString(data.resolve("up.log"));
    }

    /** Where web answers. */
    public URI web() {
        return URI.create("http://127.0.0.1:" + settings.get("CARAVANA_WEB_PORT"));
    }

    /** Where the page of traces is, with {@code --traces}. */
    public URI traces() {
        return URI.create("http://127.0.0.1:" + settings.get("CARAVANA_TRACES_PORT") + "/");
    }

    /** Ends it as Ctrl-C does. */
    public static void stop(Process up) throws InterruptedException {
        up.destroy();
        assertThat(up.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isIn(0, 143);
    }
}
