package caravana.system.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.system.SharedStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The time from the answer 201 until hls.js shows the first frame on the video's page, on the whole system while nothing else runs.
 * Each figure is printed with its parts. The test fails when no frame is shown; the time depends on the machine, so it is only printed
 * beside its target.
 */
@SampledClass(turn = 3)
class FirstFrameTest {

    private static final double TARGET_SECONDS = 3;
    private static final int TURNS = 20;
    private static final int MINUTE = 60;

    @TempDir
    static Path folder;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> SETTINGS = new HashMap<>();
    private static Path calls;
    private static AppProcess web;
    private static AppProcess worker;
    private static Page page;
    private static ApiClient client;

    /** Where the time of one upload went, in milliseconds. */
    private record Times(Map<String, Long> parts) {

        long all() {
            return parts.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Sample.require(Chromium.missing() == null, "the time to the first frame", "there is no Chromium");
        LocalStack stack = SharedStack.cleared();
        SETTINGS.putAll(stack.environment());
        SETTINGS.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        SETTINGS.put("CARAVANA_VIDEO_MAX_DURATION", "2h");
        SETTINGS.put("PATH", notingTools() + ":" + System.getenv("PATH"));
        web = AppProcess.start(AppProcess.WEB, SETTINGS, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, SETTINGS, folder.resolve("worker.log"));
        web.awaitReady();
        worker.awaitReady();
        page = Page.open(web.uri(), "en", folder);
        client = ApiClient.logIn(web.uri(), page.signUp(), Page.PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
        if (worker != null) {
            worker.close();
            web.close();
        }
    }

    @Test
    void aVideoIsSeenSoon() throws Exception {
        Path short10 = SampleVideo.make(folder.resolve("10s.mp4"), "1280x720", 10, "-g", "60");
        measure("first-frame-10s", short10);
        if (Sample.LONG) {
            Path minute = SampleVideo.make(folder.resolve("60s.mp4"), "1280x720", MINUTE, "-g", "60", "-b:v", "1M");
            measure("first-frame-10min", SampleVideo.repeat(minute, 10, folder.resolve("10min.mp4")));
            measure("first-frame-60min", SampleVideo.repeat(minute, 60, folder.resolve("60min.mp4")));
        } else {
            Sample.leave("the time to the first frame: of 10 and of 60 minutes");
        }
    }

    private static void measure(String name, Path video) throws Exception {
        // The first one warms up what a worker and a page load once.
        seen(video);
        List<Times> all = new ArrayList<>();
        for (int i = 0; i < (Sample.LONG ? TURNS : 1); i++) {
            all.add(seen(video));
        }
        all.sort((one, other) -> Long.compare(one.all(), other.all()));
        Times late = all.get((int) Math.ceil(all.size() * 0.95) - 1);
        Times median = all.get((all.size() - 1) / 2);
        double seconds = late.all() / 1000.0;
        System.out.printf(
                "RESULT name=%s value=%.2f unit=s target=<=%.0f p=95 n=%d median=%.2fs split=%s verdict=%s%n",
                name,
                seconds,
                TARGET_SECONDS,
                all.size(),
                median.all() / 1000.0,
                median.parts().toString().replace(" ", ""),
                seconds <= TARGET_SECONDS ? "pass" : "fail");
    }

    /** Folder with programs that note when they are started, in milliseconds since 1970, and do their work. */
    private static Path notingTools() throws Exception {
        Path programs = Files.createDirectories(folder.resolve("programs")).toAbsolutePath();
        calls = Files.createFile(programs.resolve("calls"));
        Files.setPosixFilePermissions(calls, PosixFilePermissions.fromString("rw-rw-rw-"));
        for (String tool : List.of("ffprobe", "ffmpeg")) {
            Process which = new ProcessBuilder("which", tool).start();
            String real = new String(which.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            Path program = Files.writeString(
                    programs.resolve(tool),
                    "#!/bin/sh\necho " + tool + " $(date +%s%3N) >>" + calls + "\nexec " + real + " \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return programs;
    }

    private static long firstCall(String tool) throws IOException {
        return Files.readAllLines(calls).stream()
                .filter(line -> line.startsWith(tool + " "))
                .mapToLong(line -> Long.parseLong(line.substring(tool.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static Times seen(Path video) throws Exception {
        Files.writeString(calls, "");
        page.run("location.hash = '#videos'");
        page.see(".drop");
        HttpResponse<String> accepted = client.send(
                client.request(web.uri().resolve("/api/videos?title=t&transformaciones=transcodificacion,hls"))
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofFile(video))
                        .build());
        long answered = System.currentTimeMillis();
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String id = JSON.readTree(accepted.body()).path("video_id").asText();
        URI address = web.uri().resolve("/api/videos/" + id);
        page.run(
                "window.seen = 0; location.hash = '#video/' + arguments[0];"
                        + " const look = setInterval(() => { const video = document.querySelector('.video-page video');"
                        + " if (video && video.readyState >= 2 && video.videoWidth > 0) { window.seen = Date.now(); clearInterval(look); } }, 5)",
                id);
        await().atMost(Waits.LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> page.number("window.seen") > 0);
        long seen = (long) page.number("window.seen");
        JsonNode shown = JSON.readTree(client.get(address).body());
        assertThat(page.run("return document.querySelector('.video-page video').src")
                        .toString())
                .startsWith("blob:");
        long playable = Instant.parse(shown.path("playable_at").asText()).toEpochMilli();
        long probed = firstCall("ffprobe");
        long encoded = firstCall("ffmpeg");
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("claim-and-fetch", probed - answered);
        parts.put("probe", encoded - probed);
        parts.put("encode-and-publish", playable - encoded);
        parts.put("show", seen - playable);
        assertThat(client.send(client.request(address).DELETE().build()).statusCode())
                .isEqualTo(200);
        return new Times(parts);
    }
}
