package caravana.system.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.SampleVideo;
import caravana.system.Jobs;
import caravana.system.SharedStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shaka Player as it is published, on a page of another origin: it plays renditions to their end, by the playlists and by the
 * manifest of DASH. {@code ./caravana test clients} installs it; without it or Chromium, the test is skipped and says so.
 */
@SampledClass(turn = 4)
class ShakaPlayerTest {

    private static final int SECONDS = 12;
    private static final Path SHAKA =
            Path.of("../routes-web/target/clients/node_modules/shaka-player/dist/shaka-player.compiled.js");

    private static final String PAGE = """
            <!doctype html><title>A page of one's own</title><main><video muted></video></main>
            <script src="/shaka.js"></script>
            <script>
              const video = document.querySelector('video');
              const player = new shaka.Player();
              window.problems = [];
              const note = (problem) => window.problems.push([problem.message ?? problem, ...(problem.data ?? [])].join(' '));
              player.addEventListener('error', ({detail}) => note(detail));
              window.play = async (address) => {
                await player.attach(video);
                await player.load(address);
                video.playbackRate = 4;
                await video.play();
              };
              window.start = (address) => { window.play(address).catch(note); };
            </script>""";

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private HttpServer pages;
    private AppProcess web;
    private AppProcess worker;
    private Page page;

    private void start() throws Exception {
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", exchange -> answer(exchange, "text/html", PAGE.getBytes(StandardCharsets.UTF_8)));
        pages.createContext("/shaka.js", exchange -> answer(exchange, "text/javascript", Files.readAllBytes(SHAKA)));
        pages.start();
        Map<String, String> settings = new HashMap<>(SharedStack.cleared().environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        settings.put("CARAVANA_CORS_ORIGINS", origin().toString());
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        web.awaitReady();
        worker.awaitReady();
    }

    private URI origin() {
        return URI.create("http://localhost:" + pages.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    @AfterEach
    void stop() {
        if (page != null) {
            page.close();
        }
        if (web != null) {
            worker.close();
            web.close();
        }
        if (pages != null) {
            pages.stop(0);
        }
    }

    @Test
    void itPlaysPlaylistsAndManifestToTheEnd() throws Exception {
        Sample.require(Chromium.missing() == null, "Shaka Player in a browser", "there is no Chromium");
        Sample.require(
                Files.exists(SHAKA), "Shaka Player in a browser", "it is not installed; run ./caravana test clients");
        start();
        URI playback = web.uri().resolve(processed().path("playback_url").asText());
        page = Page.open(origin(), "en", folder);

        play(playback);
        page.visit();
        play(URI.create(playback.toString().replace("master.m3u8", "manifest.mpd")));
        System.out.println("RESULT name=shaka-player value=0 unit=errors ways=hls,dash version="
                + page.run("return shaka.Player.version") + " target=0 verdict=pass");
    }

    private void play(URI address) {
        page.run("window.start(arguments[0])", address.toString());
        await().atMost(Waits.LIMIT)
                .until(() -> page.count("video") == 1
                        && (page.run("return document.querySelector('video').ended")
                                        .equals(true)
                                || page.number("window.problems.length") > 0));
        assertThat(page.run("return window.problems.join('; ')").toString())
                .as(() -> String.valueOf(page.errors()))
                .isEmpty();
        assertThat(page.player("currentTime")).isBetween(SECONDS - 0.5, SECONDS + 0.5);
        assertThat(page.errors()).isEmpty();
    }

    private JsonNode processed() throws Exception {
        Path video = SampleVideo.make(folder.resolve("video.mp4"), "854x480", SECONDS);
        return Jobs.done(ApiClient.signUp(web.uri()), web.uri(), video, "transcodificacion,hls");
    }
}
