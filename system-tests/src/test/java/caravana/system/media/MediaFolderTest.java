package caravana.system.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.test.ContactSheet;
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
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of a folder through the running product: what a player shows of each, and what came out. The system property
 * {@code media.folder} names the folder; without it, the test makes one. {@code target/media-folder.html} shows the pictures.
 */
class MediaFolderTest {

    /** Everything that keeps picture and sound as they are, and makes a poster. */
    private static final String TRANSFORMATIONS = "hd_720p,miniatura,formato_16_9,transcodificacion";

    private static final Set<String> OUR_FAULT = Set.of("output_invalid", "attempts_exhausted");

    private static final Path SHEET = Path.of("target", "media-folder.html");

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
        stack = LocalStack.start(folder.resolve("stack"));
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
        stack.close();
    }

    @Test
    void everyFileIsProcessedOrRefusedForAReason() throws Exception {
        String named = System.getProperty("media.folder", "");
        List<Path> files = files(named.isEmpty() ? madeFiles() : Path.of(named));
        int ours = 0;
        System.out.println("| file | what a player shows | what came out |\n| --- | --- | --- |");
        for (Path file : files) {
            Played original = Played.of(file);
            JsonNode video = processed(file);
            String code = video.at("/error/code").asText();
            boolean fault = OUR_FAULT.contains(code);
            ours += fault ? 1 : 0;
            String result = code.isEmpty()
                    ? shown(file, original, video)
                    : refused(
                            file,
                            original,
                            code + ": " + video.at("/error/detail").asText(),
                            fault);
            System.out.println("| " + file.getFileName() + " | " + original + " | " + result + " |");
        }
        System.out.println("Pictures: " + sheet.write(SHEET));
        System.out.printf(
                "RESULT name=media-folder value=%d unit=our-faults-of-%d target=0 verdict=%s%n",
                ours, files.size(), ours == 0 ? "pass" : "fail");
        assertThat(ours).isZero();
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

    private String shown(Path file, Played original, JsonNode video) throws Exception {
        Path clip = Files.write(
                folder.resolve("clip.mp4"), fetched(video.path("processed_url").asText()));
        Played result = Played.of(clip);
        StringBuilder text = new StringBuilder(result.toString());
        if (video.path("truncated").asBoolean()) {
            text.append(", truncated");
        }
        for (JsonNode warning : video.path("warnings")) {
            text.append(", ").append(warning.path("code").asText());
        }
        BufferedImage poster = video.path("poster_url").isNull()
                ? null
                : ImageIO.read(new ByteArrayInputStream(
                        fetched(video.path("poster_url").asText())));
        sheet.add(
                file.getFileName().toString(),
                original + " → " + text,
                false,
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
