package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of tus as they are published, through a network that cuts their connections. {@code ./caravana test clients} installs
 * them into {@code target/clients}; without them, the test is skipped and says so.
 */
class TusClientsTest extends WebTest {

    private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();
    private static final Path INSTALLED =
            Path.of(System.getProperty("clients.folder", "target/clients")).toAbsolutePath();
    private static final int CUTS = 3;

    /** Less than the clients send in one request. */
    private static final int AFTER = 3_000_000;

    private static final int PIECE = 4 * 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    void tuspyGoesOnAfterCuts() throws Exception {
        Path python = INSTALLED.resolve("python/bin/python");
        assertUploads("tuspy", python, List.of(python.toString(), "upload.py"));
    }

    @Test
    void tusJsClientGoesOnAfterCuts() throws Exception {
        assertUploads("tus-js-client", INSTALLED.resolve("node_modules/tus-js-client"), List.of("node", "upload.mjs"));
    }

    private void assertUploads(String client, Path installed, List<String> command) throws Exception {
        if (!Files.exists(installed)) {
            System.out.println("SKIPPED: " + client + " is not installed; run ./caravana test clients");
        }
        assumeTrue(Files.exists(installed), client + " is not installed");
        byte[] file = bytes(2 * PIECE + 1_234_567);
        Path path = Files.write(folder.resolve("a.mp4"), file);
        Api user = user();
        String location;
        try (CuttingProxy network = new CuttingProxy(port, CUTS, AFTER)) {
            location = run(Stream.concat(
                            command.stream(),
                            Stream.of(
                                    "http://127.0.0.1:" + network.port() + "/api/uploads",
                                    user.token(),
                                    path.toString()))
                    .toList());
            assertThat(network.left()).as("connections that were not cut").isLessThanOrEqualTo(0);
        }
        String id = location.substring(location.lastIndexOf('/') + 1);
        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("original_bytes", (long) file.length);
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(file);
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket())).uploads()).isEmpty();
        System.out.printf("RESULT name=%s value=%d unit=bytes cuts=%d verdict=pass%n", client, file.length, CUTS);
    }

    /** Returns the upload's address, which the client printed. */
    private String run(List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.set(1, SCRIPTS.resolve(command.get(1)).toString());
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.environment().put("NODE_PATH", INSTALLED.resolve("node_modules").toString());
        Process process = builder.start();
        String text =
                new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(text).isZero();
        return text.substring(text.lastIndexOf('\n') + 1);
    }
}
