package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is sent gets the right answer: never a failure of ours, and nothing is kept of what is refused. */
class InputTest extends WebTest {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";
    private static final String MULTIPART = "multipart/form-data; boundary=b";

    /** @param code the problem's; empty for none */
    private record Row(String sent, RawRequest request, int status, String code) {}

    private final List<Row> rows = new ArrayList<>();
    private final String email = "input-" + UUID.randomUUID() + "@example.org";
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = api().signedUp(email);
    }

    @Test
    void whatIsRefusedIsRefusedWithItsCodeAndLeavesNothing() throws Exception {
        addresses();
        queries();
        texts();
        encodings();
        otherThanVideos();
        unknownNames();

        assertTable();
        assertNothingLeft();
    }

    /** What is wrong with the words that came, and what to send instead. */
    @Test
    void refusalsSayWhatToDo() throws Exception {
        Map<RawRequest, String> details = new LinkedHashMap<>();
        for (String name :
                List.of("title[]", "title{0}", "<title>", "ti|tle", "ti^tle", "ti`tle", "ti\\tle", "\"title\"")) {
            details.put(
                    raw("?" + name + "=a").body("video/mp4", bytes(100)),
                    "There is no parameter " + name + ". Did you mean title?");
        }
        details.put(get("/api/videos?limit=%zz"), "limit");
        details.put(raw("?title=%ff%fe").body("video/mp4", bytes(100)), "title");
        details.put(logIn(FORM, "username=%zz&password=x"), "username");
        details.put(raw("?title=t&transformations=x").body(null, bytes(100)), "Did you mean transformaciones?");
        details.put(form(part("transformations", "x"), file()), "Did you mean transformaciones?");
        details.put(logIn(JSON, "{\"email\":\"a\",\"email\":\"b\"}"), "The body has the field email more than once.");
        details.put(logIn(JSON, "{\"email\":{\"a\":1,\"a\":2}}"), "The body has the field email/a more than once.");
        details.put(logIn(JSON, "{\n\"email\":\"a\",}"), "line 2, column 13, in the field email");
        details.put(logIn(JSON, json("a", "x") + "{}"), "nothing may follow the closing bracket");
        details.put(logIn(JSON, "{\"email\":" + "[".repeat(2000) + "]".repeat(2000) + "}"), "nested too deeply");
        details.put(logIn(JSON, "{\"email\":" + "1".repeat(2000) + "}"), "more than 1,000 characters");
        details.put(logIn(JSON, "[]"), "not a JSON object. Send one");
        details.put(logIn(JSON, "{\"email\":NaN}"), "Check quotes, commas, brackets and numbers");
        details.put(form(part("metadata", "{\"a\":NaN}"), file()), "metadata is not valid JSON at line 1, column");
        details.put(
                posted("/api/videos/import", "{\"url\":\"https://example.com/a.mp4\",\"headers\":{\"Acept\":\"x\"}}"),
                "There is no field headers/Acept. Did you mean headers/Accept?");
        details.put(posted("/api/videos/import", "{\"url\":\"nowhere\"}"), "The address must begin with");
        details.put(posted("/api/videos/import", "{\"url\":\"https:///a\"}"), "such as https://example.com/path.");
        details.put(posted("/api/videos/import", "{\"url\":\"\"}"), "such as https://example.com/videos/match.mp4");
        details.put(
                posted("/api/videos/import", "{\"url\":\"https://example.com/a.mp4\",\"metadata\":1}"),
                "The field metadata must be an object in braces.");
        details.put(
                posted("/api/uploads/s3/multipart", "{\"filename\":\"a.mp4\",\"bytes\":-1}"),
                "The field bytes must be a whole number of at least 0.");
        details.put(
                posted(
                        "/api/uploads/s3/multipart/" + UUID.randomUUID() + "/complete",
                        "{\"parts\":[{\"PartNumber\":1,\"Etag\":\"x\"}]}"),
                "There is no field parts/0/Etag. Did you mean parts/0/ETag?");
        details.put(
                logIn(JSON, "{\"email\":[[\"a\"]],\"password\":\"x\"}"), "The field email must be text of 1 to 254");
        details.put(multipart("multipart/form-data"), "has no boundary. Send");
        details.put(form("\r\nx"), "End them with an empty line");
        details.put(multipart("multipart/form-data; boundary=other"), "ends before its last delimiter");
        details.put(
                new RawRequest("POST /api/videos/upload").token(user).body(MULTIPART, "--b?\r\n"),
                "a line of two hyphens and the boundary");
        for (Map.Entry<RawRequest, String> detail : details.entrySet()) {
            Wire.Answer answer = detail.getKey().send(port);
            assertThat(answer.status()).as(detail.getKey() + answer.text()).isEqualTo(400);
            assertThat(answer.isProblem()).isTrue();
            assertThat(Api.JSON.readTree(answer.body()).path("detail").asText()).contains(detail.getValue());
        }
    }

    @Test
    void whatIsFineIsTaken() throws Exception {
        headerBytes();
        mediaTypes();

        assertTable();
    }

    /** One line for each kind of input that once had a wrong answer; the other tests have many of each kind. */
    @Test
    void everyKindHasItsAnswer() throws Exception {
        String video = latin1(bytes(100));
        add("header X-Name: Élise", get("/api/videos").header("X-Name", utf8("Élise")), 200, "");
        add("header User-Agent: Tool — 1.0", get("/api/videos").header("User-Agent", utf8("Tool — 1.0")), 200, "");
        add("a cookie with Á", get("/api/videos").header("Cookie", utf8("a=Á")), 200, "");
        add("a parameter's name with a control character", get("/api/videos?li%01mit=1"), 400, "invalid_request");
        add("a field's name with a control character", form(part("title\u0001", "t"), file()), 400, "invalid_request");
        add("%zz in a query", get("/api/videos?limit=%zz"), 400, "invalid_request");
        add("%zz in a form", logIn(FORM, "username=%zz&password=x"), 400, "invalid_request");
        add("%ff%fe in a title", raw("?title=%ff%fe").body("video/mp4", video), 400, "invalid_request");
        String digits = "digits-" + email;
        assertThat(api().signUp(digits, "12345678").statusCode()).isEqualTo(201);
        add("log-in form, password 12345678", logIn(FORM, "username=" + digits + "&password=12345678"), 200, "");
        for (String password : List.of("true", "null")) {
            add(
                    "log-in form, wrong password " + password,
                    logIn(FORM, "username=" + digits + "&password=" + password),
                    401,
                    "bad_credentials");
        }
        add(
                "a title of 200 non-BMP characters, a file name of 16 KB",
                form(part("title", utf8("🎬".repeat(200))), file("a".repeat(16 * 1024) + ".mp4")),
                201,
                "");
        add("Content-Type: Multipart/Form-Data", multipart("Multipart/Form-Data; boundary=b"), 201, "");
        add(
                "Content-Encoding: gzip, JSON",
                logIn(JSON, json("a", "x")).header("Content-Encoding", "gzip"),
                415,
                "content_encoding_unsupported");
        add(
                "Content-Encoding: gzip, upload",
                raw("?title=t").header("Content-Encoding", "gzip").body("video/mp4", video),
                415,
                "content_encoding_unsupported");
        add("image/png by declared type", raw("?title=t").body("image/png", video), 415, "not_a_video");
        add("text/plain by declared type", raw("?title=t").body("text/plain", video), 415, "not_a_video");
        add("a PDF by file name", form(part("title", "t"), file("a.pdf")), 415, "not_a_video");
        add("a PDF by first bytes, no type", raw("?title=t").body(null, "%PDF-1.7\n" + video), 415, "not_a_video");
        add("an empty body", raw("?title=t").body("video/mp4", ""), 415, "not_a_video");
        add("image/gif", raw("?title=t").body("image/gif", "GIF89a" + video), 201, "");
        add("transformations= in a query", raw("?title=t&transformations=x").body(null, video), 400, "invalid_request");
        add("transformations in a form", form(part("transformations", "x"), file()), 400, "invalid_request");
        add(
                "a wrong title before a file that has not been sent",
                new RawRequest("POST /api/videos/upload")
                        .token(user)
                        .header("Content-Type", MULTIPART)
                        .header("Content-Length", "1000000")
                        .begin("--b\r\n" + part("title", "a\0") + "\r\n--b\r\n" + file()),
                400,
                "title_invalid");
        for (int fields : List.of(1100, 2000)) {
            add(
                    fields + " trailer fields",
                    raw("?title=t")
                            .header("Content-Type", "video/mp4")
                            .header("Transfer-Encoding", "chunked")
                            .begin("64\r\n" + video + "\r\n0\r\n" + "X: y\r\n".repeat(fields) + "\r\n"),
                    fields == 1100 ? 201 : 400,
                    fields == 1100 ? "" : "invalid_request");
        }
        for (String method : List.of("TRACE", "BREW")) {
            add(method + ", a token", new RawRequest(method + " /api/videos").token(user), 405, "method_not_allowed");
            add(method + ", no token", new RawRequest(method + " /api/videos"), 405, "method_not_allowed");
        }
        add("an address of 20,000 characters", get("/api/videos?q=" + "x".repeat(20_000)), 400, "invalid_request");
        add("a header without a name", get("/api/videos").header("", "x"), 400, "invalid_request");
        add(
                "Expect: 100-continue with a bad token",
                new RawRequest("POST /api/videos?title=t")
                        .header("Authorization", "Bearer junk")
                        .header("Expect", "100-continue")
                        .header("Content-Length", "1000000"),
                401,
                "unauthenticated");
        add("a path that no route has", get("/api/nothing"), 404, "not_found");

        assertTable();
    }

    private void addresses() {
        for (String address : List.of(
                "/api//videos", "/api/videos;a=b", "/api/videos/./x", "/api/videos/%25zz", "/api/videos/a%0ab")) {
            add("GET " + address, get(address), 400, "invalid_request");
        }
    }

    private void queries() {
        add("?limit=%zz", get("/api/videos?limit=%zz"), 400, "invalid_request");
        add("?limit=%", get("/api/videos?limit=%"), 400, "invalid_request");
        add("?status=%ff%fe", get("/api/videos?status=%ff%fe"), 400, "invalid_request");
        add("?cursor=%00", get("/api/videos?cursor=%00"), 400, "invalid_request");
        add("a parameter's name with a control character", get("/api/videos?li%01mit=1"), 400, "invalid_request");
        add("the same on an event stream", get("/api/videos/events?a%01=1"), 400, "invalid_request");
        add("?limit=1&limit=2", get("/api/videos?limit=1&limit=2"), 400, "invalid_request");
        add("?limit=" + "9".repeat(4000), get("/api/videos?limit=" + "9".repeat(4000)), 400, "invalid_request");
    }

    private void texts() {
        add("title=%zz", raw("?title=%zz").body("video/mp4", bytes(100)), 400, "invalid_request");
        add("title=%ff%fe", raw("?title=%ff%fe").body("video/mp4", bytes(100)), 400, "invalid_request");
        add("title=%00", raw("?title=a%00").body("video/mp4", bytes(100)), 400, "title_invalid");
        add("title=%ed%a0%80", raw("?title=%ed%a0%80").body("video/mp4", bytes(100)), 400, "invalid_request");
        add("title=a&title=b", raw("?title=a&title=b").body("video/mp4", bytes(100)), 400, "invalid_request");
        add("the byte ff in a form's title", form(part("title", "a\u00ff"), file()), 400, "invalid_request");
        for (String title : List.of("a%0a", "a%C2%85b", "%C2%A0", "%E2%80%8B", "a%E2%80%AEb", "%EF%BB%BFa")) {
            add("title=" + title, raw("?title=" + title).body("video/mp4", bytes(100)), 400, "title_invalid");
        }
        add(
                "transformaciones of 1,001 characters",
                raw("?title=a&transformaciones=" + "hd_720p,".repeat(125) + "x").body("video/mp4", bytes(100)),
                400,
                "field_too_long");
        add(
                "transformaciones=hd720",
                raw("?title=a&transformaciones=hd720").body("video/mp4", bytes(100)),
                400,
                "unknown_transformation");
        for (String time : List.of(
                "2026-01-01T00:00:00%2B18:00", "0000-01-01T00:00:00Z", "%2B99999-01-01T00:00:00Z", "yesterday")) {
            boolean right = time.endsWith("18:00");
            add(
                    "uploaded_after=" + time,
                    get("/api/videos?uploaded_after=" + time),
                    right ? 200 : 400,
                    right ? "" : "invalid_request");
        }
        add("NUL in a form's title", form(part("title", "a\0"), file()), 400, "title_invalid");
        add("the byte ff in a file's name", form(part("title", "a"), file("a\u00ff.mp4")), 400, "invalid_request");
        add(
                "a form with 3,000 transformaciones",
                form(Collections.nCopies(3000, part("transformaciones", "hd_720p"))
                        .toArray(String[]::new)),
                400,
                "field_too_long");
        add("a form with two titles", form(part("title", "a"), part("title", "b"), file()), 400, "invalid_request");
        add("log-in form, username=%zz", logIn(FORM, "username=%zz&password=x"), 400, "invalid_request");
        add("log-in form, username=%ff", logIn(FORM, "username=%ff&password=x"), 400, "invalid_request");
        add("log-in form, the byte ff", logIn(FORM, "username=\u00ff&password=x"), 400, "invalid_request");
        add("log-in form, NUL in username", logIn(FORM, "username=a%00b&password=x"), 400, "invalid_request");
        add("log-in form, two passwords", logIn(FORM, "username=a&password=x&password=y"), 400, "invalid_request");
        add("JSON, NUL in email", logIn(JSON, json("a\\u0000b", "x")), 400, "invalid_request");
        add("JSON, NUL in password", logIn(JSON, json("a", "\\u0000")), 400, "invalid_request");
        add("JSON, half of a surrogate pair", logIn(JSON, json("a", "\\ud83c")), 400, "invalid_request");
        add("JSON, the byte ff", logIn(JSON, json("a", "\u00ff")), 400, "invalid_request");
        add(
                "JSON, a name twice",
                logIn(JSON, "{\"email\":\"a\",\"email\":\"b\",\"password\":\"x\"}"),
                400,
                "invalid_request");
        add("JSON, more after the end", logIn(JSON, json("a", "x") + "{}"), 400, "invalid_request");
        add("JSON, nested 50,000 deep", logIn(JSON, "[".repeat(50_000)), 400, "invalid_request");
        add("JSON, null", logIn(JSON, "null"), 400, "invalid_request");
        add(
                "JSON, a number as password",
                logIn(JSON, "{\"email\":\"a\",\"password\":12345678}"),
                400,
                "invalid_request");
        add(
                "JSON, an unknown charset",
                logIn("application/json; charset=no-such", json("a", "x")),
                401,
                "bad_credentials");
        add("no media type", logIn(null, json("a", "x")), 415, "unsupported_media_type");
        add("a media type that is none", logIn("///;;=", json("a", "x")), 415, "unsupported_media_type");
        for (String password : List.of("true", "null", "[1]", "1", "{\"a\":1}")) {
            add(
                    "log-in form, wrong password " + password,
                    logIn(FORM, "username=a&password=" + password),
                    401,
                    "bad_credentials");
        }
        String exponent = "1e99999999999999999999";
        add("JSON, an exponent of 20 digits", logIn(JSON, "{\"email\":" + exponent + "}"), 400, "invalid_request");
        for (String list : List.of("[" + exponent + "]", "[{\"nombre\":\"recortar\",\"inicio\":" + exponent + "}]")) {
            String encoded = URLEncoder.encode(list, StandardCharsets.UTF_8);
            add(
                    "transformaciones=" + list,
                    raw("?title=a&transformaciones=" + encoded).body("video/mp4", bytes(100)),
                    400,
                    "invalid_request");
            add("a form with " + list, form(part("transformaciones", list), file()), 400, "invalid_request");
        }
        add("a discard's reason with NUL", discard("abc\\u0000"), 403, "forbidden");
    }

    private RawRequest posted(String path, String body) {
        return new RawRequest("POST " + path).token(user).body(JSON, body);
    }

    private RawRequest discard(String reason) {
        return new RawRequest("POST /api/ops/dead-letters/discard")
                .token(user)
                .body(JSON, "{\"message_ids\":[\"a\"],\"reason\":\"" + reason + "\"}");
    }

    private void encodings() {
        add(
                "gzip, log-in",
                logIn(JSON, "\u001f\u008b").header("Content-Encoding", "gzip"),
                415,
                "content_encoding_unsupported");
        add(
                "br, upload",
                raw("?title=t").header("Content-Encoding", "br").body("video/mp4", bytes(100)),
                415,
                "content_encoding_unsupported");
        add(
                "gzip, form",
                form(part("title", "t"), file()).header("Content-Encoding", "GZIP"),
                415,
                "content_encoding_unsupported");
        add(
                "identity, gzip",
                logIn(JSON, json("a", "x")).header("Content-Encoding", "identity, gzip"),
                415,
                "content_encoding_unsupported");
        for (String header : List.of("Content-Encoding: gzip", "Content-Transfer-Encoding: base64")) {
            add(
                    header + " of a form's file",
                    form(part("title", "t"), header + "\r\n" + file()),
                    415,
                    "content_encoding_unsupported");
        }
        add("identity", logIn(JSON, json("a", "x")).header("Content-Encoding", "identity"), 401, "bad_credentials");
    }

    private void otherThanVideos() {
        for (String type : List.of(
                "image/png",
                "Image/WebP",
                "text/plain; charset=utf-8",
                "application/pdf",
                "audio/mpeg",
                "audio/vnd.wave",
                "application/ld+json",
                "message/http",
                "model/gltf-binary",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document")) {
            add(type + ", raw", raw("?title=t").body(type, bytes(2000)), 415, "not_a_video");
            add(
                    type + ", in a form",
                    form(part("title", "t"), file("a", type, latin1(bytes(2000)))),
                    415,
                    "not_a_video");
        }
        for (String name : List.of("a.png", "a.TXT", "a.pdf", "a.docx", "a.zip", "a.mp3", "a.HEIC", "a.md")) {
            add("a file named " + name, form(part("title", "t"), file(name)), 415, "not_a_video");
        }
        List<String> files = List.of(
                "%PDF-1.7\n",
                hex("89504e470d0a1a0a"),
                hex("ffd8ffe000104a464946"),
                hex("0000001c6674797068656963"),
                hex("504b030414000600"),
                hex("1f8b0800"),
                "ID3\u0003",
                "Only words, and no video.\n",
                "<svg/>",
                "{\"a\":1}");
        for (String start : files) {
            String content = start.matches("(?s)[ -~\n]*[.>}]\n?") ? start : start + latin1(bytes(2000));
            for (String type : new String[] {"application/octet-stream", null, "video/mp4"}) {
                add(
                        start.replaceAll("[^ -~]", ".") + " as " + type,
                        raw("?title=t").body(type, content),
                        415,
                        "not_a_video");
            }
            add(
                    start.replaceAll("[^ -~]", ".") + " in a form",
                    form(part("title", "t"), file("a", null, content)),
                    415,
                    "not_a_video");
        }
        add("an empty body", raw("?title=t").body("video/mp4", ""), 415, "not_a_video");
        add("no body", raw("?title=t"), 415, "not_a_video");
        add("an empty file", form(part("title", "t"), file("a.mp4", null, "")), 415, "not_a_video");
    }

    private void unknownNames() {
        add(
                "?transformations=hd_720p",
                raw("?title=t&transformations=hd_720p").body("video/mp4", bytes(100)),
                400,
                "invalid_request");
        add(
                "a form's field transformations",
                form(part("title", "t"), part("transformations", "hd_720p"), file()),
                400,
                "invalid_request");
        add(
                "a form's file as video",
                form(part("title", "t"), file("a.mp4").replace("video_file", "video")),
                400,
                "invalid_request");
        add("a form's part without a name", form("Content-Disposition: form-data\r\n\r\nx"), 400, "invalid_request");
        add("a form's part without headers", form("\r\nx"), 400, "malformed_form");
        add(
                "a query at the form's address",
                new RawRequest("POST /api/videos/upload?title=t").token(user).body(MULTIPART, "--b--"),
                400,
                "invalid_request");
        add("?a=1 of health", new RawRequest("GET /api/health?a=1"), 400, "invalid_request");
        add("?a=%zz of health", new RawRequest("GET /api/health?a=%zz"), 400, "invalid_request");
        add("?limits=1", get("/api/videos?limits=1"), 400, "invalid_request");
        add("?token=x", get("/api/videos/" + UUID.randomUUID() + "?token=x"), 400, "invalid_request");
        add("?since=1 of an event stream", get("/api/videos/events?since=1"), 400, "invalid_request");
        add("a JSON field", logIn(JSON, "{\"email\":\"a\",\"pasword\":\"x\"}"), 400, "invalid_request");
        add("a log-in form's field", logIn(FORM, "username=a&pasword=x"), 400, "invalid_request");
    }

    private void headerBytes() {
        add(
                "100,000 bytes to an address with an escape",
                new RawRequest("POST /api/%76ideos?title=t").token(user).body("video/mp4", bytes(100_000)),
                201,
                "");
        for (String header : List.of(
                "X-Name: Élise",
                "User-Agent: Tool — 1.0",
                "Cookie: a=Á; b=\u0080\u009f",
                "Accept-Language: ñ",
                "Referer: http://á/",
                "Origin: http://á")) {
            String[] parts = header.split(": ");
            String value = utf8(parts[1]);
            add(header + ", list", get("/api/videos").header(parts[0], value), 200, "");
            add(header + ", health", new RawRequest("GET /api/health").header(parts[0], value), 200, "");
            add(header + ", readiness", new RawRequest("GET /api/health/ready").header(parts[0], value), 200, "");
            add(header + ", page", new RawRequest("GET /").header(parts[0], value), 200, "");
            add(header + ", docs", new RawRequest("GET /api/docs/index.html").header(parts[0], value), 200, "");
            add(header + ", log-in", logIn(JSON, json(email, "a good password")).header(parts[0], value), 200, "");
            add(header + ", upload", raw("?title=t").header(parts[0], value).body("video/mp4", bytes(100)), 201, "");
            add(header + ", form", form(part("title", "t"), file()).header(parts[0], value), 201, "");
        }
        add(
                "Authorization: É",
                new RawRequest("GET /api/videos").header("Authorization", utf8("Bearer É")),
                401,
                "unauthenticated");
    }

    private void mediaTypes() {
        add("Multipart/Form-Data", multipart("Multipart/Form-Data; Boundary=\"b\""), 201, "");
        add("a charset before the boundary", multipart("multipart/form-data; charset=utf-8; boundary=b"), 201, "");
        add("APPLICATION/JSON", logIn("APPLICATION/JSON;Charset=UTF-8", json(email, "a good password")), 200, "");
        add(
                "Application/X-WWW-Form-URLEncoded",
                logIn(
                        "Application/X-WWW-Form-URLEncoded; charset=utf-8",
                        "username=" + email + "&password=a+good+password"),
                200,
                "");
        add(
                "OAuth 2's fields",
                logIn(
                        FORM,
                        "grant_type=password&scope=&client_id=&client_secret=&username=" + email
                                + "&password=a+good+password"),
                200,
                "");
        add(
                "Content-Transfer-Encoding: binary of a form's file",
                form(part("title", "t"), "Content-Transfer-Encoding: binary\r\n" + file()),
                201,
                "");
        add("image/gif", raw("?title=t").body("image/gif", "GIF89a" + latin1(bytes(100))), 201, "");
        add("no type", raw("?title=t").body(null, bytes(2000)), 201, "");
        add("application/octet-stream", raw("?title=t").body("application/octet-stream", bytes(2000)), 201, "");
        add("Video/MP4; codecs=avc1", raw("?title=t").body("Video/MP4; codecs=\"avc1\"", bytes(2000)), 201, "");
    }

    private RawRequest multipart(String type) {
        return new RawRequest("POST /api/videos/upload")
                .token(user)
                .body(type, "--b\r\n" + part("title", "t") + "\r\n--b\r\n" + file() + "\r\n--b--\r\n");
    }

    private void add(String sent, RawRequest request, int status, String code) {
        rows.add(new Row(sent, request, status, code));
    }

    /** The longest titles and file names there are: what is kept of them, and what the links to the objects carry. */
    @Test
    void linksWorkWhateverTitleAndFileNameAre() throws Exception {
        String title = "🎬".repeat(200);
        Wire.Answer accepted = form(part("title", utf8(title)), file("\u00c3\u00a9".repeat(8 * 1024) + ".mov"))
                .send(port);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        String id = Api.JSON.readTree(accepted.text()).path("video_id").asText();
        assertThat(row(id)).containsEntry("title", title).containsEntry("original_name", "é".repeat(251) + ".mov");
        set(id, "status = 'processed', processed_at = now(), processed_key = original_key, poster_key = original_key");

        JsonNode detail = Api.json(user.get("/api/videos/" + id));
        assertLink(detail.path("original_url").asText(), "attachment; filename=\"_", "%C3%A9.mov");
        assertLink(detail.path("processed_url").asText(), "inline; filename=\"_", "%F0%9F%8E%AC.mp4");
        assertLink(detail.path("poster_url").asText(), "inline; filename=\"_", "%F0%9F%8E%AC.jpg");
        HttpResponse<String> moved = user.get("/api/videos/" + id + "/processed");
        assertThat(moved.statusCode()).isEqualTo(302);
        assertLink(moved.headers().firstValue("Location").orElseThrow(), "inline; filename=\"_", "%F0%9F%8E%AC.mp4");
    }

    private static void assertLink(String link, String begin, String end) throws Exception {
        HttpResponse<byte[]> object = Api.HTTP.send(
                HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(object.statusCode()).as(link).isEqualTo(200);
        String disposition = object.headers().firstValue("Content-Disposition").orElseThrow();
        assertThat(disposition).startsWith(begin).contains("filename*=UTF-8''%").endsWith(end);
        assertThat(disposition.length()).isBetween(180, 200);
    }

    /** Nothing of the file has been sent yet, nor will be, when the answer comes. */
    @Test
    void whatIsWrongBeforeTheFileIsToldBeforeTheFileIsSent() throws Exception {
        String content = latin1(bytes(2000)).substring(0, 10);
        Map<String, String> begun = new LinkedHashMap<>();
        begun.put("title_invalid", "--b\r\n" + part("title", " ") + "\r\n--b\r\n" + file("a.mp4", null, content));
        begun.put(
                "unknown_transformation",
                "--b\r\n" + part("transformaciones", "sepia") + "\r\n--b\r\n" + file("a.mp4", null, content));
        begun.put("invalid_request", "--b\r\n" + part("titel", "t") + "\r\n--b\r\n" + file("a.mp4", null, content));
        begun.put("not_a_video", "--b\r\n" + part("title", "t") + "\r\n--b\r\n" + file("a.png", null, content));
        for (Map.Entry<String, String> form : begun.entrySet()) {
            Wire.Answer reply = new RawRequest("POST /api/videos/upload")
                    .token(user)
                    .header("Content-Length", "10000000")
                    .header("Content-Type", MULTIPART)
                    .begin(form.getValue())
                    .send(port);
            assertThat(reply.problemCode()).as(reply.text()).isEqualTo(form.getKey());
        }
        assertNothingLeft();
    }

    /** Whatever they look like: numbers, say. */
    @Test
    void aFormsPasswordIsText() throws Exception {
        for (String password :
                List.of("12345678", "1e300000", "Infinity", "        ", "[1, 2, 3]", "nullnull", "+%2B& =é")) {
            String name = "input-" + UUID.randomUUID() + "@example.org";
            assertThat(api().signUp(name, password).statusCode()).isEqualTo(201);

            Wire.Answer reply = logIn(
                            FORM,
                            "username=" + name + "&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8))
                    .send(port);

            assertThat(reply.status()).as(password + ": " + reply.text()).isEqualTo(200);
        }
    }

    /** Prints the table as it is, and fails for each line that is not as it should be. */
    private void assertTable() throws Exception {
        List<String> wrong = new ArrayList<>();
        System.out.printf("%-70s%7s  %s%n", "sent", "status", "code");
        for (Row row : rows) {
            Wire.Answer reply = row.request().send(port);
            String line = "%-70.70s%7d  %s".formatted(row.sent(), reply.status(), reply.problemCode());
            System.out.println(line);
            if (reply.status() != row.status() || !reply.problemCode().equals(row.code())) {
                wrong.add(line + ", and not " + row.status() + " " + row.code() + ": " + reply.text());
            }
        }
        assertThat(wrong).isEmpty();
    }

    private RawRequest get(String address) {
        return new RawRequest("GET " + address).token(user);
    }

    private RawRequest raw(String query) {
        return new RawRequest("POST /api/videos" + query).token(user);
    }

    private RawRequest logIn(String type, String body) {
        return new RawRequest("POST /api/auth/login").body(type, body);
    }

    private static String json(String email, String password) {
        return "{\"email\":\"" + email + "\",\"password\":\"" + password + "\"}";
    }

    private RawRequest form(String... parts) {
        return new RawRequest("POST /api/videos/upload")
                .token(user)
                .body(MULTIPART, "--b\r\n" + String.join("\r\n--b\r\n", parts) + "\r\n--b--\r\n");
    }

    private static String part(String name, String value) {
        return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value;
    }

    private static String file() {
        return file("a.mp4");
    }

    private static String file(String name) {
        return file(name, "video/mp4", latin1(bytes(2000)));
    }

    private static String file(String name, String type, String content) {
        return "Content-Disposition: form-data; name=\"video_file\"; filename=\"" + name + "\"\r\n"
                + (type == null ? "" : "Content-Type: " + type + "\r\n") + "\r\n" + content;
    }

    private static String utf8(String text) {
        return latin1(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String hex(String digits) {
        return latin1(HexFormat.of().parseHex(digits));
    }
}
