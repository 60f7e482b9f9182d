package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.Liveness;
import caravana.test.SampledClass;
import caravana.test.Waits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./caravana up}, killed and started again. */
@SampledClass(turn = 4)
class UpTest {

    @TempDir
    Path data;

    @Test
    void aKilledUpLeavesNothingBehindTheNextOne() throws Exception {
        UpCommand up = new UpCommand(data);
        Process killed = up.start();
        assertThat(health(up)).isEqualTo(200);
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
        assertThat(up.printed()).contains(password);
        assertAppsAreNotRoots(left);
        killed.destroyForcibly().waitFor();

        Process next = up.start("--traces");
        try {
            assertThat(health(up)).isEqualTo(200);
            ApiClient.signUp(up.web());
            assertThat(up.printed()).contains("traces  " + up.traces());
            await().atMost(Waits.LIMIT).until(() -> get(up.traces()).body().contains(">sign-up</a>"));
            assertThat(up.printed()).as("told once").doesNotContain(password);
            assertThat(left).noneMatch(Liveness::isRunning);
            assertThat(ProcessHandle.of(postgres).filter(Liveness::isRunning)).isEmpty();
        } finally {
            List<ProcessHandle> all = next.descendants().toList();
            UpCommand.stop(next);
            assertThat(all).noneMatch(Liveness::isRunning);
        }
    }

    /** Started as root, both run as a user of their own, and nobody else reads what they were given. */
    private static void assertAppsAreNotRoots(List<ProcessHandle> processes) throws Exception {
        if (!System.getProperty("user.name").equals("root")) {
            return;
        }
        for (String app : List.of("routes-web.jar", "routes-worker.jar")) {
            ProcessHandle process = processes.stream()
                    .filter(p -> p.info().commandLine().orElse("").contains(app))
                    .findFirst()
                    .orElseThrow();
            assertThat(process.info().user()).hasValue("caravana-local");
            Path proc = Path.of("/proc", String.valueOf(process.pid()));
            Process reader = new ProcessBuilder(
                            "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", proc + "/environ")
                    .start();
            assertThat(reader.getInputStream().readAllBytes()).isEmpty();
            assertThat(reader.waitFor()).isNotZero();
        }
    }

    private static int health(UpCommand up) throws Exception {
        return get(up.web().resolve("/api/health")).statusCode();
    }

    private static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }
}
