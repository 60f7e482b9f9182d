package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.test.SampledTests;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an upload over HTTP to a finished clip, with both packaged apps as processes. */
@SampledTests(name = "jobs of packaged apps", size = 3)
class EndToEndTest {

    private static final Duration JOB = Waits.LIMIT;
    /** Background of the cards, and of the footage that shows where the logo is. */
    private static final Videos.Pixel CARD = new Videos.Pixel(0x1f, 0x3a, 0x5f);

    private static final Videos.Pixel PLAIN = new Videos.Pixel(0x30, 0xa0, 0x50);

    /** Each is above its default. */
    private static final Map<String, String> RAISED_LIMITS = Map.of(
            "CARAVANA_UPLOAD_MAX_SIZE", "3GB",
            "CARAVANA_VIDEO_MAX_DURATION", "61m",
            "CARAVANA_VIDEO_MAX_WIDTH", "4352",
            "CARAVANA_VIDEO_MAX_HEIGHT", "2448",
            "CARAVANA_VIDEO_MAX_FRAME_RATE", "300",
            "CARAVANA_VIDEO_MAX_STREAMS", "33");

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static AppProcess web;
    private static AppProcess worker;
    private static ApiClient client;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        settings.putAll(RAISED_LIMITS);
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        web.awaitReady();
        client = ApiClient.signUp(web.uri());
        worker.awaitReady();
    }

    @AfterAll
    static void stop() {
        worker.close();
        web.close();
    }

    @Test
    void aFullHdVideoBecomesAClip() throws Exception {
        String id = upload(SampleVideo.make(folder.resolve("wide.mp4"), "1920x1080", 34, "-r", "10"));
        Path clip = fetch(id);

        JsonNode probe = assertFinished(clip);
        assertThat(probe.at("/format/duration").asDouble()).isBetween(34.8, 35.2);
        assertThat(Videos.pixel(clip, 10, 200, 360)).isNotEqualTo(CARD);
        Path poster = folder.resolve(id + ".jpg");
        assertThat(http.send(
                                HttpRequest.newBuilder(URI.create(
                                                show(id).path("poster_url").asText()))
                                        .build(),
                                HttpResponse.BodyHandlers.ofFile(poster))
                        .statusCode())
                .isEqualTo(200);
        JsonNode picture = Videos.probe(poster).at("/streams/0");
        assertThat(picture.path("codec_name").asText()).isEqualTo("mjpeg");
        assertThat(picture.path("width").asInt()).isEqualTo(1280);
        assertThat(Videos.differs(poster, 0, "1280:720:0:0", new Videos.Pixel(0, 0, 0)))
                .isTrue();
    }

    /** As a newcomer pastes them, with the address of this web. */
    @Test
    void theCallsOfTheReadmeWorkAsTheyArePrinted() throws Exception {
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v jq").start().waitFor() == 0, "the calls need jq");
        Path place =
                Files.createDirectories(folder.resolve("newcomer/.caravana")).getParent();
        SampleVideo.make(place.resolve("clip.mp4"), "640x360", 2);
        Files.writeString(
                place.resolve(".caravana/operator.json"),
                json.writeValueAsString(Map.of(
                        "email", stack.environment().get("CARAVANA_OPERATOR_EMAIL"),
                        "password", stack.environment().get("CARAVANA_OPERATOR_PASSWORD"))));
        Matcher calls = Pattern.compile("(?s)```bash\n(API=http://127\\.0\\.0\\.1:8080/api\n.*?)```")
                .matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(calls.find()).isTrue();
        String script =
                calls.group(1).replace("http://127.0.0.1:8080", web.uri().toString());

        Process shell = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .directory(place.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shell.waitFor()).as(output).isZero();
        assertThat(output).contains("\"status\": \"processed\"", "processed Hello");
        assertThat(Videos.probe(place.resolve("finished.mp4"))
                        .at("/streams/0/height")
                        .asInt())
                .isEqualTo(720);
    }

    @Test
    void cardsAndLogoAreWhereTheyBelongAndNowhereElse() throws Exception {
        Path clip = fetch(upload(Videos.plain(folder.resolve("plain.mp4"), PLAIN, "1920x1080", 6)));

        assertFinished(clip);
        // The cards: from 0 to 2.5 s, and from 8.5 to 11 s.
        assertThat(Videos.pixel(clip, 1, 60, 60).isCloseTo(CARD)).isTrue();
        assertThat(Videos.pixel(clip, 10, 60, 60).isCloseTo(CARD)).isTrue();
        assertThat(Videos.differs(clip, 1, "480:200:400:260", CARD))
                .as("a text on the card")
                .isTrue();
        // The logo: a tenth of 1280 pixels wide, 5 % from the upper right corner, on the footage alone.
        assertThat(Videos.differs(clip, 5, "128:32:1088:36", PLAIN))
                .as("the logo")
                .isTrue();
        for (String elsewhere : List.of("1084:720:0:0", "1280:32:0:0", "1280:644:0:76", "60:720:1220:0")) {
            assertThat(Videos.differs(clip, 5, elsewhere, PLAIN)).as(elsewhere).isFalse();
        }
        assertThat(Videos.differs(clip, 1, "128:32:1088:36", CARD))
                .as("a logo on the card")
                .isFalse();
    }

    @Test
    void aVerticalVideoGetsBarsLeftAndRight() throws Exception {
        Path clip = fetch(upload(SampleVideo.make(folder.resolve("vertical.mp4"), "1080x1920", 6)));

        JsonNode probe = assertFinished(clip);
        assertThat(probe.at("/format/duration").asDouble()).isBetween(10.8, 11.2);
        assertThat(Videos.pixel(clip, 5, 200, 360).luma()).isLessThan(20);
        assertThat(Videos.pixel(clip, 5, 1000, 500).luma()).isLessThan(20);
        assertThat(Videos.pixel(clip, 5, 640, 600).luma()).isGreaterThan(20);
    }

    /** What docs/uploads.md does with curl: assets, and one job with many files, each of which is fetched and measured. */
    @Test
    void oneJobMakesManyFilesAndEachIsAsAskedFor() throws Exception {
        String logo = asset(
                "image/svg+xml",
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 10'><rect width='20' height='10' fill='#30a050'/></svg>");
        String text = asset("application/x-subrip", "1\n00:00:03,000 --> 00:00:04,500\nHola, <i>Caravana</i>\n");
        String transformations = """
                [{"nombre": "recortar", "inicio": 2.5, "fin": 8}, {"nombre": "rotulo", "texto": "it's 100 %: hola", "posicion": "arriba"},
                 {"nombre": "marca_propia", "imagen": "LOGO", "posicion": "abajo_derecha"},
                 {"nombre": "subtitulos", "texto": "TEXT", "idioma": "es"},
                 {"nombre": "audio", "modo": "normalizar", "lufs": -16}, "transcodificacion", "mp4_480p", "solo_audio",
                 {"nombre": "gif", "inicio": 1, "segundos": 2, "ancho": 240}, {"nombre": "storyboard", "cada": 2}]""".replace("LOGO", logo).replace("TEXT", text);
        Path source = SampleVideo.make(folder.resolve("many.mp4"), "1280x720", 10);
        HttpResponse<String> accepted = client.send(client.request(web.uri()
                        .resolve("/api/videos?title=Many&transformaciones="
                                + URLEncoder.encode(transformations, StandardCharsets.UTF_8)))
                .header("Content-Type", "video/mp4")
                .POST(HttpRequest.BodyPublishers.ofFile(source))
                .build());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String id = json.readTree(accepted.body()).path("video_id").asText();
        Path video = fetch(id);

        Map<String, Path> files = new TreeMap<>();
        for (JsonNode output : show(id).path("outputs")) {
            Path file = folder.resolve(id + "-" + output.path("name").asText());
            URI address = URI.create(output.path("url").asText());
            assertThat(http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofFile(file))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(Files.size(file)).isEqualTo(output.path("bytes").asLong());
            System.out.println(
                    output.path("name").asText() + " " + output.path("role").asText() + " "
                            + output.path("media_type").asText() + " "
                            + output.path("bytes").asLong() + " bytes");
            files.put(output.path("name").asText(), file);
        }
        assertThat(files.keySet())
                .containsExactly(
                        "gif.gif",
                        "mp4_480p.mp4",
                        "sonido.m4a",
                        "storyboard-1.jpg",
                        "storyboard.vtt",
                        "subtitulos.vtt",
                        "video.mp4");
        assertMeasures(files.get("video.mp4"), 1280, 720, 5.5);
        assertMeasures(files.get("mp4_480p.mp4"), 854, 480, 5.5);
        assertMeasures(files.get("gif.gif"), 240, 136, 2);
        assertMeasures(files.get("sonido.m4a"), 0, 0, 5.5);
        assertMeasures(files.get("storyboard-1.jpg"), 1600, 900, 0);
        assertThat(loudness(video)).isBetween(-16.5, -15.5);
        assertThat(loudness(files.get("sonido.m4a"))).isBetween(-16.5, -15.5);
        assertThat(loudness(files.get("mp4_480p.mp4"))).isBetween(-16.5, -15.5);
        // The logo: a tenth of 1280 pixels wide, 5 % from the lower right corner.
        assertThat(Videos.differs(video, 2, "110:50:1096:628", PLAIN)).isFalse();
        assertThat(Files.readString(files.get("subtitulos.vtt")))
                .isEqualTo("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nHola, <i>Caravana</i>\n");
        assertThat(Files.readAllLines(files.get("storyboard.vtt")))
                .contains("00:00:04.000 --> 00:00:05.500", "storyboard-1.jpg#xywh=320,0,160,90");
        assertThat(client.send(client.request(web.uri().resolve("/api/assets/" + logo))
                                .DELETE()
                                .build())
                        .statusCode())
                .isEqualTo(204);
    }

    private String asset(String type, String content) throws IOException, InterruptedException {
        HttpResponse<String> kept = client.send(client.request(web.uri().resolve("/api/assets?name=Asset"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(content))
                .build());
        assertThat(kept.statusCode()).as(kept.body()).isEqualTo(201);
        return json.readTree(kept.body()).path("id").asText();
    }

    private static void assertMeasures(Path file, int width, int height, double seconds) throws Exception {
        JsonNode probe = Videos.probe(file);
        assertThat(probe.at("/streams/0/width").asInt()).as(file.toString()).isEqualTo(width);
        assertThat(probe.at("/streams/0/height").asInt()).as(file.toString()).isEqualTo(height);
        if (seconds > 0) {
            assertThat(probe.at("/format/duration").asDouble())
                    .as(file.toString())
                    .isBetween(seconds - 0.1, seconds + 0.1);
        }
    }

    private static double loudness(Path file) throws IOException, InterruptedException {
        Process ffmpeg = new ProcessBuilder(
                        "ffmpeg",
                        "-nostdin",
                        "-hide_banner",
                        "-nostats",
                        "-i",
                        file.toString(),
                        "-vn",
                        "-af",
                        "ebur128",
                        "-f",
                        "null",
                        "-")
                .redirectErrorStream(true)
                .start();
        String said = new String(ffmpeg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ffmpeg.waitFor()).as(said).isZero();
        Matcher integrated = Pattern.compile("I: +(-[0-9.]+) LUFS").matcher(said);
        double last = 0;
        while (integrated.find()) {
            last = Double.parseDouble(integrated.group(1));
        }
        return last;
    }

    /** Web takes it and the worker processes it: both have their limits from the same settings. */
    @Test
    void aVideoAboveTheDefaultsIsProcessedOnceTheLimitsAreRaised() throws Exception {
        Path longest = SampleVideo.make(folder.resolve("long.mp4"), "64x48", 3605, "-r", "1", "-an");
        List<String> tones = new ArrayList<>(List.of("-map", "0"));
        Collections.nCopies(32, List.of("-map", "1")).forEach(tones::addAll);
        Path many = SampleVideo.make(folder.resolve("many.mkv"), "64x48", 1, tones.toArray(String[]::new));
        Path wideAndFast =
                SampleVideo.make(folder.resolve("wide-and-fast.mp4"), "4352x2448", 1, "-r", "300", "-t", "0.3");

        assertFinished(fetch(upload(longest)));
        assertFinished(fetch(upload(many)));
        assertFinished(fetch(upload(wideAndFast)));

        JsonNode limits =
                json.readTree(client.get(web.uri().resolve("/api/limits")).body());
        assertThat(limits.path("max_bytes").asLong()).isEqualTo(3L * 1024 * 1024 * 1024);
        assertThat(limits.path("max_duration_seconds").asDouble()).isEqualTo(3660);
        assertThat(limits.path("max_streams").asInt()).isEqualTo(33);
    }

    @Test
    void aFileThatIsNoVideoFailsWithItsReason() throws Exception {
        String id = upload(Files.writeString(folder.resolve("text.mp4"), "no video\0at all"));

        JsonNode video = await().atMost(JOB)
                .until(() -> show(id), v -> v.path("status").asText().equals("failed"));

        assertThat(video.at("/error/code").asText()).isEqualTo("not_a_video");
        assertThat(video.at("/error/detail").asText()).isNotBlank();
        assertThat(video.path("attempts").asInt()).isEqualTo(1);
        assertThat(video.path("processed_url").isNull()).isTrue();
    }

    private static JsonNode assertFinished(Path clip) throws Exception {
        JsonNode probe = Videos.probe(clip);
        assertThat(probe.path("streams")).hasSize(1);
        JsonNode stream = probe.at("/streams/0");
        assertThat(stream.path("codec_name").asText()).isEqualTo("h264");
        assertThat(stream.path("profile").asText()).isEqualTo("High");
        assertThat(stream.path("pix_fmt").asText()).isEqualTo("yuv420p");
        assertThat(stream.path("width").asInt()).isEqualTo(1280);
        assertThat(stream.path("height").asInt()).isEqualTo(720);
        assertThat(stream.path("sample_aspect_ratio").asText()).isEqualTo("1:1");
        return probe;
    }

    /** Waits for the video's clip and fetches it. */
    private Path fetch(String id) throws Exception {
        JsonNode done = await().atMost(JOB)
                .until(
                        () -> show(id),
                        v -> Set.of("processed", "failed")
                                .contains(v.path("status").asText()));
        assertThat(done.path("status").asText()).as(done.toString()).isEqualTo("processed");
        Path clip = folder.resolve(id + ".mp4");
        HttpResponse<Path> answer = http.send(
                HttpRequest.newBuilder(URI.create(done.path("processed_url").asText()))
                        .build(),
                HttpResponse.BodyHandlers.ofFile(clip));
        assertThat(answer.statusCode()).isEqualTo(200);
        return clip;
    }

    private String upload(Path video) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.uploadForm(web.uri(), "End to end", HttpRequest.BodyPublishers.ofFile(video));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private JsonNode show(String id) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.get(web.uri().resolve("/api/videos/" + id));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }
}
