package caravana.system.browser;

import static caravana.system.browser.Page.JOB;
import static caravana.system.browser.Page.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.system.Clients;
import caravana.system.SharedStack;
import caravana.system.Videos;
import caravana.test.SampledTests;
import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.Keys;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The page as people use it, in a real browser and on the whole system. Each test leaves screenshots. */
@SampledTests(name = "tests of the page in a browser", size = 4)
@ExtendWith(Outcome.class)
class PageTest {

    private static final int SLOW = 800_000;
    private static final String OF_ACCOUNT = "owner_id = (SELECT id FROM users WHERE email = ?)";
    private static final long MEBIBYTE = 1024 * 1024;
    private static final long LARGEST = 400 * MEBIBYTE;

    /** Short cards are less to encode; receivers of webhooks run on this machine. */
    private static final String SETTINGS = """
        {"caravana": {"media": {"cards": {"opening-for": "500ms", "closing-for": "500ms"}},
          "outbound": {"schemes": "http,https", "ports": "", "allowed": "127.0.0.0/8"}, "webhooks": {"delays": "200ms,200ms"}}}
        """;

    @TempDir
    static Path folder;

    private static VisualSheet sheet;
    private static LocalStack stack;
    private static AppProcess web;
    private static AppProcess worker;
    private static Path video;
    private static Path small;
    private static Path text;

    private Page page;

    static List<Shape> shapes() {
        return Shape.ofRun();
    }

    @BeforeAll
    static void start() throws Exception {
        sheet = new VisualSheet();
        stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        settings.put("CARAVANA_VIDEO_MAX_DURATION", "1m");
        settings.put("CARAVANA_UPLOAD_MAX_SIZE", LARGEST + "B");
        settings.put("SPRING_APPLICATION_JSON", SETTINGS);
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        settings.put("CARAVANA_WORKER_SLOTS", "2");
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        video = SampleVideo.make(folder.resolve("Llegada a Bogotá.mp4"), "1280x720", 8);
        small = SampleVideo.make(folder.resolve("small.mp4"), "320x240", 3);
        text = Files.writeString(folder.resolve("<b>notes<b>.mp4"), "no video\0at all");
        web.awaitReady();
        worker.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        worker.close();
        web.close();
        sheet.write();
    }

