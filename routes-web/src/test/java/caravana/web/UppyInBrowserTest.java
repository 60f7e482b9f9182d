package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Uppy 6 as it is published, in a Chromium without a window: a page of another origin uploads by tus and directly to S3.
 * {@code ./caravana test clients} installs Uppy; without it, Node.js or Chromium, the test is skipped and says so.
 */
@Tag("own-settings")
@EnabledIf(value = "installed", disabledReason = "Uppy or Chromium is not installed")
class UppyInBrowserTest extends WebTest {

    private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();
    private static final Path INSTALLED = Path.of(System.getProperty("clients.folder", "target/clients"), "uppy6")
            .toAbsolutePath();
    private static final Path ESBUILD = INSTALLED.resolve("node_modules/.bin/esbuild");
    private static final int CUTS = 3;

    /** Less than the page sends in one request. */
    private static final int AFTER = 3_000_000;

    private static final int PIECE = 4 * 1024 * 1024;

    /** In minutes; the browser starts and sends some megabytes. */
    private static final int PATIENCE = 3;

    private static final HttpServer PAGES = pages();

    private static final BlockingQueue<String> OUTCOMES = new LinkedBlockingQueue<>();

    private static volatile byte[] script;
    private static volatile byte[] file;

    private static final CuttingProxy TO_S3 =
            CuttingProxy.of(URI.create(WebFixture.STACK.environment().get("AWS_ENDPOINT_URL_S3")), AFTER);

    @TempDir
    Path folder;

    @Autowired
    private ProducerTemplate routes;

    @DynamicPropertySource
    static void allowPages(DynamicPropertyRegistry registry) {
        registry.add("CARAVANA_CORS_ORIGINS", UppyInBrowserTest::origin);
        registry.add("caravana.aws.s3-endpoint", TO_S3::address);
    }

    private static String origin() {
        return "http://127.0.0.1:" + PAGES.getAddress().getPort();
    }

    private static HttpServer pages() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/", exchange -> answer(exchange, "text/html", "<script src=\"/page.js\"></script>".getBytes()));
            server.createContext("/page.js", exchange -> answer(exchange, "text/javascript", script));
            server.createContext("/file", exchange -> answer(exchange, "video/mp4", file));
            server.createContext("/done", exchange -> {
                OUTCOMES.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                answer(exchange, "text/plain", new byte[] {'.'});
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    @AfterAll
    static void stop() throws IOException {
        PAGES.stop(0);
        TO_S3.close();
    }

    /** Asked before web is started. */
    static boolean installed() {
        boolean installed = Files.exists(ESBUILD) && chromium() != null;
        if (!installed) {
            System.out.println("SKIPPED: Uppy or Chromium is not installed; run ./caravana test clients");
        }
        return installed;
    }

    @BeforeEach
    void bundle() throws Exception {
        OUTCOMES.clear();
        Path bundle = folder.resolve("page.js");
        ProcessBuilder build = new ProcessBuilder(
                        ESBUILD.toString(),
                        SCRIPTS.resolve("uppy-page.mjs").toString(),
                        "--bundle",
                        "--outfile=" + bundle)
                .redirectErrorStream(true);
        build.environment().put("NODE_PATH", INSTALLED.resolve("node_modules").toString());
        Process process = build.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        script = Files.readAllBytes(bundle);
    }

    @AfterEach
    void nothingIsOpen() {
        assertBucketIsAsTheRowsSay();
    }

    private static String chromium() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(":"))
                        .map(Path::of)
                        .map(f -> f.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse(null);
    }

    @Test
    void byTusItGoesOnAfterCuts() throws Exception {
        file = bytes(2 * PIECE + 1_234_567);
        String location;
        try (CuttingProxy network = new CuttingProxy(port, CUTS, AFTER)) {
            location = upload("tus", network.port());
            assertThat(network.left()).as("connections that were not cut").isLessThanOrEqualTo(0);
        }
        assertStored(location);
    }

    @Test
    void byPartsItSendsTheFileToS3AfterCuts() throws Exception {
        file = bytes(2 * DirectClient.PART + 1_234_567);
        TO_S3.cut(CUTS);

        String location = upload("parts", port);

        assertThat(TO_S3.left()).as("connections that were not cut").isLessThanOrEqualTo(0);
        assertThat(location).startsWith("/api/videos/");
        assertStored(location);
    }

    /** No call reports to web that it has arrived. */
    @Test
    void byOnePutItSendsTheFileToS3() throws Exception {
        file = bytes(1_234_567);

        String location = upload("put", port).replace(".mp4", "");

        // Web's own sweep may have looked before the file was there.
        jdbc.update("UPDATE uploads SET checked_at = NULL");
        routes.requestBody("direct:find-puts", (Object) null);
        assertStored(location);
    }

    /** Returns the address that Uppy has of what it uploaded. */
    private String upload(String way, int to) throws Exception {
        String page = origin() + "/?way=" + way + "&web="
                + URLEncoder.encode("http://127.0.0.1:" + to, StandardCharsets.UTF_8) + "&token="
                + user().token();
        Process browser = new ProcessBuilder(List.of(
                        chromium(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-dev-shm-usage",
                        "--user-data-dir=" + folder.resolve("profile"),
                        page))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("browser.log").toFile())
                .start();
        try {
            String text = OUTCOMES.poll(PATIENCE, TimeUnit.MINUTES);
            assertThat(text).as(Files.readString(folder.resolve("browser.log"))).isNotNull();
            JsonNode outcome = Api.JSON.readTree(text);
            assertThat(outcome.path("failed")).as(text).isEmpty();
            assertThat(outcome.path("successful")).as(text).hasSize(1);
            System.out.printf(
                    "RESULT name=uppy-in-chromium value=%d unit=bytes version=%s way=%s verdict=pass%n",
                    file.length, outcome.path("version").asText(), way);
            return outcome.path("successful").path(0).asText();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
            browser.waitFor();
        }
    }

    private void assertStored(String location) {
        assertStored(location.substring(location.lastIndexOf('/') + 1), file);
    }
}
