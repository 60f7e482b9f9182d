package caravana.system.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.system.SharedStack;
import caravana.test.ContactSheet;
import caravana.test.Samples;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of a folder through the running product: what came out has the length, the motion and the sound that a player shows. The system property
 * {@code media.folder} names the folder; without it, the test makes one. {@code target/media-folder.html} shows the pictures.
 */
class MediaFolderTest {

    /** Everything that keeps picture and sound as they are, and makes a poster. */
    private static final String TRANSFORMATIONS = "hd_720p,miniatura,formato_16_9,transcodificacion";

    private static final Set<String> OUR_FAULT = Set.of("output_invalid", "attempts_exhausted");

    /** The clip has another part of the original than players show, which is said. */
    private static final Set<String> OTHER_PART =
            Set.of("footage_damaged", "gap_closed", "recordings_left_out", "tracks_dropped");

    private static final Path SHEET = Path.of("target", "media-folder.html");

    private static final String PICTURE = "-f lavfi -i testsrc2=size=320x180:rate=%d:duration=2 ";
    private static final String X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static AppProcess web;
    private static AppProcess worker;
    private static ApiClient client;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final ContactSheet sheet =
            new ContactSheet("Files and what came out", List.of("original", "poster", "middle frame"));

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
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
    void everyFileIsProcessedOrRefusedForAReason() throws Exception {
        String named = System.getProperty("media.folder", "");
        List<Path> files = files(named.isEmpty() ? madeFiles() : Path.of(named));
        int ours = 0;
        Map<String, List<String>> different = new TreeMap<>();
        System.out.println("| file | what a player shows | what came out |\n| --- | --- | --- |");
        for (Path file : files) {
            Played original = Played.of(file);
            JsonNode video = processed(file);
            String code = video.at("/error/code").asText();
            boolean fault = OUR_FAULT.contains(code);
            ours += fault ? 1 : 0;
            String result = code.isEmpty()
                    ? shown(file, original, video, different)
                    : refused(
                            file,
                            original,
                            code + ": " + video.at("/error/detail").asText(),
                            fault);
            System.out.println("| " + file.getFileName() + " | " + original + " | " + result + " |");
        }
        System.out.println("Pictures: " + sheet.write(SHEET));
        different.forEach((file, how) -> System.out.println(file + " is another video: " + how));
        System.out.printf(
                "RESULT name=media-folder value=%d unit=our-faults-of-%d target=0 verdict=%s%n",
                ours + different.size(), files.size(), ours + different.size() == 0 ? "pass" : "fail");
        assertThat(ours).isZero();
        assertThat(different).isEmpty();
    }

