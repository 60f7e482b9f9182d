package caravana.web;

import static caravana.web.Api.assertProblem;
import static caravana.web.Api.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Pictures and subtitles that accounts keep, and videos that ask for one. */
class AssetsTest extends WebTest {

    private static final String PNG = "image/png";
    private static final String SVG = "image/svg+xml";
    private static final String SRT = "application/x-subrip";
    private static final String VTT = "text/vtt";
    private static final String DRAWING =
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' %s>%s</svg>";
    private static final String CUE = "1\n00:00:01,000 --> 00:00:02,500\nHola\n";

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM assets");
        stored().forEach(key -> s3.deleteObject(d -> d.bucket(bucket()).key(key)));
        user = user();
    }

    private List<String> stored() {
        return s3.listObjectsV2Paginator(l -> l.bucket(bucket()).prefix("assets/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private int rows() {
        return jdbc.queryForObject("SELECT count(*) FROM assets", Integer.class);
    }

    private static HttpResponse<String> post(Api caller, String type, byte[] content) throws Exception {
        return caller.send(caller.request("/api/assets?name=Mi%20logo")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(content)));
    }

    private static HttpResponse<String> post(Api caller, String type, String content) throws Exception {
        return post(caller, type, content.getBytes(StandardCharsets.UTF_8));
    }

    private static String asset(Api caller, String type, byte[] content) throws Exception {
        HttpResponse<String> answer = post(caller, type, content);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("id").asText();
    }

    static byte[] png(int width, int height) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB), "png", out);
        return out.toByteArray();
    }

    /** The same picture, which says that it has another size. */
    private static byte[] saying(byte[] png, int width, int height) {
        return summed(ByteBuffer.wrap(png.clone()).putInt(16, width).putInt(20, height));
    }

    /** The same picture with another value in its header. */
    private static byte[] with(byte[] png, int at, int value) {
        return summed(ByteBuffer.wrap(png.clone()).put(at, (byte) value));
    }

    private static byte[] summed(ByteBuffer file) {
        CRC32 sum = new CRC32();
        sum.update(file.array(), 12, 17);
        return file.putInt(29, (int) sum.getValue()).array();
    }

    /** The same picture with a chunk behind its header that is small, and of 16 MiB when it is not compressed. */
    private static byte[] bomb(byte[] png, String type) throws Exception {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
        content.writeBytes(
                switch (type) {
                    case "IDAT" -> new byte[0];
                    case "iTXt" -> new byte[] {'a', 0, 1, 0, 0, 0};
                    default -> new byte[] {'a', 0, 0};
                });
        try (DeflaterOutputStream compressed = new DeflaterOutputStream(content)) {
            compressed.write(new byte[16 << 20]);
        }
        byte[] chunk = content.toByteArray();
        CRC32 sum = new CRC32();
        sum.update(chunk);
        int header = 33;
        return ByteBuffer.allocate(png.length + chunk.length + 8)
                .put(png, 0, header)
                .putInt(chunk.length - 4)
                .put(chunk)
                .putInt((int) sum.getValue())
                .put(png, header, png.length - header)
                .array();
    }

    @Test
    void aPictureIsKeptListedAndDeleted() throws Exception {
        byte[] picture = png(30, 20);
        HttpResponse<String> created = post(user, PNG, picture);

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        JsonNode asset = json(created);
        String id = asset.path("id").asText();
        assertThat(created.headers().firstValue("Location")).hasValue("/api/assets/" + id);
        assertThat(asset.path("name").asText()).isEqualTo("Mi logo");
        assertThat(asset.path("media_type").asText()).isEqualTo(PNG);
        assertThat(asset.path("width").asInt()).isEqualTo(30);
        assertThat(asset.path("height").asInt()).isEqualTo(20);
        assertThat(asset.path("bytes").asInt()).isEqualTo(picture.length);
        assertThat(json(user.get("/api/assets")).path("assets")).singleElement().isEqualTo(asset);
        assertThat(json(user.get("/api/assets/" + id))).isEqualTo(asset);
        assertThat(stored()).singleElement().isEqualTo("assets/" + user.subject() + "/" + id);
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key(stored().get(0)))
                        .asByteArray())
                .isEqualTo(picture);

        assertThat(user.delete("/api/assets/" + id).statusCode()).isEqualTo(204);
        assertThat(json(user.get("/api/assets")).path("assets")).isEmpty();
        assertProblem(user.get("/api/assets/" + id), 404, "not_found");
        assertProblem(user.delete("/api/assets/" + id), 404, "not_found");
    }

    static Stream<Arguments> files() throws Exception {
        return Stream.of(
                Arguments.of(PNG, png(3, 2), "inline; filename=\"Mi logo.png\""),
                Arguments.of(
                        SVG,
                        DRAWING.formatted("", "<rect/>").getBytes(StandardCharsets.UTF_8),
                        "attachment; filename=\"Mi logo.svg\""),
                Arguments.of(SRT, CUE.getBytes(StandardCharsets.UTF_8), "inline; filename=\"Mi logo.srt\""));
    }

    @ParameterizedTest
    @MethodSource("files")
    void itsFileIsFetchedByItsOwnerAlone(String type, byte[] content, String disposition) throws Exception {
        String path = "/api/assets/" + asset(user, type, content) + "/file";

        HttpResponse<String> answer = user.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        URI link = URI.create(answer.headers().firstValue("Location").orElseThrow());
        HttpResponse<byte[]> file = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.body()).isEqualTo(content);
        assertThat(file.headers().firstValue("Content-Type")).hasValue(type);
        assertThat(file.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith(disposition);
        assertProblem(user().get(path), 404, "not_found");
    }

    @Test
    void aFileThatIsGoneIsSaidToBe() throws Exception {
        String path = "/api/assets/" + asset(user, PNG, png(3, 2)) + "/file";
        stored().forEach(key -> s3.deleteObject(d -> d.bucket(bucket()).key(key)));
        assertProblem(user.get(path), 410, "expired");

        assertThat(user.delete(path.replace("/file", "")).statusCode()).isEqualTo(204);
        assertProblem(user.get(path), 404, "not_found");
    }

    static Stream<Arguments> sizes() {
        return Stream.of(
                Arguments.of("width='24' height='12px'", 24, 12),
                Arguments.of("viewBox='0 0 640 480'", 640, 480),
                Arguments.of("width='100%' viewBox='0,0,10,20'", 10, 20),
                Arguments.of("height='1in' viewBox='0 0 2 1'", 192, 96),
                Arguments.of("", 300, 150));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void anSvgHasTheSizeThatItSays(String size, int width, int height) throws Exception {
        HttpResponse<String> created = post(
                user,
                SVG,
                DRAWING.formatted(
                        size,
                        "<style>.a{fill:url(#b)}</style><defs><linearGradient id='b'/></defs><rect class='a' width='9'/>"
                                + "<use xlink:href='#b'/><!-- plain -->"));

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).path("width").asInt()).isEqualTo(width);
        assertThat(json(created).path("height").asInt()).isEqualTo(height);
    }

    private record Broken(String type, byte[] content) {}

    private static List<Broken> broken() throws Exception {
        byte[] picture = png(3, 2);
        List<Broken> all = new ArrayList<>();
        for (String bad : List.of(
                "<script>alert(1)</script>",
                "<rect onclick='alert(1)'/>",
                "<a href='#x'><rect/></a>",
                "<image href='data:image/png;base64,AAAA'/>",
                "<use xlink:href='http://127.0.0.1/x.svg#a'/>",
                "<use href='file:///etc/passwd#a'/>",
                "<foreignObject/>",
                "<filter><feImage xlink:href='#a'/></filter>",
                "<rect fill='url(http://127.0.0.1/a)'/>",
                "<rect style='fill:u\\72l(//127.0.0.1/a)'/>",
                "<rect style='fill: URL( \"//127.0.0.1/a\")'/>",
                "<style>@import '//127.0.0.1/a.css';</style>",
                "<style>rect{fill:url('//127.0.0.1/a')}</style>",
                "<style><![CDATA[@imp]]>ort '//127.0.0.1/a.css';</style>",
                "<set attributeName='href' to='//127.0.0.1'/>",
                "<use><animate attributeName='xlink:href' values='//127.0.0.1/y.svg#a'/></use>",
                "<style><desc/>@import '//127.0.0.1/a.css';</style>",
                "<style>/*</style><style>@import '//127.0.0.1/a.css'; /* */</style>",
                "<style>svg{background-image:image-set('//127.0.0.1/p' 1x)}</style>",
                "<rect style=\"fill:src('//127.0.0.1/p')\"/>",
                "<h:meta xmlns:h='http://www.w3.org/1999/xhtml' http-equiv='refresh' content='0;url=//127.0.0.1'/>",
                "<g>".repeat(70) + "</g>".repeat(70),
                "<rect/>".repeat(20_001),
                "<rect>",
                "&x;")) {
            all.add(new Broken(SVG, DRAWING.formatted("", bad).getBytes(StandardCharsets.UTF_8)));
        }
        for (String bad : List.of(
                "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>",
                "<!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>",
                "<?xml-stylesheet href='//127.0.0.1/a.css'?><svg xmlns='http://www.w3.org/2000/svg'/>",
                "<svg/>",
                "<html xmlns='http://www.w3.org/1999/xhtml'/>",
                DRAWING.formatted("width='0'", ""),
                DRAWING.formatted("width='wide'", ""),
                DRAWING.formatted("width='40' height='4000'", ""),
                DRAWING.formatted("viewBox='0 0 4096 1'", ""),
                DRAWING.formatted("width='0.0001' height='0.0001'", ""),
                DRAWING.formatted("viewBox='0 0 1'", ""),
                DRAWING.formatted("viewBox='0 0 NaN 1'", ""),
                "not a picture",
                "")) {
            all.add(new Broken(SVG, bad.getBytes(StandardCharsets.UTF_8)));
        }
        byte[] spoilt = picture.clone();
        spoilt[40]++;
        byte[] followed = Arrays.copyOf(picture, picture.length + 1);
        all.add(new Broken(PNG, spoilt));
        all.add(new Broken(PNG, followed));
        all.add(new Broken(PNG, Arrays.copyOf(picture, picture.length - 1)));
        all.add(new Broken(PNG, Arrays.copyOf(picture, 8)));
        all.add(new Broken(PNG, saying(picture, 0, 2)));
        all.add(new Broken(PNG, saying(picture, -1, 2)));
        all.add(new Broken(PNG, saying(picture, 3, 1)));
        all.add(new Broken(PNG, saying(picture, 3, 3)));
        // Depth, colour, compression, filter, interlacing.
        all.add(new Broken(PNG, with(picture, 24, 3)));
        all.add(new Broken(PNG, with(picture, 25, 3)));
        all.add(new Broken(PNG, with(picture, 25, 7)));
        all.add(new Broken(PNG, with(picture, 26, 1)));
        all.add(new Broken(PNG, with(picture, 27, 1)));
        all.add(new Broken(PNG, with(picture, 28, 1)));
        all.add(new Broken(PNG, with(picture, 28, 9)));
        for (String bomb : List.of("IDAT", "zTXt", "iCCP", "iTXt")) {
            all.add(new Broken(PNG, bomb(picture, bomb)));
        }
        all.add(new Broken(PNG, bytes(1000)));
        all.add(new Broken(PNG, new byte[0]));
        for (String bad : List.of(
                "",
                "Hola",
                "1\n00:00:01,000 -> 00:00:02,000\nHola\n",
                "1\n00:00:02,000 --> 00:00:01,000\nHola\n",
                "1\n00:00:61,000 --> 00:01:02,000\nHola\n",
                CUE + "2\n00:00:03,000 --> 00:00:04,000\nno empty line before\n",
                CUE + "\n2\n",
                "1\n00:00:01,000 --> 00:00:02,000\n" + "x".repeat(1001),
                "1\n00:00:01,000 --> 00:00:02,000\nx\u0007",
                (CUE + "\n").repeat(9),
                (CUE + "\n").repeat(10_001))) {
            all.add(new Broken(SRT, bad.getBytes(StandardCharsets.UTF_8)));
        }
        all.add(new Broken(SRT, CUE.replace("Hola", "¿Qué?").getBytes(StandardCharsets.ISO_8859_1)));
        all.add(new Broken(SRT, CUE.getBytes(StandardCharsets.UTF_16)));
        for (String bad :
                List.of(CUE, "WEBVTT\n", "WEBVTTX\n\n00:01.000 --> 00:02.000\nHola\n", "WEBVTT\n\n1:2 --> 3\nHola")) {
            all.add(new Broken(VTT, bad.getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }

    @Test
    void whatIsNotWhatItsTypeSaysIsRefusedAndNothingStored() throws Exception {
        for (Broken file : broken()) {
            HttpResponse<String> answer = post(user, file.type(), file.content());
            System.out.println(answer.body());
            assertThat(answer.statusCode())
                    .as(new String(file.content(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(415);
            assertProblem(answer, 415, "asset_unreadable");
        }

        assertThat(rows()).isZero();
        assertThat(stored()).isEmpty();
    }

    @Test
    void whatIsWrongWithWhichLineIsSaid() throws Exception {
        HttpResponse<String> answer = post(user, SRT, CUE + "\n2\n00:00:03.000 -> 00:00:04.000\nx\n");

        assertThat(json(answer).path("detail").asText())
                .isEqualTo(
                        "The file cannot be read as application/x-subrip, line 6: A cue must have its times there, such as"
                                + " 00:00:01,500 --> 00:00:04,000.");
        assertThat(json(post(user, SVG, DRAWING.formatted("", "<a/>")))
                        .path("detail")
                        .asText())
                .isEqualTo("The file is not accepted as image/svg+xml: it has a link.");
    }

    @ParameterizedTest
    @CsvSource({"30000, 30000", "4097, 1", "1, 999999999"})
    void aPictureOfTooManyPixelsIsRefusedByItsHeader(int width, int height) throws Exception {
        assertProblem(post(user, PNG, saying(png(3, 2), width, height)), 422, "picture_too_large");
        assertProblem(
                post(user, SVG, DRAWING.formatted("width='" + width + "' height='" + height + "'", "")),
                422,
                "picture_too_large");

        assertThat(rows()).isZero();
        assertThat(stored()).isEmpty();
    }

    @Test
    void twoMebibytesAreTheMost() throws Exception {
        String most = "WEBVTT\n\nNOTE " + "x".repeat(2 * 1024 * 1024 - 40 - 13) + "\n\n00:01.000 --> 00:02.000\nx";
        String padded = most + " ".repeat(2 * 1024 * 1024 - most.length());

        assertThat(post(user, VTT, padded).statusCode()).isEqualTo(201);
        assertProblem(post(user, VTT, padded + " "), 413, "asset_too_large");
        byte[] more = (padded + " ").getBytes(StandardCharsets.UTF_8);
        assertProblem(
                user.send(user.request("/api/assets?name=chunked")
                        .header("Content-Type", VTT)
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(more)))),
                413,
                "asset_too_large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFFWEBVTT - title\nX: y\n\nSTYLE\n::cue{}\n\nNOTE no --> cue\n\nid\n00:01.000 --> 01:00:02.000 line:0\n<v Ana>Hola",
                "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\n<c.red>a</c> & b\r\n\r\n00:01.000 --> 00:02.000\r\n"
            })
    void webVttIsReadAsItIsWritten(String content) throws Exception {
        HttpResponse<String> created = post(user, VTT, content);

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).path("cues").asInt()).isBetween(1, 2);
    }

    @Test
    void otherTypesAndNamesAreRefused() throws Exception {
        assertProblem(post(user, "image/gif", "GIF89a"), 415, "unsupported_media_type");
        assertProblem(
                user.send(user.request("/api/assets?name=%20")
                        .header("Content-Type", PNG)
                        .POST(BodyPublishers.ofByteArray(png(1, 1)))),
                400,
                "asset_name_invalid");
        assertThat(rows()).isZero();
    }

    @Test
    void anAccountHasFiftyAtMostWhateverComesAtOnce() throws Exception {
        for (int i = 0; i < 49; i++) {
            asset(user, SRT, CUE.getBytes(StandardCharsets.UTF_8));
        }
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try {
            List<Callable<HttpResponse<String>>> calls =
                    List.of(() -> post(user, SRT, CUE), () -> post(user, SRT, CUE));
            List<Integer> statuses = new ArrayList<>();
            for (Future<HttpResponse<String>> answer : clients.invokeAll(calls)) {
                statuses.add(answer.get().statusCode());
            }
            assertThat(statuses).containsExactlyInAnyOrder(201, 403);
        } finally {
            clients.shutdownNow();
        }
        assertProblem(post(user, SRT, CUE), 403, "too_many_assets");
        assertThat(stored()).hasSize(50);
        String first =
                json(user.get("/api/assets")).path("assets").get(0).path("id").asText();
        assertThat(user.delete("/api/assets/" + first).statusCode()).isEqualTo(204);
        assertThat(post(user, SRT, CUE).statusCode()).isEqualTo(201);
    }

    private static HttpResponse<String> upload(Api caller, String transformations) throws Exception {
        return caller.upload(new Form()
                .field("title", "t")
                .field("transformaciones", transformations)
                .file("video_file", "a.mp4", bytes(10)));
    }

    private static String own(String picture) {
        return "[{\"nombre\": \"marca_propia\", \"imagen\": \"" + picture + "\"}, \"transcodificacion\"]";
    }

    @Test
    void aVideoAsksForAnAssetOfItsOwnersAndOfTheRightKind() throws Exception {
        String picture = asset(user, PNG, png(3, 2));
        String text = asset(user, SRT, CUE.getBytes(StandardCharsets.UTF_8));
        Api other = user();

        assertProblem(upload(user, own(text)), 400, "asset_unfit");
        assertProblem(upload(user, own(UUID.randomUUID().toString())), 400, "unknown_asset");
        assertProblem(upload(user, own("../" + picture)), 400, "invalid_parameter");
        assertProblem(upload(other, own(picture)), 400, "unknown_asset");
        assertProblem(
                upload(user, "[{\"nombre\": \"subtitulos\", \"texto\": \"" + picture + "\"}]"), 400, "asset_unfit");
        assertThat(count("uploaded")).isZero();

        HttpResponse<String> accepted = upload(user, own(picture));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String kept =
                String.valueOf(row(json(accepted).path("video_id").asText()).get("transformation_parameters"));
        assertThat(kept).contains("\"assets\": [\"" + picture + "\"]").contains("\"imagen\": \"" + picture + "\"");
    }

    private static HttpResponse<String> preset(Api caller, String transformations) throws Exception {
        return caller.send(caller.request("/api/presets/logo")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"transformaciones\": " + transformations + "}")));
    }

    @Test
    void aPresetKeepsAnAssetOfItsOwnersAndOfTheRightKind() throws Exception {
        String picture = asset(user, PNG, png(3, 2));
        String text = asset(user, SRT, CUE.getBytes(StandardCharsets.UTF_8));
        Api other = user();

        assertProblem(preset(user, own(text)), 400, "asset_unfit");
        assertProblem(preset(user, own(UUID.randomUUID().toString())), 400, "unknown_asset");
        assertProblem(preset(other, own(picture)), 400, "unknown_asset");
        assertThat(user.get("/api/presets/logo").statusCode()).isEqualTo(404);
        HttpResponse<String> kept = preset(user, own(picture));
        assertThat(kept.statusCode()).as(kept.body()).isEqualTo(201);

        // An upload says that the preset has it, since its own fields do not.
        assertThat(user.delete("/api/assets/" + picture).statusCode()).isEqualTo(204);
        HttpResponse<String> upload = user.send(user.raw("?title=t&preset=logo", bytes(10)));
        assertProblem(upload, 400, "unknown_asset");
        assertThat(json(upload).path("detail").asText()).startsWith("In the preset logo:");
    }

    @ParameterizedTest
    @CsvSource({
        "status = 'uploaded', 409",
        "'status = ''processing'', claim_token = gen_random_uuid(), lease_until = now()', 409",
        "'status = ''failed'', failed_at = now(), error_code = ''x'', retryable = true', 409",
        "'status = ''failed'', failed_at = now(), error_code = ''x'', retryable = false', 204",
        "'status = ''cancelled'', cancelled_at = now()', 204",
        "'status = ''processed'', processed_at = now(), processed_key = original_key', 204"
    })
    void anAssetStaysWhileAJobNeedsIt(String state, int status) throws Exception {
        String picture = asset(user, PNG, png(3, 2));
        String id = json(upload(user, own(picture))).path("video_id").asText();
        set(id, state);

        HttpResponse<String> answer = user.delete("/api/assets/" + picture);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (status == 409) {
            assertProblem(answer, 409, "asset_in_use");
            assertThat(user.get("/api/assets/" + picture).statusCode()).isEqualTo(200);
        } else {
            String path = "/api/videos/" + id + "/process";
            assertProblem(user.post(path), 409, "asset_deleted");
            assertProblem(user.postJson(path, "{\"transformaciones\": " + own(picture) + "}"), 400, "unknown_asset");
            assertThat(user.postJson(path, "{\"transformaciones\": [\"sin_audio\"]}")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anUploadInPiecesKeepsItsAsset() throws Exception {
        String picture = asset(user, PNG, png(3, 2));
        TusClient tus = new TusClient(user);
        HttpResponse<String> created = user.send(user.request("/api/uploads")
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Length", "10")
                .header("Upload-Metadata", TusClient.metadata("title", "t", "transformaciones", own(picture)))
                .POST(BodyPublishers.noBody()));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertProblem(user.delete("/api/assets/" + picture), 409, "asset_in_use");

        String upload = created.headers().firstValue("Location").orElseThrow();
        assertThat(user.send(tus.request(upload).DELETE()).statusCode()).isEqualTo(204);
        assertThat(user.delete("/api/assets/" + picture).statusCode()).isEqualTo(204);
    }

    @Test
    void assetsGoWithTheirAccount() throws Exception {
        String picture = asset(user, PNG, png(3, 2));
        jdbc.update("DELETE FROM users WHERE id = CAST(? AS uuid)", user.subject());

        assertThat(jdbc.queryForObject(
                        "SELECT deleted_at IS NOT NULL FROM assets WHERE id = CAST(? AS uuid)", Boolean.class, picture))
                .isTrue();
    }
}
