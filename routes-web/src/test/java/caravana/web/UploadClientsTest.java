package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.ForeignClients;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Clients as they are published, of tus and Uppy's for S3, through a network that cuts their connections. {@code ./caravana test clients}
 * installs them into {@code target/clients}; without them, the test is skipped and says so.
 */
@Tag("own-settings")
class UploadClientsTest extends WebTest {

    private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();
    private static final int CUTS = 3;

    /** Less than the clients send in one request. */
    private static final int AFTER = 3_000_000;

    private static final int PIECE = 4 * 1024 * 1024;

    private static final CuttingProxy TO_S3 =
            CuttingProxy.of(URI.create(WebFixture.STACK.environment().get("AWS_ENDPOINT_URL_S3")), AFTER);

    @TempDir
    Path folder;

    @Autowired
    private ProducerTemplate routes;

    @DynamicPropertySource
    static void goThroughThisNetwork(DynamicPropertyRegistry registry) {
        registry.add("caravana.aws.s3-endpoint", TO_S3::address);
    }

    @AfterAll
    static void stop() throws IOException {
        TO_S3.close();
    }

    @Test
    void tuspyGoesOnAfterCuts() throws Exception {
        String python = ForeignClients.python();
        assertUploads("tuspy", Path.of(python), List.of(python, "upload.py"));
    }

    /** By tus, and by the drafts of the IETF that it knows. */
    @ParameterizedTest
    @ValueSource(strings = {"tus-v1", "ietf-draft-03", "ietf-draft-05"})
    void tusJsClientGoesOnAfterCuts(String protocol) throws Exception {
        assertUploads(
                "tus-js-client",
                ForeignClients.installed("node_modules/tus-js-client"),
                List.of("node", "upload.mjs"),
                protocol);
    }

    /** It sends the file to S3 itself, in parts. */
    @Test
    void uppySendsPartsToS3AfterCuts() throws Exception {
        byte[] file = bytes(2 * DirectClient.PART + 1_234_567);
        TO_S3.cut(CUTS);

        String location = uppy("parts", file, CUTS);

        assertThat(location).startsWith("/api/videos/");
        assertStored(location.substring(location.lastIndexOf('/') + 1), file);
    }

    /** It sends a small file to S3 by one PUT, and no call reaches web. */
    @Test
    void uppySendsAWholeFileToS3() throws Exception {
        byte[] file = bytes(1_234_567);

        String location = uppy("put", file, 0);

        String id = location.replaceAll(".*/|[.]mp4$", "");
        // Web's own sweep may have looked before the file was there.
        jdbc.update("UPDATE uploads SET checked_at = NULL");
        routes.requestBody("direct:find-puts", (Object) null);
        assertStored(id, file);
    }

    private String uppy(String way, byte[] file, int cuts) throws Exception {
        ForeignClients.require("uploads by @uppy/aws-s3", ForeignClients.installed("node_modules/@uppy/aws-s3"));
        Path path = Files.write(folder.resolve("a.mp4"), file);
        String location = run(List.of(
                "node",
                "upload-s3.mjs",
                "http://127.0.0.1:" + port + "/api/uploads",
                user().token(),
                path.toString(),
                way));
        assertThat(TO_S3.left()).as("connections that were not cut").isLessThanOrEqualTo(0);
        System.out.printf(
                "RESULT name=uppy-aws-s3 value=%d unit=bytes cuts=%d way=%s verdict=pass%n", file.length, cuts, way);
        return location;
    }

    private void assertUploads(String client, Path installed, List<String> command, String... options)
            throws Exception {
        ForeignClients.require("uploads by " + client, installed);
        byte[] file = bytes(2 * PIECE + 1_234_567);
        Path path = Files.write(folder.resolve("a.mp4"), file);
        Api user = user();
        String location;
        try (CuttingProxy network = new CuttingProxy(port, CUTS, AFTER)) {
            location = run(Stream.of(
                            command.stream(),
                            Stream.of(
                                    "http://127.0.0.1:" + network.port() + "/api/uploads",
                                    user.token(),
                                    path.toString()),
                            Stream.of(options))
                    .flatMap(words -> words)
                    .toList());
            assertThat(network.left()).as("connections that were not cut").isLessThanOrEqualTo(0);
        }
        String id = location.substring(location.lastIndexOf('/') + 1);
        assertStored(id, file);
        System.out.printf(
                "RESULT name=%s value=%d unit=bytes cuts=%d options=%s verdict=pass%n",
                client, file.length, CUTS, String.join(",", options));
    }

    /** Returns the upload's address, which the client printed. */
    private String run(List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.set(1, SCRIPTS.resolve(command.get(1)).toString());
        String text = ForeignClients.run(folder, Map.of(), whole);
        return text.substring(text.lastIndexOf('\n') + 1);
    }
}