    private static List<Path> files(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
            assertThat(all).as("files in " + of).isNotEmpty();
            return all;
        }
    }

    private static Path madeFiles() throws IOException, InterruptedException {
        Path made = Files.createDirectories(folder.resolve("made"));
        SampleVideo.make(made.resolve("upright.mp4"), "180x320", 2);
        Samples.make(made.resolve("fast.mp4"), PICTURE.formatted(60) + X264);
        // Frames after 30, 30, 33 and 60 ms by turns, as browsers record them.
        Samples.make(
                made.resolve("uneven.webm"),
                PICTURE.formatted(26) + "-vf settb=1/1000,setpts=floor(N/4)*153+30*mod(N\\,4)+3*eq(mod(N\\,4)\\,3) "
                        + "-fps_mode passthrough -enc_time_base 1/1000 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M");
        Samples.make(
                made.resolve("late.mkv"),
                PICTURE.formatted(25) + "-f lavfi -i sine=duration=2 " + X264 + " -c:a aac -output_ts_offset 20");
        Files.writeString(made.resolve("text.mp4"), "This is no video.");
        return made;
    }

    /** Uploads it and waits for its end; the video's document. An upload that web refuses is a document with an error. */
    private JsonNode processed(Path file) throws Exception {
        String boundary = "--media-folder";
        String head = field("title", "Folder") + field("transformaciones", TRANSFORMATIONS) + "--" + boundary
                + "\r\nContent-Disposition: form-data; name=\"video_file\"; filename=\"" + file.getFileName()
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        HttpResponse<String> answer = client.send(client.request(web.uri().resolve("/api/videos/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(
                        BodyPublishers.ofString(head),
                        BodyPublishers.ofFile(file),
                        BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")))
                .build());
        JsonNode document = json.readTree(answer.body());
        if (answer.statusCode() != 201) {
            return json.createObjectNode().set("error", document);
        }
        URI address =
                web.uri().resolve("/api/videos/" + document.path("video_id").asText());
        await().atMost(Waits.LIMIT)
                .until(() -> show(address).path("status").asText(), Set.of("processed", "failed")::contains);
        return show(address);
    }

    private static String field(String name, String value) {
        return "----media-folder\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private JsonNode show(URI address) throws IOException, InterruptedException {
        return json.readTree(client.get(address).body());
    }

    /** What of a clip is not as players show the original. */
    private static List<String> differences(Played original, Played clip, Set<String> warnings) {
        List<String> differences = new ArrayList<>();
        if (clip.width() != 1280 || clip.height() != 720) {
            differences.add("not 1280×720");
        }
        double rate = clip.frames() / clip.seconds();
        double least = original.frames() / original.seconds();
        while (least > 31) {
            least /= 2;
        }
        // Frames at one time are one frame, and a single one has no rate.
        if (rate > 30.01 || original.frames() > 2 && rate < 0.98 * least) {
            differences.add(String.format(Locale.ROOT, "%.2f frames per second instead of %.2f at least", rate, least));
        }
        if (warnings.stream().noneMatch(OTHER_PART::contains)
                && Math.abs(clip.seconds() - original.seconds()) > 2 / Math.min(rate, least)) {
            differences.add(String.format(Locale.ROOT, "%.2f s instead of %.2f s", clip.seconds(), original.seconds()));
        }
        if (original.sound() > 0 && clip.sound() == 0 && !warnings.contains("audio_dropped")) {
            differences.add("no sound");
        }
        return differences;
    }

    private String shown(Path file, Played original, JsonNode video, Map<String, List<String>> different)
            throws Exception {
        Path clip = Files.write(
                folder.resolve("clip.mp4"), fetched(video.path("processed_url").asText()));
        Played result = Played.of(clip);
        StringBuilder text = new StringBuilder(result.toString());
        if (video.path("truncated").asBoolean()) {
            text.append(", truncated");
        }
        Set<String> warnings = new TreeSet<>();
        for (JsonNode warning : video.path("warnings")) {
            warnings.add(warning.path("code").asText());
        }
        warnings.forEach(warning -> text.append(", ").append(warning));
        List<String> differences = differences(original, result, warnings);
        if (!differences.isEmpty()) {
            different.put(file.getFileName().toString(), differences);
        }
        BufferedImage poster = video.path("poster_url").isNull()
                ? null
                : ImageIO.read(new ByteArrayInputStream(
                        fetched(video.path("poster_url").asText())));
        sheet.add(
                file.getFileName().toString(),
                original + " → " + text,
                !differences.isEmpty(),
                Arrays.asList(
                        Played.frame(file, original.frames() / 2, folder),
                        poster,
                        Played.frame(clip, result.frames() / 2, folder)));
        return text.toString();
    }

    private String refused(Path file, Played original, String reason, boolean fault) throws Exception {
        List<BufferedImage> pictures =
                new ArrayList<>(Arrays.asList(Played.frame(file, original.frames() / 2, folder), null, null));
        sheet.add(file.getFileName().toString(), original + " → " + reason, fault, pictures);
        return reason;
    }

    private byte[] fetched(String address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofByteArray())
                .body();
    }
}
