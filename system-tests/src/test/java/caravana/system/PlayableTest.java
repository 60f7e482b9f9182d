package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A video that is played while it is processed, from the upload on, with both packaged apps as processes. */
class PlayableTest {

    private static final int SECONDS = 100;
    private static final int RATE = 30;

    @TempDir
    static Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, String> settings = new HashMap<>();
    private AppProcess web;
    private AppProcess worker;
    private AppProcess next;
    private ApiClient client;
    private Process player;

    @BeforeEach
    void start() throws Exception {
        LocalStack stack = SharedStack.cleared();
        settings.putAll(stack.environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        // A worker that was killed is missed sooner.
        settings.put("SQS_VISIBILITY_TIMEOUT", "50");
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        web.awaitReady();
        client = ApiClient.signUp(web.uri());
        worker.awaitReady();
    }

    @AfterEach
    void stop() {
        if (player != null) {
            player.destroyForcibly();
        }
        if (next != null) {
            next.close();
        }
        worker.close();
        web.close();
    }

    private JsonNode show(String id) throws IOException, InterruptedException {
        return json.readTree(client.get(web.uri().resolve("/api/videos/" + id)).body());
    }

    /** ffmpeg reads a playlist while it grows, by the first worker and then by the next one, and misses nothing. */
    @Test
    void aPlayerReadsToTheEndThoughTheWorkerIsKilled() throws Exception {
        Path video = SampleVideo.make(folder.resolve("video.mp4"), "426x240", SECONDS, "-g", "120");
        HttpResponse<String> accepted = client.send(
                client.request(web.uri().resolve("/api/videos?title=t&transformaciones=transcodificacion,hls"))
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofFile(video))
                        .build());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String id = json.readTree(accepted.body()).path("video_id").asText();

        JsonNode playable = await().atMost(Waits.LIMIT)
                .until(() -> show(id), v -> !v.path("playback_url").isNull());
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
                        frames.toString()))
                .redirectError(folder.resolve("player.log").toFile())
                .start();
        await().atMost(Waits.LIMIT).until(() -> Files.exists(frames) && Files.size(frames) > 0);
        assertThat(show(id).path("status").asText()).isEqualTo("processing");
        worker.kill();
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work-2").toString());
        next = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("next.log"));

        await().atMost(Waits.LIMIT.multipliedBy(2))
                .until(() -> show(id).path("status").asText().equals("processed"));
        assertThat(show(id).path("attempts").asInt()).isEqualTo(2);
        assertThat(player.onExit().get().exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("player.log"))).isEmpty();
        List<Long> times = Files.readAllLines(frames).stream()
                .filter(line -> line.startsWith("0,"))
                .map(line -> Long.valueOf(line.split(",")[1].strip()))
                .toList();
        assertThat(times).hasSize(SECONDS * RATE);
        long step = times.get(1) - times.get(0);
        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).as("frame " + i).isEqualTo(step);
        }
        assertThat(framesByDash(show(id).path("playback_url").asText())).isEqualTo(SECONDS * RATE);
    }

    private int framesByDash(String playback) throws Exception {
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
        return Integer.parseInt(said);
    }
}