    @AfterEach
    void closeBrowser() {
        if (page != null) {
            page.close();
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void fromSigningUpToTheVideoThatPlays(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        page.click(".switch button");
        page.screenshot("sign-up");
        page.click(".switch button");
        page.signUp();
        assertThat(page.see(".empty").isDisplayed()).isTrue();
        page.screenshot("empty");

        page.throttle(SLOW);
        page.upload(video, "Arrival in Bogotá");
        await().atMost(JOB).until(() -> page.number("document.querySelector('.uploads progress')?.value") > 20);
        page.screenshot("uploading");
        page.throttle(0);

        page.see(".video[data-status=processing] progress[value]", JOB);
        List<Double> told = new ArrayList<>();
        await().atMost(JOB).pollInterval(Duration.ofMillis(100)).until(() -> {
            double value = page.number("document.querySelector('.video progress')?.value");
            if (value > 20 && told.stream().noneMatch(earlier -> earlier > 20)) {
                page.screenshot("processing");
            }
            if (value > 0 && (told.isEmpty() || told.get(told.size() - 1) != value)) {
                told.add(value);
            }
            return page.count(".video[data-status=processed]") == 1;
        });
        assertThat(told).as("live progress").hasSizeGreaterThan(2).isSorted();
        await().atMost(SOON).until(() -> page.number("document.querySelector('.poster img')?.naturalWidth") == 1280);
        page.screenshot("processed");

        page.click(".poster");
        await().atMost(SOON).until(() -> page.player("currentTime") > 0.5);
        assertThat(page.player("videoWidth")).isEqualTo(1280);
        assertThat(page.player("videoHeight")).isEqualTo(720);
        // Fetched in parts: it can be played from anywhere.
        page.run("document.querySelector('video').currentTime = 6");
        await().atMost(SOON).until(() -> page.player("currentTime") > 6.2);
        page.screenshot("playing");
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);

        choose("downloadResult");
        Path saved = folder.resolve("Arrival in Bogotá.mp4");
        await().atMost(SOON).until(() -> Files.exists(saved));
        assertThat(Videos.probe(saved).at("/streams/0/width").asInt()).isEqualTo(1280);
        choose("downloadOriginal");
        await().atMost(SOON).until(() -> savedOriginal() > 0);

        page.click(".video h3 a");
        page.see(".files");
        assertThat(page.texts(".files .file"))
                .satisfiesExactly(
                        clip -> assertThat(clip)
                                .startsWith("video.mp4" + page.say("role_video") + ", 1280×720, ")
                                .endsWith("B"),
                        poster -> assertThat(poster)
                                .startsWith("poster.jpg" + page.say("role_poster") + ", 1280×720, ")
                                .endsWith("kB"));
        page.screenshot("outputs");
        page.click(".files li:nth-child(2) button:nth-child(2)");
        await().atMost(SOON).until(() -> page.windows() == 2);
        assertThat(page.texts(".compare tr:nth-child(5) td")).hasSize(2).allMatch("h264"::equals);
        assertThat(page.texts(".compare tr:nth-child(4) td")).containsExactly("1280×720", "1280×720");
        assertThat(page.texts(".timeline li span:first-child"))
                .contains(page.say("phase_transcode"), page.say("phase_publish"));
        assertThat(page.count(".notes")).isZero();
        assertThat(page.errors()).isEmpty();
    }

    /** The original comes back under the name that it had; the browser adds a number, since the file is still there. */
    private static long savedOriginal() throws Exception {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("Llegada a Bogotá \\(\\d\\)\\.mp4"))
                    .count();
        }
    }

    @Test
    void whatIsNoVideoEndsWithItsReasonInTheReadersLanguage() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.upload(text, "Notas de viaje");

        page.see(
                ".video[data-status=failed] .why",
                "El archivo no es un video que podamos leer, o le falta el comienzo o el índice; sus primeros bytes son",
                JOB);
        page.screenshot("failed");
        page.choose("language", "en");
        page.see(
                ".video[data-status=failed] .why",
                "The file is not in a known video format, or its beginning or index is missing; its first bytes are",
                SOON);
        assertThat(page.run("return document.documentElement.lang")).isEqualTo("en");
        assertThat(page.count(".video .buttons .main"))
                .as("nothing to be tried again")
                .isZero();
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void whatCannotBeAVideoIsRefusedAtOnceInTheReadersLanguage() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.pick(Files.writeString(folder.resolve("notas.mp4"), "These are only words."));
        page.click(".uploads button[type=submit]");

        page.see(
                ".uploads .problem",
                "El archivo no es un video que podamos leer, o le falta el comienzo o el índice.",
                SOON);
        assertThat(page.count(".video")).isZero();
    }

    /** The values are those of this deployment, which web and worker have from the same settings. */
    @Test
    void limitsAreToldBeforeAndAfterInTheReadersLanguage() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        assertThat(page.text("#accepted")).isEqualTo("Hasta 400 MiB y 1 minuto.");

        page.upload(SampleVideo.make(folder.resolve("long.mp4"), "64x48", 62), "Demasiado largo");
        page.see(
                ".video[data-status=failed] .why",
                "El video dura 1 minuto 2 segundos y el límite es 1 minuto. Recórtalo, o pide a un operador un límite mayor.",
                JOB);
        Path large = folder.resolve("large.mp4");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(LARGEST + 1);
        }
        page.pick(large);
        page.see(
                ".uploads .problem",
                "El archivo tiene 419.430.401 bytes; el límite es 400 MiB. Envía uno más pequeño.",
                SOON);
        page.screenshot("limits");
        assertThat(page.number(
                        "performance.getEntriesByType('resource').filter(r => /api.uploads$/.test(r.name)).length"))
                .as("uploads that were begun")
                .isEqualTo(1);

        page.choose("language", "en");
        page.see(
                ".video[data-status=failed] .why",
                "The video is 1 minute 2 seconds long; the limit is 1 minute. Trim it, or ask an operator for a higher limit.",
                SOON);
        assertThat(page.text("#accepted")).isEqualTo("Up to 400 MiB and 1 minute.");
        page.choose("language", "es");
        page.click(".video h3 a");
        page.see(".video-page .state", "El video dura 1 minuto 2 segundos", SOON);
        assertThat(page.count("main [lang=en]")).as("sentences of the server").isZero();
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void markupInATitleIsText() throws Exception {
        String title = "<img src=x onerror=alert(1)><b>bold</b>";
        page = Page.open(web.uri(), "en", folder);
        page.signUp();
        page.pick(text);
        assertThat(page.text(".uploads .file")).isEqualTo("<b>notes<b>.mp4");
        page.type(".uploads input[name=title]", title);
        page.click(".uploads button[type=submit]");

        page.see(".video[data-status=failed] h3", JOB);
        assertThat(page.text(".video h3")).isEqualTo(title);
        page.screenshot("markup");
        act("Rename");
        assertThat(page.text("dialog #ask-text")).contains(title);
        page.type("dialog input", title + "&amp;");
        page.click("dialog button[type=submit]");
        page.see(".video h3", title + "&amp;", SOON);
        act("Delete");
        page.see(".deleted p", title + "&amp;", SOON);

        assertThat(page.count(".file b, .video b, .deleted b, main img[src=x], dialog b"))
                .isZero();
        assertThat(page.errors()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everythingByKeyboardAlone(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        tabTo(page.say("toSignUp"));
        page.press(Keys.ENTER);
        // The first field has the focus by now.
        String email = "keys-" + System.nanoTime() + "@example.org";
        for (String value :
                List.of("Ana", "Núñez", "Bogotá", "Colombia", email, "a good password", "a good password")) {
            page.press(value, Keys.TAB);
        }
        page.press(Keys.ENTER);
        page.see(".drop");

        tabTo(page.say("choose"));
        page.run("document.getElementById('file').addEventListener('click', event => { event.preventDefault();"
                + " window.picking = true; })");
        page.press(Keys.ENTER);
        assertThat(page.run("return window.picking")).isEqualTo(true);
        page.pick(small);
        assertThat(page.focused().getAttribute("name"))
                .as("the title is typed over")
                .isEqualTo("title");
        page.press("By keyboard", Keys.ENTER);
        page.see(".video[data-status=processed] .poster", JOB);
        assertThat(page.text(".video h3")).isEqualTo("By keyboard");

        tabTo(page.say("playOf", "title", "By keyboard"));
        page.press(Keys.ENTER);
        await().atMost(SOON).until(() -> page.player("currentTime") > 0.2);
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);
        assertThat(page.focused().getAttribute("aria-label")).isEqualTo(page.say("playOf", "title", "By keyboard"));

        tabTo(named("moreActions", "By keyboard"));
        page.press(Keys.ENTER);
        tabTo(named("rename", "By keyboard"));
        page.press(Keys.ENTER);
        assertThat(page.focused().getAttribute("value")).isEqualTo("By keyboard");
        page.press("By keys", Keys.ENTER);
        page.see(".video h3", "By keys", SOON);
        assertThat(page.focused().getAccessibleName()).isEqualTo(named("moreActions", "By keys"));
        page.press(Keys.ENTER);
        tabTo(named("delete", "By keys"));
        page.press(Keys.ENTER);
        await().atMost(SOON).until(() -> page.focused().getAccessibleName().equals(named("undo", "By keys")));
        page.press(Keys.ENTER);
        page.see(".video[data-status=processed] .poster");
        tabTo(named("moreActions", "By keys"));
        page.press(Keys.ENTER);
        tabTo(named("delete", "By keys"));
        page.press(Keys.ENTER);
        page.see(".empty");
        // The way back is gone when the server has none any more.
        await().atMost(SOON).until(() -> page.count(".deleted") == 0);
        tabTo(page.say("signOut"));
        page.press(Keys.ENTER);
        page.see(".account");
        assertThat(page.errors()).isEmpty();
    }

    /** One's own videos in each order, and those with a word in their title or file name. */
    @ParameterizedTest
    @MethodSource("shapes")
    void videosAreFoundByTitleAndFileName(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        page.signUp();
        for (String title : List.of("Árbol", "Zapatos", "bogotá de noche")) {
            page.upload(text, title);
            page.see(".video", title, JOB);
            await().atMost(JOB).until(() -> page.count(".uploads .card") == 0);
        }
        await().atMost(JOB).until(() -> page.count(".video[data-status=failed]") == 3);
        page.see(".count", page.say("count", "n", "3"), SOON);
        assertThat(titles()).containsExactly("bogotá de noche", "Zapatos", "Árbol");

        page.choose("order", "title");
        await().atMost(SOON).until(() -> titles().equals(List.of("Árbol", "bogotá de noche", "Zapatos")));
        page.type("#search", "BOGOTA");
        await().atMost(SOON).until(() -> titles().equals(List.of("bogotá de noche")));
        page.see(".count", page.say("countOne"), SOON);
        page.screenshot("search");
        choose("rename");
        page.type("dialog input", "Bogotá de día");
        page.screenshot("rename");
        page.press(Keys.ENTER);
        page.see(".video h3", "Bogotá de día", SOON);

        page.type("#search", "nada de esto");
        page.see(".empty", page.say("nothingFound", "q", "nada de esto"), SOON);
        page.type("#search", "NOTES");
        await().atMost(SOON).until(() -> titles().equals(List.of("Árbol", "Bogotá de día", "Zapatos")));
        assertThat(page.errors()).isEmpty();
    }

    private List<String> titles() {
        return page.texts(".video h3");
    }

    /** By keyboard: cut to a second. By mouse: a line of text, and no cards. */
    @ParameterizedTest
    @MethodSource("shapes")
    void whatTheClipIsToBecomeIsChosen(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        page.signUp();
        page.click("#transformations summary");
        page.see("#transformation-hd_720p");
        page.run("document.getElementById('transformation-recortar').focus()");
        page.press(Keys.SPACE);
        page.see("#parameter-recortar-inicio");
        page.press(Keys.TAB);
        page.press("1");
        page.press(Keys.TAB);
        page.press("2");
        page.click("#transformation-cortinillas");
        page.click("#transformation-rotulo");
        page.type("#parameter-rotulo-texto", "¡Hola: 100 %, 'todos'!");
        page.screenshot("transformations");
        // It comes with the page, and shows what is wrong before a file is sent.
        page.run("document.getElementById('parameter-recortar-fin').value = 99999");
        page.upload(small, "Recortado");
        assertThat(page.count(".uploads .card")).isEqualTo(1);
        page.run(
                "const end = document.getElementById('parameter-recortar-fin'); end.value = 2; end.dispatchEvent(new Event('input'))");
        page.click(".uploads button[type=submit]");
        page.see(".video[data-status=processed] .poster", JOB);
        page.click(".poster");
        await().atMost(SOON).until(() -> Math.abs(page.player("duration") - 1) < 0.2);
        assertThat(page.errors()).isEmpty();
    }

    /** By hls.js, in the quality that is shown; where the renditions are gone, the clip plays. */
    @Test
    void aVideoPlaysByItsRenditions() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.signUp();
        page.click("#transformations summary");
        page.see("#transformation-hls");
        page.click("#transformation-hls");
        page.upload(small, "Renditions");
        page.see(".video[data-status=processed] .poster", JOB);
        page.click(".poster");
        await().atMost(SOON).until(() -> page.player("currentTime") > 0.2);
        assertThat(page.run("return document.querySelector('dialog video').src").toString())
                .startsWith("blob:");
        assertThat(page.text(".quality")).isEqualTo(Math.round(page.player("videoHeight")) + "p");
        page.press(Keys.ESCAPE);

        page.click(".video h3 a");
        page.see(".files", "Streaming, several qualities", SOON);
        page.run(
                "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text; }}})");
        assertThat(copied("Copy HLS link: hls.m3u8")).startsWith("#EXTM3U");
        page.see(".toast", "It works for 6 hours", SOON);
        assertThat(copied("Copy DASH link: hls.m3u8")).contains("<MPD");
        page.screenshot("streams");
        assertThat(page.errors()).isEmpty();
    }

    /** What a player gets at the address that a button copies. */
    private String copied(String button) throws Exception {
        page.run("window.copied = ''");
        page.click(".files [aria-label='" + button + "']");
        await().atMost(SOON).until(() -> !"".equals(page.run("return window.copied")));
        HttpRequest list = HttpRequest.newBuilder(
                        URI.create(page.run("return window.copied").toString()))
                .build();
        return HttpClient.newHttpClient()
                .send(list, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** By mouse: a file. By keyboard: one that its server does not have. */
    @ParameterizedTest
    @MethodSource("shapes")
    void aVideoIsImportedFromAnAddress(Shape shape) throws Exception {
        byte[] file = Files.readAllBytes(small);
        HttpServer source = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        source.createContext("/clip.mp4", call -> {
            call.sendResponseHeaders(200, file.length);
            call.getResponseBody().write(file);
            call.close();
        });
        source.start();
        try {
            String address = "http://127.0.0.1:" + source.getAddress().getPort() + "/";
            page = Page.open(web.uri(), shape, folder);
            page.signUp();
            page.click("#import summary");
            page.type("#import-url", address + "clip.mp4");
            page.click("#import button");
            page.see(".imports .file", address + "clip.mp4", SOON);
            page.see(".video[data-status=processed] .poster", JOB);
            assertThat(page.text(".video h3")).startsWith("clip");
            assertThat(page.count(".imports li")).isZero();

            page.run("document.getElementById('import-url').focus()");
            page.press(address + "nothing.mp4", Keys.ENTER);
            page.see(
                    ".imports .problem",
                    shape.language().equals("es")
                            ? "El servidor de esa dirección no entrega el archivo."
                            : "The server answered 404 instead of 200.",
                    SOON);
            sheet.takeInOneLanguage(page, "import");
            page.run("document.querySelector('.imports button').focus()");
            page.press(Keys.ENTER);
            await().atMost(SOON).until(() -> page.count(".imports li") == 0);
            assertThat(page.focused().getTagName()).isEqualTo("summary");
            assertThat(page.errors()).isEmpty();
        } finally {
            source.stop(0);
        }
    }

    /** By mouse: saved. By keyboard: chosen, and deleted. */
    @Test
    void aChoiceIsSavedAsAPresetUsedAndDeleted() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.click("#transformations summary");
        await().atMost(SOON).until(() -> chosenPreset().equals("predeterminado"));
        page.see(".presets", "Un clip de 720p", SOON);
        page.click("#transformation-cortinillas");
        assertThat(chosenPreset()).isEmpty();
        page.click("#save-preset");
        page.type("#ask-input", "Sin cortinillas: Bogotá");
        page.screenshot("preset-name");
        page.click("dialog button[type=submit]");
        await().atMost(SOON).until(() -> chosenPreset().equals("sin-cortinillas-bogota"));
        page.screenshot("preset-saved");

        page.run("document.getElementById('preset').focus()");
        page.press("p");
        await().atMost(SOON).until(() -> chosenPreset().equals("predeterminado"));
        assertThat(page.count("#transformation-cortinillas:checked")).isEqualTo(1);
        assertThat(page.count("#delete-preset")).isZero();
        page.press("s");
        await().atMost(SOON).until(() -> chosenPreset().equals("sin-cortinillas-bogota"));
        assertThat(page.count("#transformation-cortinillas:checked")).isZero();
        page.upload(small, "Sin cortinillas");
        page.see(".video[data-status=processed] .poster", JOB);
        page.click(".poster");
        await().atMost(SOON).until(() -> Math.abs(page.player("duration") - 3) < 0.2);
        page.press(Keys.ESCAPE);

        page.visit();
        page.click("#transformations summary");
        await().atMost(SOON).until(() -> chosenPreset().equals("predeterminado"));
        page.run("document.getElementById('preset').focus()");
        page.press("s");
        page.see("#delete-preset");
        page.press(Keys.TAB);
        page.press(Keys.TAB);
        page.press(Keys.ENTER);
        page.see("dialog", "sin-cortinillas-bogota", SOON);
        page.screenshot("preset-deleting");
        page.press(Keys.TAB);
        page.press(Keys.ENTER);
        await().atMost(SOON)
                .until(() -> page.texts("#preset option").equals(List.of("Lo elegido abajo", "predeterminado")));
        page.screenshot("preset-deleted");
        assertThat(page.errors()).isEmpty();
    }

    /** By mouse: uploaded. By keyboard: chosen, and deleted. */
    @Test
    void aPictureOfTheAccountIsUploadedChosenAndDeleted() throws Exception {
        String field = "parameter-marca_propia-imagen";
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.click("#transformations summary");
        page.click("#transformation-marca_propia");
        await().atMost(SOON).until(() -> options(field).equals(List.of("Aún no hay: sube uno")));
        assertThat(page.count(".asset .warn:not([hidden])")).isZero();
        page.run("document.getElementById('" + field + "-file').addEventListener('click', event => {"
                + " event.preventDefault(); window.picking = true; })");
        page.click("#" + field + "-upload");
        assertThat(page.run("return window.picking")).isEqualTo(true);
        page.pickFor(field + "-file", text);
        page.see(".asset .problem", "Hace falta un archivo de otro tipo: .png, .svg.", SOON);
        page.pickFor(field + "-file", Files.writeString(folder.resolve("Roto.png"), "no picture"));
        page.see(".asset .problem", "El archivo está dañado", SOON);
        // The browser reports what the server refuses.
        assertThat(page.errors()).singleElement().asString().contains("415");
        for (String name : List.of("Azul", "Mi logo")) {
            page.pickFor(field + "-file", picture(name));
            await().atMost(SOON).until(() -> chosen(field).equals(name));
        }
        page.screenshot("asset");
        assertThat(page.barriers()).isEmpty();
        page.choose("language", "en");
        page.click("#transformations summary");
        page.see("#" + field + "-upload", "Upload a file…", SOON);
        page.choose("language", "es");
        page.click("#transformations summary");
        assertThat(chosen(field)).isEqualTo("Mi logo");

        page.upload(small, "Con logo");
        page.see(".video[data-status=processed] .poster", JOB);
        page.click(".poster");
        await().atMost(SOON).until(() -> page.player("duration") > 3);
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);

        page.run("document.getElementById('" + field + "').focus()");
        page.press("a");
        await().atMost(SOON).until(() -> chosen(field).equals("Azul"));
        page.press(Keys.ARROW_DOWN);
        await().atMost(SOON).until(() -> chosen(field).equals("Mi logo"));
        page.press(Keys.TAB);
        page.press(Keys.TAB);
        page.press(Keys.ENTER);
        page.see("dialog", "¿Eliminar el archivo Mi logo?", SOON);
        page.screenshot("asset-deleting");
        page.press(Keys.TAB);
        page.press(Keys.ENTER);
        await().atMost(SOON).until(() -> options(field).equals(List.of("Elige uno", "Azul")));
        assertThat(page.focused().getAttribute("id")).isEqualTo(field);
        // Without one, nothing is sent.
        page.upload(small, "Sin logo");
        assertThat(page.count(".uploads .card")).isEqualTo(1);
        assertThat(page.errors()).isEmpty();
    }

    private List<String> options(String field) {
        return page.texts("#" + field + " option");
    }

    /** What is shown as chosen. */
    private String chosen(String field) {
        return String.valueOf(
                page.run("return document.getElementById(arguments[0])?.selectedOptions[0]?.textContent", field));
    }

    private static Path picture(String name) throws Exception {
        Path file = folder.resolve(name + ".png");
        ImageIO.write(new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private String chosenPreset() {
        return String.valueOf(page.run("return document.getElementById('preset')?.value"));
    }

    /** While all workers are paused, so that the job still waits. */
    @Test
    void aJobIsCancelledAndTheVideoProcessedLater() throws Exception {
        Map<String, String> settings = stack.environment();
        pause(settings);
        try {
            page = Page.open(web.uri(), "es", folder);
            page.signUp();
            page.upload(small, "Llegada");
            page.see(".video[data-status=uploaded]", SOON);
            page.screenshot("waiting");
            act("Cancelar el proceso");
            page.see(".video[data-status=cancelled] .badge", "Cancelado", SOON);
            page.screenshot("cancelled");
            act("Eliminar");
            page.see(".deleted", "«Llegada» se ha eliminado.", SOON);
            page.screenshot("deleted");
            page.click(".deleted button");
            page.see(".video[data-status=cancelled]");
        } finally {
            // The other tests need their jobs done.
            resume(settings);
        }
        page.click(button("Procesar de nuevo"));
        page.see(".video[data-status=processed] .poster", JOB);
        String first = poster();
        act("Procesar de nuevo");
        await().atMost(JOB).until(() -> !List.of("", first).contains(poster()));
        page.screenshot("processed-again");
        assertThat(page.errors()).isEmpty();
    }

    /** By mouse: no cards. By keyboard: cut to a second. What is refused stands in the dialog, where the choice stays. */
    @Test
    void aVideoIsProcessedWithOtherTransformations() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.upload(small, "Otra vez");
        page.see(".video[data-status=processed] .poster", JOB);
        String first = poster();
        act("Procesar de otra forma");
        page.see("dialog h2", "Procesar «Otra vez» de otra forma", SOON);
        await().atMost(SOON)
                .until(() ->
                        "predeterminado".equals(page.run("return document.getElementById('again-preset')?.value")));
        page.click("#again-transformation-cortinillas");
        page.run("document.getElementById('again-transformation-recortar').focus()");
        page.press(Keys.SPACE);
        page.see("#again-parameter-recortar-inicio");
        page.press(Keys.TAB);
        page.press("1");
        page.press(Keys.TAB);
        page.press("0.5");
        page.press(Keys.ENTER);
        assertThat(page.run(
                        "return document.querySelector('#again-parameter-recortar-fin:invalid')?.validationMessage"))
                .isEqualTo("«Fin (s)» tiene que ser más que «Inicio (s)», que es 1.");
        page.type("#again-parameter-recortar-fin", "2");
        page.click("#again-transformation-rotulo");
        page.type("#again-parameter-rotulo-texto", " ");
        page.press(Keys.ENTER);
        page.see("dialog form > .problem", "Uno de los valores de las transformaciones no es válido.", SOON);
        page.screenshot("process-otherwise");
        assertThat(page.barriers()).isEmpty();
        // The browser reports what the server refuses.
        assertThat(page.errors()).singleElement().asString().contains("400");
        page.click("#again-transformation-rotulo");
        page.click("dialog button[type=submit]");
        await().atMost(SOON).until(() -> page.count("dialog") == 0);
        await().atMost(JOB).until(() -> !List.of("", first).contains(poster()));
        page.click(".poster");
        await().atMost(SOON).until(() -> Math.abs(page.player("duration") - 1) < 0.2);
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);
        assertThat(page.count("#transformation-cortinillas:checked"))
                .as("the choice for uploads stays")
                .isEqualTo(1);

        page.choose("language", "en");
        page.see(".video .menu summary");
        page.run("document.querySelector('.video .menu summary').focus()");
        page.press(Keys.ENTER);
        tabTo("Process differently: Otra vez");
        page.press(Keys.ENTER);
        page.see("dialog h2", "Process “Otra vez” differently", SOON);
        page.resize(390, 844);
        await().atMost(SOON).until(() -> page.number("window.innerWidth") == 390);
        assertThat(page.number("document.querySelector('dialog').scrollWidth")).isLessThanOrEqualTo(390);
        page.screenshot("process-otherwise-phone");
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);
        assertThat(page.focused().getAccessibleName()).isEqualTo("More: Otra vez");
        assertThat(page.errors()).isEmpty();
    }

    /** The address of the finished clip's poster, without its signature; empty while there is none. */
    private String poster() {
        return page.run(
                        "return document.querySelector('.video[data-status=processed] .poster img')?.src.split('?')[0] ?? ''")
                .toString();
    }

    /** A video's button, by what it says. */
    private static String button(String says) {
        return ".video .buttons button[aria-label^='" + says + "']";
    }

    /** Chooses in the menu of the only video, by mouse. */
    private void act(String says) {
        page.click(".video .menu summary");
        page.click(button(says));
    }

    /** The same by the action's name among the texts, in any language. */
    private void choose(String action) {
        page.click(".video .menu summary");
        page.click(".video .menu [data-action=" + action + "]");
    }

    /** What a control of a video is called: what it does and the video's title. */
    private String named(String action, String title) {
        return page.say("ofVideo", "what", page.say(action), "title", title);
    }

    /** Continues by the Tab key until something of that name has the focus. */
    private void tabTo(String name) {
        tabTo(name, false);
    }

    /** @param back whether it is before what has the focus */
    private void tabTo(String name, boolean back) {
        for (int i = 0; i < 40; i++) {
            page.press(back ? Keys.chord(Keys.SHIFT, Keys.TAB) : Keys.TAB);
            if (page.focused().getAccessibleName().equals(name)) {
                return;
            }
        }
        throw new AssertionError("No Tab leads to " + name);
    }

    /** By mouse on a wide screen, then by keyboard on a phone in the dark. */
    @Test
    void aVideoHasAPageOfItsOwn() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.resize(1440, 900);
        page.signUp();
        page.upload(small, "Arrival");
        page.see(".video[data-status=processed] .poster img", JOB);
        await().atMost(SOON).until(() -> page.texts(".video .length").equals(List.of("Length 0:04")));
        page.click(".video h3 a");
        page.see(".video-page h1", "Arrival", SOON);
        String address = (String) page.run("return location.href");
        assertThat(address).matches(".*/#video/[0-9a-f-]{36}");
        await().atMost(SOON).until(() -> page.player("readyState") >= 1);
        assertThat(page.run("return document.title")).isEqualTo("Arrival · Caravana");
        page.choose("video-title-speed", "2");
        assertThat(page.player("playbackRate")).isEqualTo(2);
        page.run("document.querySelector('video').focus()");
        page.press("m");
        await().atMost(SOON)
                .until(() ->
                        page.run("return document.querySelector('video').muted").equals(true));
        page.press("<");
        await().atMost(SOON).until(() -> page.player("playbackRate") == 1.5);
        page.press("k");
        await().atMost(SOON).until(() -> page.player("currentTime") > 0.2);
        page.press("k");
        await().atMost(SOON)
                .until(() -> page.run("return document.querySelector('video').paused")
                        .equals(true));
        page.run("document.querySelector('video').currentTime = 0.1");
        page.press("l");
        await().atMost(SOON).until(() -> page.player("currentTime") > 2);
        sheet.take(page, "video");

        page.run(
                "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text; }}})");
        page.click(".video-page [data-action=copyLink]");
        page.see(".toast", "The link to this page is copied.", SOON);
        assertThat(page.run("return window.copied")).isEqualTo(address);
        page.click(".files li:nth-child(1) button:nth-child(3)");
        await().atMost(SOON)
                .until(() -> page.run("return window.copied").toString().contains("/processed/"));
        page.click(".video-id button");
        await().atMost(SOON).until(() -> address.endsWith("/" + page.run("return window.copied")));
        page.click(".files li:nth-child(2) button:nth-child(1)");
        await().atMost(SOON).until(() -> Files.exists(folder.resolve("Arrival poster.jpg")));
        page.click(".video-page [data-action=rename]");
        page.type("dialog input", "Departure");
        page.press(Keys.ENTER);
        page.see(".video-page h1", "Departure", SOON);
        assertThat(page.focused().getDomAttribute("data-action")).isEqualTo("rename");

        page.onADarkPhone();
        page.run("location.reload()");
        page.see(".video-page h1", "Departure", SOON);
        await().atMost(SOON).until(() -> page.player("readyState") >= 1);
        tabTo("Your videos");
        page.press(Keys.ENTER);
        page.see(".video[data-status=processed] .poster img");
        assertThat(page.run("return location.hash")).isEqualTo("#videos");
        tabTo("Departure");
        page.press(Keys.ENTER);
        page.see(".video-page h1", "Departure", SOON);
        page.run("history.back()");
        page.see(".videos");
        await().atMost(SOON).until(() -> page.focused().getText().equals("Departure"));
        page.press(Keys.ENTER);
        page.see(".video-page h1", "Departure", SOON);
        tabTo("Delete: Departure");
        page.press(Keys.ENTER);
        page.see(".empty", "No videos yet", SOON);
        await().atMost(SOON).until(() -> page.focused().getAccessibleName().equals("Undo: Departure"));
        page.press(Keys.ENTER);
        page.see(".video h3", "Departure", SOON);
        assertThat(page.errors()).isEmpty();

        page.run("location.hash = '#video/00000000-0000-4000-8000-000000000000'");
        page.see(".video-page .blank", "", SOON);
        assertThat(page.barriers()).isEmpty();
        page.click(".back");
        page.see(".video h3");
    }

    /** By mouse as a grid, by keyboard as a list. */
    @ParameterizedTest
    @MethodSource("shapes")
    void severalVideosAreChangedAtOnce(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        String email = page.signUp();
        page.upload(text, "Uno");
        page.see(".video[data-status=failed]", JOB);
        copies(email, 3);
        page.visit();
        await().atMost(SOON).until(() -> page.count(".video[data-id]") == 4);
        page.click("#as-grid");
        page.see(".videos.grid");
        page.click(".video:nth-child(1) .pick");
        page.see(".selection p", page.say("selectedOne"), SOON);
        page.click(".video:nth-child(2) .pick");
        page.see(".selection p", page.say("selected", "n", "2"), SOON);
        sheet.takeInOneLanguage(page, "selection");
        await().atMost(SOON).until(() -> page.texts(".selection p").equals(List.of(page.say("selected", "n", "2"))));
        page.click("[data-several=delete]");
        page.see(".toast.deleted p", page.say("saidDeletedMany", "n", "2"), SOON);
        assertThat(page.count(".video[data-id]")).isEqualTo(2);
        page.see(".count", page.say("count", "n", "2"), SOON);
        page.click(".toast.deleted .plain");
        await().atMost(SOON).until(() -> page.count(".video[data-id]") == 4);
        page.see(".count", page.say("count", "n", "4"), SOON);

        page.visit();
        page.see(".videos.grid .video[data-id]");
        page.run("document.getElementById('as-list').focus()");
        page.press(Keys.ENTER);
        await().atMost(SOON).until(() -> page.count(".videos.grid") == 0);
        page.run("document.querySelector('.pick').focus()");
        page.press(Keys.SPACE);
        page.see(".selection");
        tabTo(page.say("selectShown"));
        page.press(Keys.ENTER);
        page.see(".selection p", page.say("selected", "n", "4"), SOON);
        assertThat(page.count("[data-several=cancelJob][hidden]")).isEqualTo(1);
        tabTo(page.say("delete"));
        page.press(Keys.ENTER);
        page.see(".empty", page.say("none"), SOON);
        assertThat(page.errors()).isEmpty();
    }

    /** What is filtered and searched is in the address, and stays over a reload, a way back and a log-in. */
    @Test
    void manyVideosAreFilteredAndLoadedWhileScrolling() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.onADarkPhone();
        String email = page.signUp();
        page.upload(text, "Uno");
        page.see(".video[data-status=failed]", JOB);
        copies(email, 44);
        page.visit();
        await().atMost(SOON).until(() -> page.count(".video[data-id]") >= 20);
        page.see(".count", "45 videos", SOON);
        await().atMost(SOON).until(() -> {
            page.run("scrollTo(0, document.body.scrollHeight)");
            // The stream may announce the rows, too; then there is still another page.
            return page.count(".video[data-id]") == 45 && page.count(".buttons.middle button:not([hidden])") == 0;
        });
        page.click(".video:nth-child(40) h3 a");
        page.see(".video-page h1");
        page.run("history.back()");
        await().atMost(SOON).until(() -> page.count(".video[data-id]") == 45 && page.number("scrollY") > 2000);

        page.choose("status", "processed");
        page.see(".empty", "Ningún video en este estado", SOON);
        assertThat(page.run("return location.hash")).isEqualTo("#videos?status=processed");
        page.choose("status", "failed");
        page.type("#search", "copia 7");
        await().atMost(SOON).until(() -> titles().equals(List.of("Copia 7")));
        page.see(".count", "1 video", SOON);
        page.choose("order", "title");
        page.run("location.reload()");
        await().atMost(SOON).until(() -> titles().equals(List.of("Copia 7")));
        assertThat(page.run("return document.getElementById('order').value")).isEqualTo("title");
        page.click(".me button");
        page.signIn(email, Page.PASSWORD);
        await().atMost(SOON).until(() -> titles().equals(List.of("Copia 7")));
        page.type("#search", "copia 99");
        page.see(".empty", "Ningún video con «copia 99»", SOON);
        page.click(".empty button");
        await().atMost(SOON).until(() -> page.count(".video[data-id]") >= 20);
        assertThat(page.run("return location.hash")).isIn("", "#videos?sort=title");
        assertThat(page.errors()).isEmpty();
    }

    /** Calls on their way would be refused when the session's end overtakes them. */
    @Test
    void signingOutEndsTheCallsThatAreOnTheirWay() {
        page = Page.open(web.uri(), "es", folder);
        String email = page.signUp();
        page.see(".empty", "Todavía no hay videos", SOON);
        for (int round = 0; round < 5; round++) {
            page.run("const order = document.getElementById('order');"
                    + " for (let i = 0; i < 24; i++) { order.selectedIndex = i % 4; order.dispatchEvent(new Event('change')); }"
                    + " document.querySelector('.me button').click()");
            page.signIn(email, Page.PASSWORD);
            page.see(".empty", "Todavía no hay videos", SOON);
        }
        assertThat(page.errors()).isEmpty();
    }

    /** Rows that are as the account's only one, each an hour older. */
    private static void copies(String email, int number) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement copy = database.prepareStatement("INSERT INTO videos SELECT (jsonb_populate_record(v,"
                        + " jsonb_build_object('id', gen_random_uuid(), 'title', 'Copia ' || n, 'original_key',"
                        + " v.original_key || n, 'uploaded_at', v.uploaded_at - n * interval '1 hour'))).*"
                        + " FROM videos v, generate_series(1, ?) n WHERE " + OF_ACCOUNT)) {
            copy.setInt(1, number);
            copy.setString(2, email);
            assertThat(copy.executeUpdate()).isEqualTo(number);
        }
    }

    @Test
    void loadingErrorsAndALostNetworkAreDrawn() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.resize(768, 1024);
        String email = page.signUp();
        page.see(".empty .icon");
        page.block("*/api/videos?*");
        page.run("location.reload()");
        page.see(".error", "El servidor no responde.", SOON);
        sheet.take(page, "error");
        page.block("nothing");
        page.run("document.querySelector('.error button').focus()");
        page.press(Keys.ENTER);
        page.see(".empty", "Todavía no hay videos", SOON);
        page.upload(text, "Uno");
        page.see(".video[data-status=failed]", JOB);
        // As without a poster: the picture cannot be had.
        page.offline(true);
        page.see("#offline", "No tienes conexión.", SOON);
        sheet.take(page, "offline");
        page.offline(false);
        await().atMost(SOON).until(() -> page.count("#offline[hidden]") == 1);
        assertThat(email).isNotBlank();
    }

    /** The drawn placeholder of a clip without a poster plays as a poster does. */
    @Test
    void aClipWithoutAPosterHasADrawing() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.resize(360, 740);
        page.signUp();
        page.click("#transformations summary");
        page.click("#transformation-miniatura");
        page.upload(small, "No poster");
        page.see(".video[data-status=processed] .poster", JOB);
        assertThat(page.count(".poster img")).isZero();
        sheet.take(page, "no-poster");
        page.click(".poster");
        await().atMost(SOON).until(() -> page.player("currentTime") > 0.2);
        page.press(Keys.ESCAPE);
        await().atMost(SOON).until(() -> page.count("dialog") == 0);
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void whereTheStreamFailsThePageAsks() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.block("*/api/videos/events*");
        page.signUp();
        page.upload(video, "Without a stream");

        page.see(".video[data-status=processed] .poster", JOB);
        String fetched = "performance.getEntriesByType('resource').filter(r => /%s/.test(r.name) && r.responseStatus)";
        assertThat(page.number(fetched.formatted("videos.events") + ".length"))
                .as("streams")
                .isZero();
        assertThat(page.number(fetched.formatted("videos.[0-9a-f-]{36}$") + ".length"))
                .as("questions")
                .isGreaterThan(1);
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void aSessionOutlivesItsTabAndEndsWithItsCookie() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        String email = page.signUp();
        page.run("sessionStorage.clear()");
        page.visit();
        page.see(".drop", SOON);
        assertThat(page.text(".me .email")).isEqualTo(email);
        assertThat(page.errors()).isEmpty();

        page.run("return fetch('/api/auth/logout', {method: 'POST'})");
        page.run("sessionStorage.clear(); localStorage.removeItem('caravana.session.kept')");
        page.visit();
        assertThat(page.see(".account").isDisplayed()).isTrue();
        assertThat(page.run("return Object.keys(localStorage).filter(key => /ey/.test(localStorage[key])).length"))
                .as("tokens that outlive the tab")
                .isEqualTo(0L);
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void mailedLinksConfirmAnAddressGiveAPasswordAndAnotherAddress() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        String email = page.signUp();
        page.see(".unverified", "Tu correo " + email + " aún no está confirmado", SOON);
        page.screenshot("unverified");
        page.click(".unverified button");
        page.see(".toast", "Enviamos un enlace a " + email, SOON);
        String confirm = link(email, "confirm", 2);
        page.go(confirm);
        page.see(".account h1", "Confirma tu correo", SOON);
        inEveryShape("confirm");
        page.click(".account button[type=submit]");
        page.see(".account [role=status]", "Gracias: " + email + " está confirmado.", SOON);
        page.click(".account .switch a");
        page.see(".drop");
        assertThat(page.count(".unverified")).isZero();

        page.click("nav a[href='#account']");
        page.see(".account h1", "Cuenta", SOON);
        page.see(".usage dd", "0 B en uso, sin límite", SOON);
        inEveryShape("account");
        String next = "next-" + email;
        page.type("[name=email]", next);
        page.type("[name=password]", "a wrong guess");
        page.click(".account button[type=submit]");
        page.see(".account .problem", "Esta no es la contraseña de la cuenta.", SOON);
        page.type("[name=password]", Page.PASSWORD);
        page.click(".account button[type=submit]");
        page.see(".account [role=status]", "Enviamos un enlace a " + next, SOON);
        page.go(link(next, "confirm", 1));
        page.click(".account button[type=submit]");
        page.see(".account [role=status]", "Gracias: " + next + " está confirmado.", SOON);
        page.click(".account .switch a");
        page.see(".me .email", next, SOON);

        page.go(confirm);
        page.click(".account button[type=submit]");
        page.see(".account .problem", "El enlace ya no sirve", SOON);
        page.choose("language", "en");
        page.click(".account button[type=submit]");
        page.see(".account .problem", "The link is not valid", SOON);

        page.click(".me button");
        page.see(".account h1", "Confirm your e-mail address", SOON);
        page.visit();
        page.click(".forgot a");
        page.see(".account h1", "Forgot your password?", SOON);
        inEveryShape("forgot");
        page.type("[name=email]", next);
        page.click(".account button[type=submit]");
        page.see(".account [role=status]", "If there is an account with the address " + next, SOON);
        page.go(link(next, "reset", 1));
        page.see(".account h1", "Choose a new password", SOON);
        inEveryShape("reset");
        page.type("[name=email]", next);
        page.type("[name=password1]", "quite another password");
        page.type("[name=password2]", "quite another password");
        page.click(".account button[type=submit]");
        page.see(".account [role=status]", "You have a new password.", SOON);
        page.screenshot("password-reset");
        page.click(".account .switch a");
        page.signIn(next, "quite another password");
        assertThat(page.text(".me .email")).isEqualTo(next);
        assertThat(page.errors()).allMatch(error -> error.matches("(?s).*(400|403).*"));
    }

    /** By mouse: for a program, which uses it until it is revoked. By keyboard: from one address, until a day. */
    @ParameterizedTest
    @MethodSource("shapes")
    void apiKeysAreCreatedShownOnceAndRevoked(Shape shape) throws Exception {
        page = Page.open(web.uri(), shape, folder);
        String email = page.signUp();
        page.click("nav a[href='#account']");
        page.see(".keys .empty", page.say("noKeys"), SOON);
        assertThat(page.count("#scope-operator")).as("of a user").isZero();
        page.run(
                "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text; }}})");

        page.type("#key-name", "Nightly import");
        page.click("#scope-videos-read");
        page.click(".keys .new button[type=submit]");
        assertThat(page.run("return document.getElementById('scope-videos-read').validationMessage"))
                .isEqualTo(page.say("error_nothing_chosen"));
        page.click("#scope-videos-read");
        page.choose("key-expiry", "90");
        page.click(".keys .new button[type=submit]");
        page.see("dialog", page.say("newKeyText"), SOON);
        String key = page.text("#secret");
        assertThat(key).matches("cvn_[0-9A-Za-z]{38}");
        page.click("#copy-secret");
        page.see("dialog [role=status]", page.say("secretCopied"), SOON);
        assertThat(page.run("return window.copied")).isEqualTo(key);
        assertThat(page.barriers()).isEmpty();
        page.click("dialog .plain");
        page.see(".toast", page.say("saidKeyCreated", "name", "Nightly import"), SOON);
        page.see(".keys tbody th", key.substring(0, 10) + "…", SOON);
        assertThat(page.text(".keys tbody th"))
                .contains("Nightly import", "videos:read")
                .doesNotContain("videos:write");
        assertThat(page.run("return document.documentElement.outerHTML").toString())
                .as("the page once the dialog is closed")
                .doesNotContain(key);
        assertThat(page.text(".keys .count")).isEqualTo(page.say("keyCount", "n", "1", "limit", "20"));
        assertThat(value(
                        "SELECT expires_at::date - created_at::date || ' ' || scopes::text FROM api_keys WHERE "
                                + OF_ACCOUNT,
                        email))
                .isEqualTo("90 {videos:read}");

        ApiClient program = ApiClient.with(key);
        URI videos = web.uri().resolve("/api/videos");
        assertThat(program.get(videos).statusCode()).isEqualTo(200);
        page.click("[id^=revoke-]");
        page.see("dialog", page.say("revokeTitle", "name", "Nightly import"), SOON);
        page.press(Keys.ESCAPE);
        assertThat(program.get(videos).statusCode()).isEqualTo(200);
        page.click("[id^=revoke-]");
        page.click("dialog .danger");
        page.see(".toast:last-child", page.say("saidKeyRevoked", "name", "Nightly import"), SOON);
        page.see(".keys .empty");
        await().atMost(SOON).until(() -> program.get(videos).statusCode() == 401);
        createsAndRevokesAKeyByKeyboard(email);
    }

    private void awaitFocus(String id) {
        await().atMost(SOON).until(() -> id.equals(page.focused().getDomAttribute("id")));
    }

    private void createsAndRevokesAKeyByKeyboard(String email) throws Exception {
        awaitFocus("key-name");
        page.press("On a server", Keys.TAB);
        page.press(Keys.END, Keys.ARROW_UP);
        page.press(Keys.TAB);
        // In both languages the day has this place or the month's.
        page.press("12122040");
        tabTo(page.say("onlySomeAddresses"));
        page.press(Keys.ENTER, Keys.TAB);
        page.press("203.0.113.0/33", Keys.ENTER);
        page.see(".keys .problem", "203.0.113.0/" + (page.language().equals("en") ? "33" : "24"), SOON);
        awaitFocus("key-addresses");
        page.press(Keys.BACK_SPACE, "2", Keys.ENTER);
        page.see("dialog", page.say("newKeyTitle", "name", "On a server"), SOON);
        assertThat(page.focused().getDomAttribute("id")).isEqualTo("copy-secret");
        String key = page.text("#secret");
        page.run("delete window.copied; navigator.clipboard.writeText = async () => { throw new Error('not here'); }");
        page.press(Keys.ENTER);
        page.see("dialog [role=status]", page.say("secretSelected"), SOON);
        assertThat(page.run("return getSelection().toString()")).isEqualTo(key);
        page.press(Keys.ESCAPE);
        page.see(".keys tbody th", page.say("onlyFrom", "addresses", "203.0.113.0"), SOON);
        assertThat(value("SELECT (expires_at AT TIME ZONE 'UTC')::date::text FROM api_keys WHERE " + OF_ACCOUNT, email))
                .startsWith("2040-12-1");
        assertThat(ApiClient.with(key).get(web.uri().resolve("/api/videos")).statusCode())
                .as("from another address")
                .isEqualTo(403);

        tabTo(named("revoke", "On a server"));
        assertThat(page.fit(".keys tbody button")).isTrue();
        page.press(Keys.ENTER);
        page.see("dialog");
        assertThat(page.focused().getText()).isEqualTo(page.say("cancel"));
        // Another tab is faster.
        assertThat(change("DELETE FROM api_keys WHERE " + OF_ACCOUNT, email)).isEqualTo(1);
        page.press(Keys.TAB, Keys.ENTER);
        page.see(".keys .problem", page.say("error_no_key"), SOON);
        page.see(".keys .empty");
        assertThat(page.errors()).allMatch(error -> error.contains("400") || error.contains("404"));
    }

    /** The link of the mail of that number to an address, among those of its kind; as the local stack's folder has them. */
    private static String link(String address, String kind, int number) throws Exception {
        Path mails = Path.of(stack.environment().get("CARAVANA_MAIL_FOLDER"));
        Pattern link = Pattern.compile("\\S+/#" + kind + "/\\S+");
        List<String> links = new ArrayList<>();
        await().atMost(SOON).until(() -> {
            links.clear();
            try (var files = Files.list(mails)) {
                for (Path file : files.filter(each -> each.toString().endsWith(".eml"))
                        .sorted()
                        .toList()) {
                    // Lines of quoted-printable end with `=` where a longer one continues.
                    String mail = Files.readString(file).replace("=\r\n", "");
                    Matcher found = link.matcher(mail);
                    if (mail.contains("\r\nTo: " + address + "\r\n") && found.find()) {
                        links.add(found.group());
                    }
                }
            }
            return links.size() >= number;
        });
        return links.get(number - 1);
    }

    /** Every byte arrives, and few arrive twice. */
    @Test
    void anUploadOf300MegabytesSurvivesALostNetworkAReloadAndAClosedBrowser() throws Exception {
        Path large = padded("Viaje.mp4", 300 * MEBIBYTE);
        Path profile = folder.resolve("profile");
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "en", folder, profile);
            String email = page.signUp();
            network.stallAfter(80 * MEBIBYTE);
            page.upload(large, "Journey");
            await().atMost(JOB).until(network::isStalled);
            network.lose();
            page.see(".uploads .notice", "The connection is lost.", SOON);
            page.screenshot("connection-lost");
            assertThat(page.barriers()).isEmpty();
            network.restore();
            network.stallAfter(80 * MEBIBYTE);
            await().atMost(JOB).until(network::isStalled);
            awaitCopies(1);

            assertThat(asksToLeave()).isTrue();
            network.restore();
            page.visit();
            network.stallAfter(80 * MEBIBYTE);
            await().atMost(JOB).until(network::isStalled);
            page.see(".uploads [data-state=uploading]");
            page.screenshot("after-a-reload");

            page.close();
            network.lose();
            network.restore();
            page = Page.open(network.uri(), "en", folder, profile);
            page.see(".video[data-status=processed] .poster", JOB);
            assertThat(page.text(".me .email")).isEqualTo(email);
            // All that the browser has sent, also by requests that it gave up.
            // Without resumption, 480 MiB would be sent again.
            assertThat(network.sent()).isLessThan(large.toFile().length() + 160 * MEBIBYTE);
            assertThat(storedSum(email)).isEqualTo(sha256(Files.newInputStream(large)));
            assertNothingIsLeft(email);
        }
    }

    @Test
    void severalFilesAreUploadedByOnePressThreeAtATime() throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "es", folder);
            String email = page.signUp();
            Path[] files = new Path[5];
            for (int i = 0; i < files.length; i++) {
                // More than what waits in the buffers of the connections.
                files[i] = padded("Video " + i + ".mp4", 40 * MEBIBYTE);
            }
            page.pick(files);
            await().atMost(SOON).until(() -> page.count(".uploads [data-state=ready]") == 5);
            assertThat(asksToLeave()).as("leaving before anything is sent").isFalse();
            assertThat(page.texts(".uploads .amount")).hasSize(5).allMatch("41,9 MB"::equals);
            page.screenshot("chosen");
            assertThat(page.barriers()).isEmpty();

            network.stallAfter(4 * MEBIBYTE);
            page.click("#upload-all");
            await().atMost(JOB).until(network::isStalled);
            assertThat(page.text(".uploads li:nth-child(5) .amount")).isEqualTo("0 B de 41,9 MB");
            assertThat(page.promised("import('/page/queue.js').then(queue => Math.round(queue.secondsLeft("
                            + "{bytes: 100, sent: 50, pace: [{at: Date.now() - 4000, sent: 10}]})))"))
                    .as("seconds for 50 bytes, at 10 bytes a second")
                    .isEqualTo(5L);
            assertThat(page.count(".uploads [data-state=uploading]")).isEqualTo(3);
            assertThat(page.count(".uploads [data-state=waiting]")).isEqualTo(2);
            assertThat(asksToLeave()).isTrue();
            page.screenshot("three-at-a-time");
            inEveryShape("uploads");

            page.click(".uploads li:nth-child(1) .hold");
            page.see(".uploads li:nth-child(1)[data-state=paused] .main", "Continuar", SOON);
            assertThat(page.focused().getText()).isEqualTo("Continuar");
            page.see(".uploads li:nth-child(4)[data-state=uploading]");
            page.click(".uploads li:nth-child(2) .off");
            await().atMost(SOON).until(() -> page.count(".uploads li") == 4);
            page.screenshot("paused");
            assertThat(page.barriers()).isEmpty();
            network.restore();
            await().atMost(JOB).until(() -> page.count(".uploads li") == 1);
            assertThat(page.texts(".uploads .file")).containsExactly("Video 0.mp4");
            await().atMost(JOB).until(() -> page.count(".video") == 3);

            page.visit();
            page.see(".uploads [data-state=paused]");
            assertThat(asksToLeave()).isFalse();
            page.click(".uploads .main");
            await().atMost(JOB).until(() -> page.count(".video[data-status=processed]") == 4);
            // What was paused in a stalled network still has its place on the node for a while; the page asks again.
            assertThat(page.errors()).allMatch(error -> error.contains("429"));
            assertNothingIsLeft(email);
        }
    }

    /** Started by keyboard; what is shown of all of them grows, and is in no live region. */
    @ParameterizedTest
    @MethodSource("shapes")
    void severalUploadsHaveOneProgressTogether(Shape shape) throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), shape, folder);
            page.signUp();
            Path longest = padded("Viaje.mp4", 40 * MEBIBYTE);
            page.pick(padded("Salida.mp4", 20 * MEBIBYTE), longest, padded("Vuelta.mp4", 20 * MEBIBYTE));
            assertThat(page.count(".whole:not([hidden])"))
                    .as("before any begins")
                    .isZero();
            page.throttle(5_000_000);
            network.stallAfter(2 * MEBIBYTE);
            tabTo(page.say("uploadAll", "n", "3"));
            page.press(Keys.ENTER);
            await().atMost(JOB).until(network::isStalled);
            page.see(".whole", page.say("filesSent", "done", "0", "n", "3"), SOON);
            String size =
                    page.say("sentOf", "sent", "", "size", shape.language().equals("es") ? "83,9 MB" : "83.9 MB");
            page.see(".whole", size.strip(), SOON);
            assertThat(page.count(".whole [role=status], .whole [role=alert], .whole [aria-live]"))
                    .isZero();
            assertThat(page.see(".whole progress").getAccessibleName()).isEqualTo(page.say("allUploads"));
            sheet.take(page, "uploads-together");

            tabTo(named("cancel", "Vuelta"));
            page.press(Keys.ENTER);
            page.see(".whole", page.say("filesSent", "done", "0", "n", "2"), SOON);
            network.restore();
            List<Double> shown = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            await().atMost(JOB).pollInterval(Duration.ofMillis(50)).until(() -> {
                if (page.count(".whole:not([hidden])") == 0) {
                    return true;
                }
                shown.add(page.number("document.querySelector('.whole progress').value"));
                texts.addAll(page.texts(".whole .file-line span"));
                return false;
            });
            assertThat(shown).as("percent of all files").hasSizeGreaterThan(10);
            assertThat(falls(shown))
                    .as("each of two uploads sends again what the network lost, once: %s", shown)
                    .isLessThanOrEqualTo(2);
            assertThat(texts).contains(page.say("filesSent", "done", "1", "n", "2"));
            String left = page.say("left", "time", "@").replace("@", "\\d+.+");
            assertThat(texts).as("time left").anyMatch(each -> each.matches(left));
            await().atMost(JOB).until(() -> page.count(".video") == 2);
            page.throttle(0);

            page.upload(small, "Alone");
            await().atMost(JOB).until(() -> page.count(".video") == 3);
            assertThat(page.count(".whole:not([hidden])")).isZero();
            // What was cancelled in a stalled network still has its place on the node for a while; the page asks again.
            assertThat(page.errors()).allMatch(error -> error.contains("429"));
        }
    }

    private static long falls(List<Double> values) {
        return IntStream.range(1, values.size())
                .filter(i -> values.get(i) < values.get(i - 1))
                .count();
    }

    @Test
    void filesAreUploadedAtOnceWhereThatIsChosen() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.signUp();
        page.click("#at-once");
        page.pickOnly(small, text);
        await().atMost(JOB).until(() -> page.count(".video") == 2);
        page.visit();
        assertThat(page.see("#at-once").isSelected()).isTrue();
        assertThat(page.errors()).isEmpty();
    }

    @Test
    void whatIsNoVideoIsRefusedBeforeAByteIsSent() throws Exception {
        page = Page.open(web.uri(), "es", folder);
        page.signUp();
        page.pick(
                Files.createFile(folder.resolve("nada.mp4")),
                Files.writeString(folder.resolve("notas.txt"), "Just words."),
                Files.writeString(folder.resolve("foto.jpg"), "No photo."));
        await().atMost(SOON).until(() -> page.count(".uploads [data-state=stopped]") == 3);
        assertThat(page.texts(".uploads .problem"))
                .containsExactly(
                        "El archivo está vacío. Elige un video.",
                        "Los archivos con este nombre no son videos. Elige un video.",
                        "Los archivos con este nombre no son videos. Elige un video.");
        page.screenshot("refused-files");
        inEveryShape("refused-files");
        assertThat(page.count(".uploads button[type=submit]:not([hidden])")).isZero();
        // A type that the page does not know and the server does.
        page.pick(Files.writeString(folder.resolve("carta.docx"), "No letter."));
        page.click(".uploads li:nth-child(4) button[type=submit]");
        page.see(".uploads li:nth-child(4) .problem", "El archivo no es un video", SOON);
        assertThat(page.number(
                        "performance.getEntriesByType('resource').filter(r => /api.uploads./.test(r.name)).length"))
                .as("pieces of files that were sent")
                .isZero();
        page.click(".uploads li:nth-child(1) .off");
        assertThat(page.texts(".uploads .file")).containsExactly("notas.txt", "foto.jpg", "carta.docx");
    }

    /** As in a private window, or on a disk that is full. */
    @Test
    void aFileThatTheBrowserCannotKeepIsAskedForAgain() throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "es", folder);
            String email = page.signUp();
            page.run("IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }");
            network.stallAfter(12 * MEBIBYTE);
            page.upload(padded("Ida.mp4", 20 * MEBIBYTE), "Ida");
            await().atMost(JOB).until(network::isStalled);
            network.restore();
            page.visit();
            page.see(".uploads [data-state=missing] .notice", "Elígelo otra vez", SOON);
            page.screenshot("file-missing");
            inEveryShape("file-missing");

            page.run("document.getElementById('file').addEventListener('click', event => event.preventDefault())");
            page.click(".uploads .main");
            page.pick(small);
            page.see(".uploads [data-state=missing] .problem", "Es otro archivo.", SOON);
            page.screenshot("another-file");
            page.click(".uploads button[type=submit]");
            long before = network.sent();
            // It may have been uploaded before anybody looks.
            page.pickOnly(Files.copy(folder.resolve("Ida.mp4"), folder.resolve("La misma.mp4")));
            page.see(".video[data-status=processed] .poster", JOB);
            assertThat(network.sent() - before)
                    .as("bytes sent after the reload")
                    .isLessThan(16 * MEBIBYTE);
            assertThat(page.text(".video h3")).isEqualTo("Ida");
            assertNothingIsLeft(email);
        }
    }

    /** A token that the server refuses is as one that has ended. */
    @Test
    void aSessionIsRenewedAndOneThatHasEndedGoesOnAfterALogIn() throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "en", folder);
            String email = page.signUp();
            network.stallAfter(8 * MEBIBYTE);
            page.upload(padded("Vuelta.mp4", 30 * MEBIBYTE), "Back");
            await().atMost(JOB).until(network::isStalled);
            endToken();
            network.lose();
            network.restore();
            network.stallAfter(8 * MEBIBYTE);
            // The browser itself repeats a request whose connection was reset, with the old token.
            await().atMost(JOB).until(() -> renewals() == 1 && network.isStalled());
            assertThat(page.text(".me .email")).isEqualTo(email);

            try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                    PreparedStatement end = database.prepareStatement(
                            "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)")) {
                end.setString(1, email);
                assertThat(end.executeUpdate()).isPositive();
            }
            endToken();
            network.lose();
            network.restore();
            network.stallAfter(MEBIBYTE);
            page.see(".account .notice", "You were signed out because your session has ended.", SOON);
            page.screenshot("session-over");
            network.restore();
            page.signIn(email, "a good password");
            page.see(".video[data-status=processed] .poster", JOB);
            assertThat(page.text(".video h3")).isEqualTo("Back");
            assertNothingIsLeft(email);
        }
    }

    @Test
    void signingOutAsksAndLeavesNothingOfAnUpload() throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "es", folder);
            String email = page.signUp();
            network.stallAfter(4 * MEBIBYTE);
            page.upload(padded("Secreto.mp4", 20 * MEBIBYTE), "Secreto");
            await().atMost(JOB).until(network::isStalled);
            awaitCopies(1);
            page.click(".me button");
            page.see("dialog h2", "¿Cerrar la sesión ahora?", SOON);
            page.screenshot("sign-out");
            page.click("dialog .plain");
            page.see(".uploads [data-state=uploading]");
            page.click(".me button");
            network.restore();
            page.click("dialog .danger");
            page.see(".account");
            awaitCopies(0);
            assertThat(
                            page.run(
                                    "return Object.keys(localStorage).filter(key => key.startsWith('caravana.upload.')).length"))
                    .isEqualTo(0L);
            assertNothingIsLeft(email);
        }
    }

    /** One tab sends, another one waits, and continues when the first is closed. */
    @Test
    void aSecondTabGoesOnWithTheUploadOfTheFirst() throws Exception {
        try (Network network = new Network(web.uri())) {
            page = Page.open(network.uri(), "en", folder);
            String email = page.signUp();
            network.stallAfter(4 * MEBIBYTE);
            page.upload(padded("Dos.mp4", 20 * MEBIBYTE), "Two tabs");
            await().atMost(JOB).until(network::isStalled);
            awaitCopies(1);
            network.restore();
            network.stallAfter(8 * MEBIBYTE);
            await().atMost(JOB).until(network::isStalled);
            page.openTab();
            page.see(".uploads .notice", "Another tab uploads this file.", SOON);
            page.closeFirstTab();
            network.restore();
            page.see(".video[data-status=processed] .poster", JOB);
            await().atMost(SOON).until(() -> page.count(".uploads li") == 0);
            assertNothingIsLeft(email);
        }
    }

    private double renewals() {
        return page.number("performance.getEntriesByType('resource').filter(r => /auth.refresh/.test(r.name)).length");
    }

    private void endToken() {
        page.promised(
                "import('/page/session.js').then(session => session.renewed({access_token: 'ended', expires_in: 3600}))");
    }

    /** Whether the browser would ask before it leaves the page. */
    private boolean asksToLeave() {
        return !(Boolean) page.run("return window.dispatchEvent(new Event('beforeunload', {cancelable: true}))");
    }

    /** Waits until the browser has so many files of uploads. */
    private void awaitCopies(int files) {
        await().atMost(JOB)
                .untilAsserted(() -> assertThat(
                                page.promised(
                                        "new Promise(done => { const opening = indexedDB.open('caravana');"
                                                + " opening.onsuccess = () => { const asked = opening.result.transaction('files').objectStore('files').count();"
                                                + " asked.onsuccess = () => { opening.result.close(); done(asked.result); }; }; })"))
                        .isEqualTo((long) files));
    }

    /** On a desk and on a phone, in both languages: nothing sticks out, and nobody is kept out. */
    private void inEveryShape(String name) throws Exception {
        String before = page.run("return document.documentElement.lang").toString();
        for (String language : List.of("en", "es")) {
            page.choose("language", language);
            for (int width : List.of(1120, 390)) {
                page.resize(width, 844);
                await().atMost(SOON).until(() -> page.number("window.innerWidth") == width);
                assertThat(page.number("document.scrollingElement.scrollWidth")).isLessThanOrEqualTo(width);
                page.screenshot(name + "-" + language + "-" + width);
                assertThat(page.barriers()).isEmpty();
            }
        }
        page.resize(1120, 800);
        page.choose("language", before);
    }

    /** A short video in a file of that size; what is behind it is no part of it, and differs from byte to byte. */
    private static Path padded(String name, long bytes) throws Exception {
        Path file = folder.resolve(name);
        byte[] block = new byte[1024 * 1024];
        Random random = new Random(bytes);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            Files.copy(small, out);
            long rest = bytes - Files.size(small);
            out.write(ByteBuffer.allocate(8)
                    .putInt((int) rest)
                    .put("free".getBytes(StandardCharsets.US_ASCII))
                    .array());
            for (long left = rest - 8; left > 0; left -= block.length) {
                random.nextBytes(block);
                out.write(block, 0, (int) Math.min(block.length, left));
            }
        }
        return file;
    }

    private static String sha256(InputStream bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(bytes, digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The sum of an account's only original, as it is stored. */
    private static String storedSum(String email) throws Exception {
        String key = value("SELECT original_key FROM videos WHERE " + OF_ACCOUNT, email);
        try (S3Client s3 = Clients.s3(stack)) {
            return sha256(s3.getObject(
                    g -> g.bucket(stack.environment().get("S3_BUCKET")).key(key)));
        }
    }

    private static void assertNothingIsLeft(String email) throws Exception {
        assertThat(value("SELECT count(*) FROM videos WHERE status = 'receiving' AND " + OF_ACCOUNT, email))
                .as("uploads that are open")
                .isEqualTo("0");
    }

    private static String value(String query, String email) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement select = database.prepareStatement(query)) {
            select.setString(1, email);
            ResultSet row = select.executeQuery();
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void onAPhoneAndInTheDark() throws Exception {
        page = Page.open(web.uri(), "en", folder);
        page.signUp();
        hideHint();
        page.upload(text, "A title that is so long that a phone must break it somewhere, or else it would not fit");
        page.see(".video[data-status=failed]", JOB);
        page.upload(small, "Arrival in Bogotá");
        page.see(".video[data-status=processed] .poster img", JOB);

        page.resize(390, 844);
        await().atMost(SOON).until(() -> page.number("window.innerWidth") == 390);
        assertThat(page.number("document.scrollingElement.scrollWidth")).isLessThanOrEqualTo(390);
        page.screenshot("phone");
        page.prefer("dark");
        page.screenshot("phone-dark");
        page.resize(1120, 800);
        // Messages end.
        await().atMost(SOON).until(() -> page.count(".toast") == 0);
        page.run("scrollTo(0, 0)");
        page.screenshot("dark");
        page.prefer("light");
        page.screenshot("light");
        assertThat(page.errors()).isEmpty();
    }

    /** Added, tried, looked at, sent again, given a new secret, disabled and deleted; the receiver refuses the first call. */
    @Test
    void webhooksAreManagedAndTheirDeliveriesSentAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger usual = new AtomicInteger(200);
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", call -> {
            byte[] answer = "<b>not today</b>".getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(calls.incrementAndGet() == 1 ? 500 : usual.get(), answer.length);
            call.getResponseBody().write(answer);
            call.close();
        });
        receiver.start();
        try {
            page = Page.open(web.uri(), "en", folder);
            page.signUp();
            page.click("nav a[href='#webhooks']");
            page.see(".webhooks .empty", "No webhooks yet", SOON);
            page.type("#webhook-url", "http://10.0.0.1/");
            page.click(".webhooks .new button[type=submit]");
            page.see(".webhooks .problem", "not on the internet", SOON);
            assertThat(page.errors()).singleElement().asString().contains("400");
            page.type(
                    "#webhook-url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
            page.click(".webhooks .new button[type=submit]");
            page.see("dialog", "it is not shown again", SOON);
            assertThat(page.text("#secret")).startsWith("whsec_");
            page.press(Keys.ESCAPE);
            page.see(".webhooks .badge", "Works", SOON);
            assertThat(page.barriers()).isEmpty();

            page.click("[id^=testWebhook-]");
            await().atMost(SOON).until(() -> calls.get() > 1);
            page.click("[id^=deliveries-]");
            page.see(".webhooks tbody .badge", "Delivered", SOON);
            page.see(".webhooks tbody th", "webhook.test", SOON);
            page.click(".webhooks tbody summary");
            page.see(".webhooks .try", "500", SOON);
            page.see(".webhooks .answer", "<b>not today</b>", SOON);
            assertThat(page.barriers()).isEmpty();
            page.screenshot("deliveries");
            int before = calls.get();
            page.click("[id^=replay-]:not(form *)");
            await().atMost(SOON).until(() -> calls.get() > before);

            page.resize(360, 800);
            await().atMost(SOON).until(() -> page.number("window.innerWidth") == 360);
            assertThat(page.number("document.scrollingElement.scrollWidth")).isLessThanOrEqualTo(360);
            assertThat(page.fit(".webhooks tbody button"))
                    .as("the delivery can be sent again")
                    .isTrue();
            page.click(".webhooks a[href='#webhooks']");
            page.see("[id^=rotateSecret-]");
            assertThat(page.number("document.scrollingElement.scrollWidth")).isLessThanOrEqualTo(360);
            assertThat(page.fit(".webhooks tbody button"))
                    .as("all actions are visible")
                    .isTrue();
            page.screenshot("webhooks-phone");
            page.choose("language", "es");
            // A message would cover the button.
            await().atMost(SOON).until(() -> page.count(".toast") == 0);
            page.click("[id^=rotateSecret-]");
            page.see("dialog", "¿Crear un secreto nuevo?", SOON);
            page.click("dialog button[type=submit]");
            page.see("dialog", "no se muestra otra vez", SOON);
            page.press(Keys.ESCAPE);
            page.click("[id^=disableWebhook-]");
            page.see(".webhooks .badge", "Desactivado", SOON);
            page.click("[id^=enableWebhook-]");
            page.see(".webhooks .badge", "Funciona", SOON);

            usual.set(410);
            page.click("[id^=testWebhook-]");
            page.see(".webhooks td small", "410", SOON);
            page.click("nav a[href='#videos']");
            page.see(".toast", "Un webhook se desactivó", SOON);
            page.click(".toast button.plain");
            page.see(".webhooks .badge", "Desactivado", SOON);
            page.click("[id^=deleteWebhook-]");
            page.click("dialog button[type=submit]");
            page.see(".webhooks .empty", "Aún no hay webhooks", SOON);
            assertThat(page.errors()).isEmpty();
            page.run("location.hash = '#webhooks/00000000-0000-4000-8000-000000000000'");
            page.see(".webhooks .problem:not([hidden])", "Este webhook, o la entrega, ya no existe.", SOON);
        } finally {
            receiver.stop(0);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void anOperatorRedrives(Shape shape) throws Exception {
        ApiClient user = ApiClient.signUp(web.uri());
        page = Page.open(web.uri(), shape, folder);
        Map<String, String> settings = stack.environment();
        page.signIn(settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
        page.click("nav a[href='#operations']");
        page.click("#pause-or-resume");
        page.type("dialog input", "to try the dead letters");
        page.click("dialog button[type=submit]");
        try {
            redriveByThePage(user);
        } finally {
            // The other tests need their jobs done.
            resume(settings);
        }
    }

    private void redriveByThePage(ApiClient user) throws Exception {
        page.see(".operations .notice", page.say("workersPaused"), SOON);
        String id = deadLetter(user);
        page.see("input[id^=select-]", JOB);
        page.screenshot("operations");
        page.click("input[id^=select-]");
        page.click("#redrive");
        page.click("dialog button[type=submit]");
        await().atMost(JOB).until(() -> page.count("input[id^=select-]") == 0);
        page.click("#pause-or-resume");
        page.see("#pause-or-resume", page.say("pause"), SOON);

        await().atMost(JOB)
                .until(() ->
                        user.get(web.uri().resolve("/api/videos/" + id)).body().contains("\"processed\""));
        page.screenshot("operations-empty");
        assertThat(page.errors()).isEmpty();
    }

    /** By mouse on a wide screen, and by keyboard on a phone in the dark. */
    @Test
    void anOperatorSeesFiguresOverTimeAndFailuresByCodeWithTheirRunbooks() throws Exception {
        ApiClient user = ApiClient.signUp(web.uri());
        Map<String, String> settings = stack.environment();
        String id = failed(user);
        failForLackOfDisk(id);
        String refused = failed(user);
        page = Page.open(web.uri(), "es", folder);
        page.resize(1440, 900);
        page.signIn(settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
        page.click("nav a[href='#operations']");
        page.see(".chart:nth-child(2) li", "puestos: 2 ahora", SOON);
        await().atMost(SOON)
                .until(() -> page.texts(".chart:nth-child(1) .quiet").toString().contains("últimos"));
        page.see("#failures + .table tbody", "attempts_exhausted: disk_full", SOON);
        page.see("#failures + .table tbody", "No quedaba espacio en disco", SOON);
        page.see("#failures + .table tbody", "El archivo no es un video que podamos leer", SOON);
        assertThat(page.count("#failures + .table [lang=en]"))
                .as("sentences of the server")
                .isZero();
        page.click(".all-failures summary");
        page.see(".all-failures tbody", id, SOON);
        assertThat(page.texts("tr:has(#failed-" + id + ") [lang=en]")).containsExactly("no space left on device");
        assertThat(page.texts("tr:has(#failed-" + refused + ") td:nth-child(2) small"))
                .singleElement()
                .asString()
                .contains("sus primeros bytes son");
        sheet.take(page, "operations");
        page.click("#runbook-attempts_exhausted-disk_full");
        page.see(".runbook h1");
        assertThat(page.run("return location.hash")).isEqualTo("#runbook/disk-space");
        sheet.take(page, "runbook");

        page.onADarkPhone();
        tabTo("Operaciones");
        page.press(Keys.ENTER);
        page.see("#failures + .table");
        assertThat(page.fit("#failures + .table td:last-child"))
                .as("what to do is visible")
                .isTrue();
        page.run("location.hash = '#runbook/dead-letters'");
        page.see(".runbook h2", "Symptom", SOON);
        tabTo("disk-space");
        page.press(Keys.ENTER);
        await().atMost(SOON).until(() -> page.run("return location.hash").equals("#runbook/disk-space"));
        page.see(".runbook pre");
        assertThat(page.errors()).isEmpty();
    }

    /** Uploads what is not a video, and waits until its job has failed. */
    private static String failed(ApiClient user) throws Exception {
        HttpResponse<String> accepted = user.upload(web.uri(), "No video", BodyPublishers.ofFile(text));
        String id = accepted.body().replaceAll(".*\"video_id\":\"([^\"]+)\".*", "$1");
        await().atMost(JOB)
                .until(() ->
                        user.get(web.uri().resolve("/api/videos/" + id)).body().contains("\"failed\""));
        return id;
    }

    /** Ten accounts with one to four videos each, and other weights; the workers are paused, so that all of them wait. */
    @Test
    void anOperatorSeesHowAccountsCompete() throws Exception {
        Map<String, String> settings = stack.environment();
        pause(settings);
        try {
            for (int i = 0; i < 10; i++) {
                ApiClient user = ApiClient.signUp(web.uri());
                for (int video = 0; video <= i % 4; video++) {
                    assertThat(user.upload(web.uri(), "Video " + video, BodyPublishers.ofFile(small))
                                    .statusCode())
                            .isEqualTo(201);
                }
            }
            weighAccounts(operator(settings));
            page = Page.open(web.uri(), "es", folder);
            page.resize(1440, 900);
            page.signIn(settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
            page.click("nav a[href='#operations']");
            page.see("#accounts + .table tbody", "0 de 5 como máximo", SOON);
            assertThat(page.count("#accounts + .table tbody tr")).isGreaterThanOrEqualTo(10);
            page.wholeScreenshot("accounts-that-compete");
            resume(settings);
            page.see("#accounts + .empty", "Ninguna cuenta tiene trabajos", JOB);
            assertThat(page.errors()).isEmpty();
        } finally {
            resume(settings);
        }
    }

    private static void weighAccounts(ApiClient operator) throws Exception {
        Matcher ids = Pattern.compile("\"account_id\":\"([^\"]+)\"")
                .matcher(operator.get(web.uri().resolve("/api/ops/shares")).body());
        for (int i = 0; ids.find(); i++) {
            send(operator.request(web.uri().resolve("/api/ops/accounts/" + ids.group(1) + "/limits"))
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString(
                            "{\"weight\": " + (1 + i % 4) + ", \"at_once\": 5, \"reason\": \"to compete\"}")));
        }
    }

    /** Makes of a failed video one whose attempts ran out of disk space. */
    private static void failForLackOfDisk(String id) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement fail = database.prepareStatement(
                        "UPDATE videos SET error_code = 'attempts_exhausted', error_detail = 'no space left on device',"
                                + " error_values = NULL, last_code = 'disk_full', attempts = 5, retryable = true WHERE id = CAST(? AS uuid)")) {
            fail.setString(1, id);
            assertThat(fail.executeUpdate()).isEqualTo(1);
        }
    }

    /** The states that no other test takes to the sheet; dialogs, and what a change of language would end, are opened in each language. */
    @Test
    void everyStateIsOnTheVisualSheet() throws Exception {
        for (String language : VisualSheet.languages()) {
            try (Network network = new Network(web.uri())) {
                page = Page.open(network.uri(), language, folder);
                sheet.takeInOneLanguage(page, "sign-in");
                page.click(".switch button");
                sheet.takeInOneLanguage(page, "sign-up");
                page.click(".switch button");
                String email = page.signUp();
                sheet.takeInOneLanguage(page, "empty");
                hideHint();
                page.click("#transformations summary");
                page.see(".presets");
                sheet.takeInOneLanguage(page, "transformations");
                page.click("#transformations summary");
                takeUploadAndJob(network, email);
                takeFinished();
                takeOtherSections(email);
                // No worker has it: for other tests, the account would have a running job until the lease ends.
                change(
                        "UPDATE videos SET status = 'cancelled', claim_token = NULL WHERE status = 'processing' AND "
                                + OF_ACCOUNT,
                        email);
            }
            page.close();
            page = null;
        }
    }

    /** As for an account whose address is confirmed, so that pictures have more of the page. */
    private void hideHint() {
        page.promised("import('/page/session.js').then(session => session.verifiedElsewhere())");
        page.visit();
        page.see(".empty");
    }

    /** Chosen, on its way, waiting, and in work; the row says that it is in work, since a real job would be over before its last picture. */
    private void takeUploadAndJob(Network network, String email) throws Exception {
        pause(stack.environment());
        try {
            page.pick(padded("Viaje.mp4", 20 * MEBIBYTE));
            page.type(".uploads input[name=title]", "Arrival in Bogotá");
            sheet.takeInOneLanguage(page, "chosen");
            network.stallAfter(4 * MEBIBYTE);
            page.click(".uploads button[type=submit]");
            await().atMost(JOB).until(network::isStalled);
            sheet.takeInOneLanguage(page, "uploading");
            network.restore();
            page.see(".video[data-status=uploaded]", JOB);
            sheet.takeInOneLanguage(page, "waiting");
            assertThat(change(
                            "UPDATE videos SET status = 'processing', claim_token = gen_random_uuid(), claimed_at = now(),"
                                    + " lease_until = now() + interval '1 hour' WHERE " + OF_ACCOUNT,
                            email))
                    .isEqualTo(1);
            page.see(".video[data-status=processing]", SOON);
            sheet.takeInOneLanguage(page, "processing");
            page.click(".video h3 a");
            page.see(".video-page[data-status=processing]");
            sheet.takeInOneLanguage(page, "video-processing");
            page.click(".back");
            page.see(".video[data-status=processing]");
        } finally {
            // The other tests need their jobs done.
            resume(stack.environment());
        }
    }

    private void takeFinished() throws Exception {
        page.upload(text, "Travel notes");
        page.see(".video[data-status=failed]", JOB);
        page.upload(small, "Departure");
        page.see(".video[data-status=processed] .poster img", JOB);
        await().atMost(SOON).until(() -> page.count(".uploads li, .toast") == 0);
        sheet.takeInOneLanguage(page, "list");
        page.click("#as-grid");
        sheet.takeInOneLanguage(page, "grid");
        page.click("#as-list");
        page.click(".video[data-status=failed] h3 a");
        page.see(".video-page .problem");
        sheet.takeInOneLanguage(page, "video-failed");
        page.click(".video-page [data-action=rename]");
        page.see("dialog");
        sheet.takeInOneLanguage(page, "dialog");
        page.press(Keys.ESCAPE);
        page.click(".back");
        page.click(".video[data-status=processed] .poster");
        await().atMost(SOON).until(() -> page.player("readyState") >= 1);
        sheet.takeInOneLanguage(page, "player");
        page.press(Keys.ESCAPE);
        page.type("#search", "nothing of this");
        page.see(".empty button");
        sheet.takeInOneLanguage(page, "nothing-found");
    }

    /** A key that has expired, one that expires soon, and one for a program; a new one, one that is refused, and one to be revoked. */
    private void takeKeys(String email) throws Exception {
        page.promised("import('/page/api.js').then(async ({createKey}) => {"
                + " await createKey({name: 'Old laptop', scopes: ['videos:read']});"
                + " await createKey({name: 'Television', scopes: ['videos:read', 'webhooks'], expires_at: '2090-01-01T00:00:00Z'});"
                + " await createKey({name: 'Nightly import', scopes: ['videos:read', 'videos:write', 'videos:priority'],"
                + " addresses: ['203.0.113.0/24', '2001:db8::/32']}); })");
        assertThat(change(
                        "UPDATE api_keys SET expires_at = now() + CASE name WHEN 'Old laptop' THEN interval '-2 days'"
                                + " WHEN 'Television' THEN interval '3 days' END,"
                                + " last_used_at = CASE name WHEN 'Television' THEN now() - interval '5 minutes' END WHERE "
                                + OF_ACCOUNT,
                        email))
                .isEqualTo(3);
        page.run("location.reload()");
        page.see(".keys tbody");
        sheet.takeInOneLanguage(page, "keys");
        page.click("[id^=revoke-]");
        page.see("dialog");
        sheet.takeInOneLanguage(page, "key-revoked");
        page.press(Keys.ESCAPE);
        page.type("#key-name", "Editing desk");
        page.choose("key-expiry", "day");
        page.run("document.getElementById('key-day').value = '2040-12-12'");
        page.click("#key-only-from summary");
        page.type("#key-addresses", "203.0.113.0/33");
        page.click(".keys .new button[type=submit]");
        page.see(".keys .problem:not([hidden])");
        sheet.takeInOneLanguage(page, "key-refused");
        page.type("#key-addresses", "203.0.113.0/24");
        page.click(".keys .new button[type=submit]");
        page.see("#secret");
        sheet.takeInOneLanguage(page, "key-shown-once");
        page.press(Keys.ESCAPE);
    }

    private void takeOtherSections(String email) throws Exception {
        page.click("nav a[href='#webhooks']");
        page.see(".webhooks .empty");
        sheet.takeInOneLanguage(page, "webhooks");
        page.click("nav a[href='#account']");
        page.see(".account h1");
        page.see(".keys .empty");
        sheet.takeInOneLanguage(page, "account");
        takeKeys(email);
        page.run("const real = window.fetch; window.fetch = (address, ...rest) =>"
                + " String(address).includes('/videos?') ? new Promise(() => {}) : real(address, ...rest)");
        page.click(".brand");
        page.see("#loading");
        sheet.takeInOneLanguage(page, "loading");
    }

    /** @return how many rows of the account it changes */
    private static int change(String statement, String email) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement update = database.prepareStatement(statement)) {
            update.setString(1, email);
            return update.executeUpdate();
        }
    }

    /** By mouse on a wide screen in Spanish; by keyboard on a phone in the dark. */
    @Test
    void anOperatorFindsAccountsAndChangesThem() throws Exception {
        ApiClient user = ApiClient.signUp(web.uri());
        String me = user.get(web.uri().resolve("/api/me")).body();
        String id = me.replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
        String email = me.replaceAll("(?s).*?\"email\":\"([^\"]+)\".*", "$1");
        Map<String, String> settings = stack.environment();
        page = Page.open(web.uri(), "es", folder);
        page.resize(1440, 900);
        page.signIn(settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
        page.click("nav a[href='#operations']");
        page.click("#to-accounts");
        page.see("h1", "Cuentas", SOON);
        page.type("#search-accounts", settings.get("CARAVANA_OPERATOR_EMAIL"));
        await().atMost(SOON).until(() -> page.count("tbody tr") == 1);
        page.see("tbody .badge", "Operador", SOON);
        assertThat(page.count("[id^=block-], [id^=makeUser-]"))
                .as("of the operator's own account")
                .isZero();
        page.type("#search-accounts", "nobody-has-this-address");
        page.see(".operations .empty", "No se encontró ninguna cuenta", SOON);
        page.type("#search-accounts", email);
        page.see("tbody th", email, SOON);
        page.see(".count", "1 encontrada", SOON);

        page.click("#quotas-" + id);
        page.see("dialog #quota-videos-used", "0 en uso", SOON);
        page.type("#quota-videos", "3");
        page.type("#quota-bytes", "1.5");
        page.type("#quota-reason", "por contrato");
        sheet.takeInOneLanguage(page, "quotas");
        page.click("dialog button[type=submit]");
        page.see(".toast", "Las cuotas de " + email + " están guardadas.", SOON);
        assertThat(value(
                        "SELECT bytes || ' ' || videos || ' ' || coalesce(minutes, -1) FROM account_quotas WHERE "
                                + OF_ACCOUNT,
                        email))
                .isEqualTo("1500000000 3 -1");
        page.click("#quotas-" + id);
        page.see("dialog #quota-videos-used", "0 de 3 en uso", SOON);
        assertThat(page.run("return document.getElementById('quota-bytes').value"))
                .isEqualTo("1.5");
        page.press(Keys.ESCAPE);

        page.click("#block-" + id);
        page.type("dialog input", "correo basura");
        page.click("dialog button[type=submit]");
        page.see("tbody .badge.poison", "Bloqueada", SOON);
        await().atMost(SOON).until(() -> user.get(web.uri().resolve("/api/me")).statusCode() > 400);
        assertThat(page.focused().getDomAttribute("id")).isEqualTo("unblock-" + id);
        await().atMost(SOON).until(() -> page.count(".toast") == 0);
        sheet.take(page, "accounts");
        assertThat(page.errors()).isEmpty();

        page.onADarkPhone();
        page.run("location.reload()");
        page.see("tbody");
        tabTo("Buscar por correo, o por el id completo de la cuenta");
        page.press(id);
        page.see("tbody th", email, SOON);
        await().atMost(SOON).until(() -> page.count("tbody tr") == 1);
        assertThat(page.fit("tbody button")).as("all actions are visible").isTrue();
        tabTo("Desbloquear: " + email);
        page.press(Keys.ENTER);
        page.press("fue un error", Keys.ENTER);
        await().atMost(SOON).until(() -> page.count("tbody .badge") == 0);
        tabTo("Hacer operador: " + email, true);
        page.press(Keys.ENTER);
        page.press("de guardia", Keys.ENTER);
        page.see("tbody .badge", "Operador", SOON);
        assertThat(value("SELECT role FROM users WHERE email = ?", email)).isEqualTo("operator");
        await().atMost(SOON).until(() -> page.focused().getAccessibleName().equals("Hacer usuario: " + email));
        page.press(Keys.ENTER);
        page.press("ya no", Keys.ENTER);
        await().atMost(SOON).until(() -> page.count("tbody .badge") == 0);
        assertThat(page.errors()).isEmpty();
    }

    /** By mouse on a wide screen; by keyboard on a phone in the dark. */
    @Test
    void anOperatorSeesEachAttemptOfAJob() throws Exception {
        ApiClient user = ApiClient.signUp(web.uri());
        HttpResponse<String> accepted = user.upload(web.uri(), "Second attempt", BodyPublishers.ofFile(small));
        String id = accepted.body().replaceAll(".*\"video_id\":\"([^\"]+)\".*", "$1");
        await().atMost(JOB)
                .until(() ->
                        user.get(web.uri().resolve("/api/videos/" + id)).body().contains("\"processed\""));
        attemptWithoutDisk(id);
        Map<String, String> settings = stack.environment();
        page = Page.open(web.uri(), "en", folder);
        page.resize(1440, 900);
        page.signIn(settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
        page.click("nav a[href='#operations']");
        page.type("#job-of", id);
        page.click(".ways button");
        page.see(".attempts li:nth-child(1) .badge", "Retry scheduled", SOON);
        page.see(".attempts > li:nth-child(1)", "worker-without-disk", SOON);
        page.see(
                ".attempts > li:nth-child(1) .failure", "disk_full There was no disk space left for processing.", SOON);
        page.see(".attempts > li:nth-child(2) .badge", "Processed", SOON);
        assertThat(page.texts(".attempts > li:nth-child(2) .timeline span:first-child"))
                .contains("Converting", "Storing the result");
        assertThat(page.texts(".figures dd").get(0)).isEqualTo("2");
        sheet.take(page, "job");
        page.click(".attempts a");
        page.see(".runbook h1");
        assertThat(page.run("return location.hash")).isEqualTo("#runbook/disk-space");
        assertThat(page.errors()).isEmpty();

        page.onADarkPhone();
        page.run("location.hash = '#operations'");
        page.see("#job-of");
        tabTo("Attempts of a video");
        page.press("no id", Keys.ENTER);
        assertThat(page.run("return location.hash")).isEqualTo("#operations");
        page.type("#job-of", id);
        page.press(Keys.ENTER);
        page.see(".attempts > li:nth-child(2) .badge", "Processed", SOON);
        page.run("location.hash = '#job/00000000-0000-4000-8000-000000000000'");
        page.see(".job-page .problem", "There is no video with this id.", SOON);
        assertThat(page.barriers()).isEmpty();
        seesParts(id);
    }

    /** As while two workers encode it: of three parts one is done, one is being encoded, and one waits. */
    private void seesParts(String id) throws Exception {
        try {
            update(
                    "UPDATE videos SET status = 'processing', claim_token = gen_random_uuid(), claimed_at = now(),"
                            + " lease_until = now() + interval '1 hour', worker = 'worker-with-job' WHERE id = CAST(? AS uuid)",
                    id);
            update(
                    "INSERT INTO parts (video_id, plan_id, number, job_token, digest, build, first_frame, frames, part_state,"
                            + " worker, claimed_at, lease_until)"
                            + " SELECT id, claim_token, number, claim_token, 'd', 'b', number, 1, part_state, 'worker-that-helps',"
                            + " now(), now() + interval '1 hour'"
                            + " FROM videos CROSS JOIN (VALUES (0, 'done'), (1, 'running'), (2, 'waiting')) made (number, part_state)"
                            + " WHERE id = CAST(? AS uuid)",
                    id);
            update(
                    "INSERT INTO workers (name, slots, closed_by, seen_at) SELECT name, 1, '', now() + interval '10 minutes'"
                            + " FROM (VALUES ('worker-with-job'), ('worker-that-helps')) made (name) WHERE ? <> ''",
                    id);
            page.run("location.hash = '#job/" + id + "'");
            page.see(".attempts > li[data-outcome=running]", "1 of 3 parts done", SOON);
            page.see(
                    ".attempts > li[data-outcome=running] .encoding",
                    "Part 2 is being encoded on worker-that-helps",
                    SOON);
            sheet.take(page, "job-in-parts");
            page.run("location.hash = '#operations'");
            page.see("section[aria-labelledby=workers]", "1 of 3 parts done", SOON);
            page.see("#part-1-" + id, id, SOON);
            assertThat(page.barriers()).isEmpty();
        } finally {
            update("UPDATE videos SET status = 'processed', claim_token = NULL WHERE id = CAST(? AS uuid)", id);
            update("DELETE FROM workers WHERE name LIKE 'worker-%' AND ? <> ''", id);
        }
    }

    private static void update(String sql, String id) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement update = database.prepareStatement(sql)) {
            update.setString(1, id);
            update.executeUpdate();
        }
    }

    /** An attempt that ended an hour ago, as a worker without disk space would have recorded it. */
    private static void attemptWithoutDisk(String id) throws Exception {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement insert = database.prepareStatement(
                        "INSERT INTO receipts (claim_token, video_id, outcome, code, worker, measured, created_at)"
                                + " VALUES (gen_random_uuid(), CAST(? AS uuid), 'retry_scheduled', 'disk_full', 'worker-without-disk',"
                                + " '{\"cpu_ms\": {\"ffmpeg\": 900}, \"peak_tool_memory_bytes\": 50000000, \"bytes_read\": 1000,"
                                + " \"phase_ms\": {\"claim\": 20, \"download\": 300, \"probe\": 100, \"transcode\": 700}}',"
                                + " now() - interval '1 hour')")) {
            insert.setString(1, id);
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
    }

    /** The page of a web node whose accounts another service keeps, with roles in a claim of that service's own. */
    @Test
    void aTokenOfAnOutsideIssuerSignsIn() throws Exception {
        try (TokenIssuer issuer = new TokenIssuer()) {
            Map<String, String> settings = new HashMap<>(stack.environment());
            settings.put("JWT_ISSUER_URI", issuer.address());
            settings.put("JWT_AUDIENCE", TokenIssuer.AUDIENCE);
            settings.put("JWT_ROLES_CLAIM", "realm_access.roles");
            try (AppProcess other = AppProcess.start(AppProcess.WEB, settings, folder.resolve("outside.log"))) {
                other.awaitReady();
                signInByToken(issuer, other.uri());
            }
        }
    }

    private void signInByToken(TokenIssuer issuer, URI outside) throws Exception {
        page = Page.open(outside, "es", folder);
        page.resize(360, 740);
        page.type("[name=email]", "ana@example.org");
        page.type("[name=password]", Page.PASSWORD);
        page.press(Keys.ENTER);
        page.see(".account", "Otro servicio (" + issuer.address() + ") gestiona las cuentas.", SOON);
        await().atMost(SOON).until(() -> page.focused().getDomAttribute("id").equals("field-token"));
        page.press("no.token", Keys.ENTER);
        page.see(".account .problem", "Este token no sirve aquí", SOON);
        sheet.take(page, "outside-issuer");
        // The browser reports what the server refuses.
        assertThat(page.errors()).hasSize(2).allMatch(error -> error.contains("401") || error.contains("404"));
        page.type("#field-token", issuer.token("ana"));
        page.press(Keys.ENTER);
        page.see(".drop");
        page.see("nav a[href='#operations']");
        page.upload(text, "De otra cuenta");
        page.see(".video[data-status=failed]", JOB);
        page.run("location.reload()");
        page.see(".video h3", "De otra cuenta", SOON);
        page.click("nav a[href='#account']");
        page.see(".keys .empty");
        assertThat(page.count("#scope-operator"))
                .as("where the issuer decides the role")
                .isZero();
        page.type("#key-name", "De otra cuenta");
        page.click(".keys .new button[type=submit]");
        page.see("dialog", "solo se muestra esta vez", SOON);
        String key = page.text("#secret");
        page.press(Keys.ESCAPE);
        page.see(".keys tbody th", "De otra cuenta", SOON);
        assertThat(ApiClient.with(key).get(outside.resolve("/api/videos")).body())
                .contains("De otra cuenta");
        page.click("nav a[href='#videos']");
        page.see(".video h3");
        assertThat(page.errors()).isEmpty();

        endToken();
        page.choose("status", "failed");
        page.see(".account .notice", "La sesión se cerró porque tu token venció.", SOON);
        page.run("location.reload()");
        page.see(".account input[name=email]");
        page.type("[name=email]", "ana@example.org");
        page.type("[name=password]", Page.PASSWORD);
        page.press(Keys.ENTER);
        page.see("#field-token");
        page.type("#field-token", issuer.token("ana"));
        page.press(Keys.ENTER);
        page.see(".video h3", "De otra cuenta", SOON);
        assertThat(page.run("return document.getElementById('status').value")).isEqualTo("failed");

        // The server takes a key as a token, but no key manages keys.
        page.click(".me button");
        page.type("#field-token", key);
        page.press(Keys.ENTER);
        page.see(".drop");
        page.click("nav a[href='#account']");
        page.see(".keys .problem:not([hidden])", "Una clave de API no puede hacer eso.", SOON);
    }

    private static void pause(Map<String, String> settings) throws Exception {
        ApiClient operator = operator(settings);
        send(operator.request(web.uri().resolve("/api/ops/workers/pause"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"reason\": \"jobs that wait\"}")));
        await().atMost(SOON)
                .until(() -> operator.get(web.uri().resolve("/api/ops/queue"))
                        .body()
                        .contains("\"closed_by\":[\"paused\"]"));
    }

    private static void resume(Map<String, String> settings) throws Exception {
        send(operator(settings)
                .request(web.uri().resolve("/api/ops/workers/resume"))
                .POST(BodyPublishers.noBody()));
    }

    private static ApiClient operator(Map<String, String> settings) throws Exception {
        return ApiClient.logIn(
                web.uri(), settings.get("CARAVANA_OPERATOR_EMAIL"), settings.get("CARAVANA_OPERATOR_PASSWORD"));
    }

    private static void send(HttpRequest.Builder order) throws Exception {
        assertThat(HttpClient.newHttpClient()
                        .send(order.build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }

    /** Uploads a good video while nobody takes its job, and makes of it what five failed attempts would have made. */
    private static String deadLetter(ApiClient user) throws Exception {
        HttpResponse<String> accepted = user.upload(web.uri(), "Failed five times", BodyPublishers.ofFile(small));
        String id = accepted.body().replaceAll(".*\"video_id\":\"([^\"]+)\".*", "$1");
        Map<String, String> settings = stack.environment();
        try (SqsClient sqs = SqsClient.builder()
                        .region(Region.of(settings.get("AWS_REGION")))
                        .endpointOverride(URI.create(settings.get("AWS_ENDPOINT_URL_SQS")))
                        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                                settings.get("AWS_ACCESS_KEY_ID"), settings.get("AWS_SECRET_ACCESS_KEY"))))
                        .build();
                Connection database = DriverManager.getConnection(stack.jdbcUrl())) {
            String job;
            try (PreparedStatement fail = database.prepareStatement(
                    "UPDATE videos SET status = 'failed', failed_at = now(), updated_at = now(), attempts = 5,"
                            + " retryable = true, error_code = 'attempts_exhausted', error_detail = 'ffmpeg stalled'"
                            + " WHERE id = CAST(? AS uuid) RETURNING job_message(videos)")) {
                fail.setString(1, id);
                ResultSet row = fail.executeQuery();
                row.next();
                job = row.getString(1);
            }
            Map<String, MessageAttributeValue> attributes = new HashMap<>();
            Map.of("code", "attempts_exhausted", "reason", "ffmpeg stalled", "attempt", "5")
                    .forEach((name, value) -> attributes.put(
                            name,
                            MessageAttributeValue.builder()
                                    .dataType("String")
                                    .stringValue(value)
                                    .build()));
            sqs.sendMessage(s ->
                    s.queueUrl(settings.get("SQS_DLQ_URL")).messageBody(job).messageAttributes(attributes));
        }
        return id;
    }
}
