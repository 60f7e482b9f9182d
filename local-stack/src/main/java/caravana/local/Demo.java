package caravana.local;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code ./caravana demo [FILE]}: processes one video on a stack of its own, which is deleted afterwards. */
final class Demo {

    private static final Duration JOB_LIMIT = Duration.ofMinutes(30);

    /** It signs up an account of its own, so accounts are kept by its own web. */
    private static final Map<String, String> OWN_ACCOUNTS = Map.of("JWT_ISSUER_URI", "");

    private static final Duration POLL = Duration.ofMillis(250);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Long> times = new LinkedHashMap<>();
    private final Shutdown shutdown;
    private ApiClient client;

    private Demo(Shutdown shutdown) {
        this.shutdown = shutdown;
    }

    /**
     * @param file the video; null for a sample that ffmpeg makes
     * @param shutdown ends it early
     * @return exit status: 0 with the result, 2 when the file does not exist
     * @throws LocalStackException when anything in the flow fails
     */
    static int run(Path file, Shutdown shutdown) {
        if (file != null && !Files.isRegularFile(file)) {
            System.err.println("caravana: there is no file " + file);
            return 2;
        }
        try {
            Path results = RunFolder.open(ProjectLayout.data().resolve("demo"));
            Path folder = Files.createTempDirectory(results, "run-");
            Path result = new Demo(shutdown).run(file, folder, results);
            Command.run("delete " + folder, List.of("rm", "-rf", folder.toString()));
            System.out.println("result: " + result);
            return 0;
        } catch (IOException e) {
            throw new LocalStackException("The demo failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Stopped");
        }
    }

    private Path run(Path file, Path folder, Path results) throws IOException, InterruptedException {
        long started = System.nanoTime();
        Path result;
        try (DataFolder data = DataFolder.open(folder);
                Servers servers = Servers.start(data, port -> FreePort.next());
                Apps apps = Apps.start(data, servers, OWN_ACCOUNTS)) {
            Path video = file == null ? SampleVideo.make(folder.resolve("sample.mp4"), "1920x1080", 12) : file;
            if (!shutdown.unlessAsked(() -> apps.awaitReady())) {
                throw new LocalStackException("Stopped");
            }
            lap("start", started, "local stack, web and worker are up at " + apps.web());

            CompletableFuture<Object> crash = CompletableFuture.anyOf(servers.firstExit(), apps.firstExit());
            try {
                result = uploadAndFetch(apps.web(), video, results, crash);
            } catch (IOException | LocalStackException e) {
                // A crash explains more than what it did to a request, and may be noticed a little after that.
                Object ended =
                        crash.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
                if (ended != null) {
                    throw data.endedByItself(String.valueOf(ended));
                }
                throw e;
            }
        }
        times.put("total", millisSince(started));
        System.out.println();
        times.forEach((phase, millis) -> System.out.printf("  %-10s %8.2f s%n", phase, millis / 1000.0));
        System.out.println();
        return result;
    }

    private Path uploadAndFetch(URI web, Path video, Path results, CompletableFuture<Object> crash)
            throws IOException, InterruptedException {
        client = ApiClient.signUp(web);
        long uploading = System.nanoTime();
        String id = upload(web, video);
        lap("upload", uploading, Files.size(video) / 1024 + " KiB uploaded as video " + id);

        JsonNode done = follow(web, id, crash);
        done.path("phase_ms")
                .properties()
                .forEach(e -> times.put(e.getKey(), e.getValue().asLong()));

        long fetching = System.nanoTime();
        Path result = fetch(done.path("processed_url").asText(), results.resolve(id + ".mp4"));
        lap("fetch", fetching, Files.size(result) / 1024 + " KiB fetched");
        return result;
    }

    private void lap(String phase, long since, String what) {
        times.put(phase, millisSince(since));
        System.out.printf("[%6.2f s] %s%n", times.get(phase) / 1000.0, what);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private String upload(URI web, Path video) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.uploadForm(web, "Demo", HttpRequest.BodyPublishers.ofFile(video));
        if (answer.statusCode() != 201) {
            throw new LocalStackException("The upload was answered " + answer.statusCode() + ": " + answer.body());
        }
        return json.readTree(answer.body()).path("video_id").asText();
    }

    /** Shows the video's progress until it is processed, or something that it needs has ended. */
    private JsonNode follow(URI web, String id, CompletableFuture<Object> crash)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + JOB_LIMIT.toNanos();
        String shown = "";
        while (System.nanoTime() < deadline && !shutdown.asked().isDone() && !crash.isDone()) {
            HttpResponse<String> answer = client.get(web.resolve("/api/videos/" + id));
            if (answer.statusCode() != 200) {
                throw new LocalStackException("The status was answered " + answer.statusCode() + ": " + answer.body());
            }
            JsonNode video = json.readTree(answer.body());
            String status = video.path("status").asText();
            if (status.equals("failed")) {
                throw new LocalStackException("The video failed: "
                        + video.at("/error/code").asText() + ": "
                        + video.at("/error/detail").asText());
            }
            String now = line(video, status);
            if (!now.equals(shown)) {
                System.out.println("           " + now);
                shown = now;
            }
            if (status.equals("processed")) {
                return video;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        throw new LocalStackException(
                shutdown.asked().isDone()
                        ? "Stopped"
                        : "The video was not processed within " + JOB_LIMIT.toMinutes() + " min");
    }

    private static String line(JsonNode video, String status) {
        if (!status.equals("processing") || video.path("phase").isNull()) {
            return status;
        }
        String percent = video.path("progress").isNull()
                ? ""
                : " " + 10 * (int) (video.path("progress").asDouble() / 10) + " %";
        return status + ": " + video.path("phase").asText() + percent;
    }

    private Path fetch(String url, Path target) throws IOException, InterruptedException {
        HttpResponse<Path> answer =
                http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofFile(target));
        if (answer.statusCode() != 200) {
            throw new LocalStackException("The result's link was answered " + answer.statusCode());
        }
        return target.toAbsolutePath();
    }
}
