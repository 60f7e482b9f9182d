package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.Liveness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./caravana up} as a person runs it. */
class UpTest {

    private static final Duration START = Duration.ofSeconds(120);
    private static final List<String> PORTS = List.of(
            "CARAVANA_WEB_PORT",
            "CARAVANA_WEB_MANAGEMENT_PORT",
            "CARAVANA_WORKER_MANAGEMENT_PORT",
            "CARAVANA_POSTGRES_PORT",
            "CARAVANA_REDIS_PORT",
            "CARAVANA_SQS_PORT",
            "CARAVANA_S3_PORT");

    @TempDir
    Path data;

    private final Map<String, String> settings = new HashMap<>();

    @Test
    void aKilledUpLeavesNothingBehindTheNextOne() throws Exception {
        for (String port : PORTS) {
            settings.put(port, String.valueOf(freePort()));
        }
        Process killed = up();
        List<ProcessHandle> left = killed.descendants().toList();
        // postgres detaches itself from the launcher; its process id is in its own file.
        long postgres = Long.parseLong(Files.readAllLines(data.resolve("postgres/postmaster.pid"))
                .get(0)
                .strip());
        assertThat(left).hasSizeGreaterThanOrEqualTo(5);
        Path operator = data.resolve("operator.json");
        String password = Files.readString(operator).replaceAll("(?s).*\"password\":\"([^\"]+)\".*", "$1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(operator)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(data.resolve("up.log"))).contains(password);
        killed.destroyForcibly().waitFor();

        Process next = up();
        try {
            assertThat(Files.readString(data.resolve("up.log"))).as("told once").doesNotContain(password);
            assertThat(left).noneMatch(Liveness::isRunning);
            assertThat(ProcessHandle.of(postgres).filter(Liveness::isRunning)).isEmpty();
        } finally {
            List<ProcessHandle> all = next.descendants().toList();
            next.destroy();
            assertThat(next.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(next.exitValue()).isIn(0, 143);
            assertThat(all).noneMatch(Liveness::isRunning);
        }
    }

    /** Starts it and waits until web and worker serve. */
    private Process up() throws IOException {
        Path target = Path.of("..", "local-stack", "target").toRealPath();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        target.resolve("local-stack.jar") + ":" + target.resolve("lib") + "/*",
                        "caravana.local.Main",
                        "up")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("up.log").toFile());
        builder.environment().putAll(settings);
        builder.environment().put("CARAVANA_DATA", data.toString());
        Process process = builder.start();
        await().atMost(START).until(() -> {
            assertThat(process.isAlive())
                    .as(Files.readString(data.resolve("up.log")))
                    .isTrue();
            return Files.readString(data.resolve("up.log")).contains("Caravana is up");
        });
        assertThat(health()).isEqualTo(200);
        return process;
    }

    private int health() {
        try {
            URI uri = URI.create("http://127.0.0.1:" + settings.get("CARAVANA_WEB_PORT") + "/api/health");
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
