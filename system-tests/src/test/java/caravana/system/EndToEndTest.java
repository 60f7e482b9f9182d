package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an upload over HTTP to a finished clip, with both packaged apps as processes. */
class EndToEndTest {

    private static final Duration JOB = Waits.LIMIT;
    /** Background of the cards, and of the footage that shows where the logo is. */
    private static final Videos.Pixel CARD = new Videos.Pixel(0x1f, 0x3a, 0x5f);

    private static final Videos.Pixel PLAIN = new Videos.Pixel(0x30, 0xa0, 0x50);

    /** Each is above its default. */
    private static final Map<String, String> RAISED_LIMITS = Map.of(
            "CARAVANA_UPLOAD_MAX_SIZE", "120MB",
            "CARAVANA_VIDEO_MAX_DURATION", "11m",
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
        stack = LocalStack.start(folder.resolve("stack"));
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
        stack.close();
    }

    @Test
    void aFullHdVideoBecomesAClip() throws Exception {
        String id = upload(Videos.make(folder.resolve("wide.mp4"), "1920x1080", 34, "-r", "10"));
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
        Path clip = fetch(upload(Videos.make(folder.resolve("vertical.mp4"), "1080x1920", 6)));

        JsonNode probe = assertFinished(clip);
        assertThat(probe.at("/format/duration").asDouble()).isBetween(10.8, 11.2);
        assertThat(Videos.pixel(clip, 5, 200, 360).luma()).isLessThan(20);
        assertThat(Videos.pixel(clip, 5, 1000, 500).luma()).isLessThan(20);
        assertThat(Videos.pixel(clip, 5, 640, 600).luma()).isGreaterThan(20);
    }

    /** Web takes it and the worker processes it: both have their limits from the same settings. */
    @Test
    void aVideoAboveTheDefaultsIsProcessedOnceTheLimitsAreRaised() throws Exception {
        List<String> tones = new ArrayList<>(List.of("-map", "0", "-r", "2", "-c:a", "pcm_u8", "-ar", "6000"));
        Collections.nCopies(32, List.of("-map", "1")).forEach(tones::addAll);
        Path longAndLarge = Videos.make(folder.resolve("long.mkv"), "64x48", 605, tones.toArray(String[]::new));
        assertThat(Files.size(longAndLarge)).isGreaterThan(100 * 1024 * 1024);
        Path wideAndFast = Videos.make(folder.resolve("wide-and-fast.mp4"), "4352x2448", 1, "-r", "300", "-t", "0.3");

        assertFinished(fetch(upload(longAndLarge)));
        assertFinished(fetch(upload(wideAndFast)));

        JsonNode limits =
                json.readTree(client.get(web.uri().resolve("/api/limits")).body());
        assertThat(limits.path("max_bytes").asLong()).isEqualTo(120 * 1024 * 1024);
        assertThat(limits.path("max_duration_seconds").asDouble()).isEqualTo(660);
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
