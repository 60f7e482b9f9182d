package caravana.system.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.system.SharedStack;
import caravana.system.faults.Forwarder;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;

/** A video that is played while it is processed, from the upload on, with both packaged apps as processes. */
@SampledClass(turn = 0)
class PlayableTest {

    private static final int SECONDS = 40;
    private static final int RATE = 30;

    /** What the page's own choice makes of it: the first half minute, between two cards. */
    private static final int KEPT = 30;

    private static final int CLIP = KEPT + 5;

    /** Of 1 s, of 3 s, and of 4 s each, the last one shorter. */
    private static final int SEGMENTS = 10;

    /** How many seconds of an original the worker reads in one, so that a job is as long on every machine. */
    private static final int PACE = 1;

    private static final int UPLOAD_BYTES_A_SECOND = 2_000_000;

    private static final String PACED = """
            #!/bin/sh
            case " $* " in
              *" -i "*) exec "%1$s" -readrate %2$d "$@" ;;
              *) exec "%1$s" "$@" ;;
            esac
            """;

    @TempDir
    static Path folder;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> SETTINGS = new HashMap<>();
    private static Forwarder store;
    private static AppProcess web;
    private static AppProcess worker;
    private static Path video;

    private Process player;
    private Page page;

    @BeforeAll
    static void start() throws Exception {
        LocalStack stack = SharedStack.cleared();
        SETTINGS.putAll(stack.environment());
        URI objects = URI.create(SETTINGS.get("AWS_ENDPOINT_URL_S3"));
        store = Forwarder.to(new InetSocketAddress(objects.getHost(), objects.getPort()));
        SETTINGS.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + store.port());
        // What a killed worker had is free after that.
        SETTINGS.put("SQS_VISIBILITY_TIMEOUT", "50");
        SETTINGS.put("PATH", paced() + ":" + System.getenv("PATH"));
        web = AppProcess.start(AppProcess.WEB, SETTINGS, folder.resolve("web.log"));
        startWorker("worker");
        video = SampleVideo.make(folder.resolve("Growing.mp4"), "426x240", SECONDS, "-g", "120");
        web.awaitReady();
        worker.awaitReady();
    }

    private static void startWorker(String name) {
        SETTINGS.put("CARAVANA_WORK_DIR", folder.resolve(name).toString());
        worker = AppProcess.start(AppProcess.WORKER, SETTINGS, folder.resolve(name + ".log"));
    }

    /** A folder with an ffmpeg that reads its first input slowly. */
    private static Path paced() throws Exception {
        Process which = new ProcessBuilder("which", "ffmpeg").start();
        String real = new String(which.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Path programs = Files.createDirectories(folder.resolve("programs"));
        Path ffmpeg = Files.writeString(programs.resolve("ffmpeg"), PACED.formatted(real, PACE));
        Files.setPosixFilePermissions(ffmpeg, PosixFilePermissions.fromString("rwxr-xr-x"));
        return programs.toAbsolutePath();
    }

    @AfterAll
    static void stop() {
        worker.close();
        web.close();
        store.close();
    }

    @AfterEach
    void endPlayers() {
        if (player != null) {
            player.destroyForcibly();
        }
        if (page != null) {
            page.close();
        }
    }

    private static JsonNode show(ApiClient client, String id) throws IOException, InterruptedException {
        return JSON.readTree(client.get(web.uri().resolve("/api/videos/" + id)).body());
    }

    private static void killWorker() {
        worker.kill();
        startWorker("worker-" + worker.pid());
    }

    /** ffmpeg reads a playlist while it grows, by the first worker and then by the next one, and misses nothing. */
    @Test
    void aPlayerReadsToTheEndThoughTheWorkerIsKilled() throws Exception {
        Sample.require(Sample.WHOLE, "ffmpeg plays a growing video", "a whole run makes it");
        ApiClient client = ApiClient.signUp(web.uri());
        HttpResponse<String> accepted = client.send(
                client.request(web.uri().resolve("/api/videos?title=t&transformaciones=transcodificacion,hls"))
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofFile(video))
                        .build());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String id = JSON.readTree(accepted.body()).path("video_id").asText();

        JsonNode playable = await().atMost(Waits.LIMIT)
                .until(() -> show(client, id), v -> !v.path("playback_url").isNull());
        assertThat(playable.path("status").asText()).isEqualTo("processing");
        assertThat(playable.path("playable_at").isTextual()).isTrue();

        Path frames = folder.resolve("frames.txt");
        player = new ProcessBuilder(List.of(
                        "ffmpeg",
                        "-nostdin",
                        "-v",
                        "error",
                        // Segments have no ending in their addresses.
                        "-extension_picky",
                        "0",
                        "-live_start_index",
                        "0",
                        "-max_reload",
                        "1000",
                        "-i",
                        web.uri()
                                .resolve(playable.path("playback_url").asText())
                                .toString(),
                        "-map",
                        "0:v:0",
                        "-map",
                        "0:a:0",
                        "-c",
                        "copy",
                        "-f",
                        "framecrc",
                        "-flush_packets",
                        "1",
                        frames.toString()))
                .redirectError(folder.resolve("player.log").toFile())
                .start();
        await().atMost(Waits.LIMIT).until(() -> !player.isAlive() || Files.exists(frames) && Files.size(frames) > 0);
        assertThat(player.isAlive())
                .as(() -> read(folder.resolve("player.log")))
                .isTrue();
        assertThat(show(client, id).path("status").asText()).isEqualTo("processing");
        killWorker();

        await().atMost(Waits.LIMIT)
                .until(() -> show(client, id).path("status").asText().equals("processed"));
        assertThat(show(client, id).path("attempts").asInt()).isEqualTo(2);
        int status = player.onExit().get().exitValue();
        String complaints = read(folder.resolve("player.log"));
        System.out.println("ffmpeg, while the playlist grew: status " + status + " " + complaints);
        assertThat(status).as(complaints).isZero();
        List<Long> times = Files.readAllLines(frames).stream()
                .filter(line -> line.startsWith("0,"))
                .map(line -> Long.valueOf(line.split(",")[1].strip()))
                .toList();
        assertThat(times).as(complaints).hasSize(SECONDS * RATE);
        long step = times.get(1) - times.get(0);
        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).as("frame " + i).isEqualTo(step);
        }
        assertThat(framesByDash(show(client, id).path("playback_url").asText())).isEqualTo(SECONDS * RATE);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int framesByDash(String playback) throws Exception {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe",
                        "-v",
                        "error",
                        "-select_streams",
                        "v:0",
                        "-count_packets",
                        "-show_entries",
                        "stream=nb_read_packets",
                        "-of",
                        "default=nk=1:nw=1",
                        web.uri()
                                .resolve(playback.replace("master.m3u8", "manifest.mpd"))
                                .toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(ffprobe.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(ffprobe.waitFor()).as(said).isZero();
        // It says so of the program as well.
        return Integer.parseInt(said.lines().findFirst().orElseThrow());
    }

    /** Opens the page, signs up, and uploads a video as renditions and a storyboard. */
    private ApiClient upload(Path file) {
        Sample.require(Chromium.missing() == null, "the page that plays a growing video", "there is no Chromium");
        page = Page.open(web.uri(), "en", folder);
        ApiClient client = logIn(page.signUp());
        page.click("#transformations summary");
        page.see("#transformation-hls");
        page.click("#transformation-hls");
        page.upload(file, "Growing");
        return client;
    }

    private static ApiClient logIn(String email) {
        try {
            return ApiClient.logIn(web.uri(), email, Page.PASSWORD);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Plays it from the list while a worker is at it; returns its id. */
    private String playGrowing(ApiClient client) throws Exception {
        page.see(".video[data-status=processing] button.poster", Page.JOB);
        String id = page.see(".video").getDomAttribute("data-id");
        page.click("button.poster");
        page.see("dialog video");
        page.run("const video = document.querySelector('dialog video'); window.failed = 0;"
                + " video.addEventListener('error', () => window.failed++)");
        await().atMost(Page.SOON).until(() -> page.player("currentTime") > 0.5);
        assertThat(show(client, id).path("status").asText()).isEqualTo("processing");
        return id;
    }

    private void playToTheEnd() {
        page.run("document.querySelector('dialog video').playbackRate = 4");
        await().atMost(Page.JOB)
                .until(() -> page.run("return document.querySelector('dialog video').ended")
                        .equals(true));
        assertThat(page.player("currentTime")).isBetween(CLIP - 0.5, CLIP + 0.5);
        assertThat(page.run("return window.failed").toString()).isEqualTo("0");
    }

    /** From the page's list, while a worker is at it: it is killed, and the page plays on to the end without an error. */
    @Test
    void thePagePlaysToTheEndThoughTheWorkerIsKilled() throws Exception {
        Sample.require(Sample.WHOLE, "a page plays on through a kill", "a whole run makes it");
        ApiClient client = upload(video);
        String id = playGrowing(client);
        killWorker();

        playToTheEnd();
        assertThat(show(client, id).path("attempts").asInt()).isEqualTo(2);
        assertThat(page.errors()).isEmpty();
    }

    /** Worker and player have no object store for a while: nothing that was listed goes, and both go on. */
    @Test
    void thePagePlaysToTheEndThoughTheObjectStoreWasUnavailable() throws Exception {
        ApiClient client = upload(video);
        String id = playGrowing(client);
        String playback = show(client, id).path("playback_url").asText();
        int listed = segments(playback);
        assertThat(listed).isGreaterThan(0);
        store.block(true);
        Duration outage = Sample.LONG ? Duration.ofSeconds(20) : Duration.ofSeconds(4);
        await().atMost(Waits.LIMIT).during(outage).until(() -> segments(playback) >= listed);
        assertThat(segments(playback)).isLessThan(SEGMENTS);
        store.block(false);

        playToTheEnd();
        JsonNode processed = show(client, id);
        assertThat(processed.path("status").asText()).isEqualTo("processed");
        assertThat(processed.path("attempts").asInt()).isEqualTo(1);
        assertThat(segments(playback)).isEqualTo(SEGMENTS);
    }

    /**
     * From the choice of a file to the end of the video, as one sees it: it plays after some seconds, goes on while it is processed, and then
     * shows where one would seek. Leaves a sheet of ten pictures.
     */
    @Test
    void aVideoIsWatchedFromItsUploadOn() throws Exception {
        Sample.require(Chromium.missing() == null, "the page that plays a growing video", "there is no Chromium");
        // The left half says in which half of the video a picture is.
        Path halves = SampleVideo.make(
                folder.resolve("Halves.mp4"),
                "640x360",
                SECONDS,
                List.of(
                        "drawbox=w=iw/2:t=fill:color=red:enable='lt(t," + KEPT / 2 + ")'",
                        "drawbox=w=iw/2:t=fill:color=blue:enable='gte(t," + KEPT / 2 + ")'"),
                List.of());
        page = Page.open(web.uri(), "en", folder);
        page.signUp();
        page.click("#transformations summary");
        page.see("#transformation-hls");
        page.click("#transformation-hls");
        page.click("#transformation-storyboard");
        page.pick(halves);
        page.type(".uploads input[name=title]", "Two halves");
        Sheet sheet = new Sheet(page);
        sheet.add("chosen");
        page.throttle(UPLOAD_BYTES_A_SECOND);
        page.click(".uploads button[type=submit]");
        await().atMost(Page.JOB).until(() -> page.number("document.querySelector('.uploads progress')?.value") > 20);
        sheet.add("uploading");
        page.throttle(0);
        page.see(".video[data-status=processing]", Page.JOB);
        sheet.add("processing");
        page.see(".video[data-status=processing] button.poster", Page.JOB);
        sheet.add("playable");
        page.click(".video h3 a");
        page.see(".video-page video");
        page.run("document.querySelector('video').play()");
        await().atMost(Page.SOON).until(() -> page.player("currentTime") > 3);
        assertThat(page.count("[data-status=processing] video")).isEqualTo(1);
        sheet.add("plays-at-3-s");
        await().atMost(Page.SOON).until(() -> page.player("currentTime") > 8);
        sheet.add("plays-at-8-s");
        page.see("[data-status=processed] video", Page.JOB);
        assertThat(page.player("currentTime")).isGreaterThan(8);
        sheet.add("processed");

        page.see(".seek input");
        page.run("document.querySelector('video').pause()");
        // The player asks for the last segments a moment later.
        await().atMost(Page.SOON).until(() -> page.player("duration") > CLIP - 0.5);
        page.hover(".seek input", 10.0 / CLIP);
        seeHalf(10, "red");
        sheet.add("seeking-at-10-s");
        page.hover(".seek input", 26.0 / CLIP);
        seeHalf(26, "blue");
        sheet.add("seeking-at-26-s");
        page.click(".seek input", 0.95);
        await().atMost(Page.SOON).until(() -> page.player("currentTime") > CLIP * 0.9);
        page.run("document.querySelector('video').play()");
        await().atMost(Page.JOB)
                .until(() ->
                        page.run("return document.querySelector('video').ended").equals(true));
        sheet.add("finished");
        assertThat(page.barriers()).isEmpty();
        assertThat(page.errors()).isEmpty();
        sheet.write("playable-sheet");
    }

    /** Waits until the picture above the line is of this second, and its left half has this colour. */
    private void seeHalf(int second, String colour) {
        page.see(".seek .preview", String.format("0:%02d", second), Page.SOON);
        await().atMost(Page.SOON).untilAsserted(() -> assertThat(half()).isEqualTo(colour));
    }

    private String half() throws IOException {
        if (page.number("document.querySelector('.preview canvas').width") == 0) {
            return "nothing";
        }
        WebElement canvas = page.see(".preview canvas");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(canvas.getScreenshotAs(OutputType.BYTES)));
        int pixel = picture.getRGB(picture.getWidth() / 4, picture.getHeight() / 2);
        int red = pixel >> 16 & 0xff;
        int blue = pixel & 0xff;
        return red > 2 * blue ? "red" : blue > 2 * red ? "blue" : Integer.toHexString(pixel);
    }

    /** How many segments of the lowest rendition are listed. */
    private static int segments(String playback) throws Exception {
        URI master = web.uri().resolve(playback);
        String media = get(master)
                .lines()
                .filter(line -> line.contains("/240p/"))
                .findFirst()
                .orElseThrow();
        return (int) get(master.resolve(media))
                .lines()
                .filter(line -> line.startsWith("#EXTINF"))
                .count();
    }

    private static String get(URI address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
