package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the container refuses before the application sees it is answered like everything else. */
class RefusalsTest extends WebTest {

    private record Expected(int status, String code) {}

    private static String get(String path, String headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: l\r\n" + headers + "\r\n";
    }

    @Test
    void everyRefusalIsAProblem() throws Exception {
        String authorization = "Authorization: Bearer " + user().token() + "\r\n";
        Map<String, String> sent = new LinkedHashMap<>();
        Map<String, Expected> expected = new LinkedHashMap<>();
        add(
                sent,
                expected,
                "TRACE",
                "TRACE /api/videos HTTP/1.1\r\nHost: l\r\n" + authorization + "\r\n",
                405,
                "method_not_allowed");
        add(sent, expected, "TRACE of the page", "TRACE / HTTP/1.1\r\nHost: l\r\n\r\n", 405, "method_not_allowed");
        add(sent, expected, "CONNECT", "CONNECT l:80 HTTP/1.1\r\nHost: l\r\n\r\n", 501, "not_implemented");
        add(
                sent,
                expected,
                "an unknown method",
                "BREW /api/videos HTTP/1.1\r\nHost: l\r\n" + authorization + "\r\n",
                405,
                "method_not_allowed");
        add(
                sent,
                expected,
                "a long address",
                get("/api/videos?q=" + "x".repeat(20_000), authorization),
                400,
                "invalid_request");
        add(
                sent,
                expected,
                "a long header",
                get("/api/videos", "X-Long: " + "x".repeat(20_000) + "\r\n"),
                400,
                "invalid_request");
        add(sent, expected, "a header without a name", get("/api/videos", ": x\r\n"), 400, "invalid_request");
        add(
                sent,
                expected,
                "a header with a space in its name",
                get("/api/videos", "X Y: x\r\n"),
                400,
                "invalid_request");
        add(sent, expected, "no host", "GET /api/videos HTTP/1.1\r\n\r\n", 400, "invalid_request");
        add(sent, expected, "two hosts", get("/api/videos", "Host: m\r\n"), 400, "invalid_request");
        add(sent, expected, "a bad host", "GET /api/videos HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "invalid_request");
        add(sent, expected, "a raw control character in the address", get("/api/\u0001", ""), 400, "invalid_request");
        add(sent, expected, "a bad escape in the path", get("/api/%zz", authorization), 400, "invalid_request");
        add(
                sent,
                expected,
                "a bad escape in the path, and a body",
                "POST /api/%zz HTTP/1.1\r\nHost: l\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000),
                400,
                "invalid_request");
        add(sent, expected, "an encoded slash", get("/api%2fvideos", authorization), 400, "invalid_request");
        add(sent, expected, "a path upwards", get("/../../etc/passwd", authorization), 400, "invalid_request");
        add(sent, expected, "HTTP/3.0", "GET / HTTP/3.0\r\nHost: l\r\n\r\n", 505, "http_version_not_supported");
        add(sent, expected, "no HTTP", "hello\r\n\r\n", 400, "invalid_request");
        for (String version : List.of("http/1.1", "HTTP/1.1x", "FOO", "")) {
            add(
                    sent,
                    expected,
                    "the version \"" + version + "\"",
                    "GET / " + version + "\r\nHost: l\r\n\r\n",
                    400,
                    "invalid_request");
        }
        add(
                sent,
                expected,
                "two lengths",
                "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                400,
                "invalid_request");
        add(
                sent,
                expected,
                "a bad length",
                "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Length: many\r\n\r\n",
                400,
                "invalid_request");
        add(
                sent,
                expected,
                "an unknown transfer coding",
                "POST /api/videos HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: brotli\r\n\r\n",
                501,
                "not_implemented");
        String chunked = "POST /api/videos?title=t HTTP/1.1\r\nHost: l\r\n" + authorization
                + "Content-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n";
        add(sent, expected, "a bad chunk", chunked + "zz\r\nx", 400, "invalid_request");
        add(
                sent,
                expected,
                "trailer fields of 9,000 bytes",
                chunked + "5\r\nvideo\r\n0\r\n" + "X-T: x\r\n".repeat(1125) + "\r\n",
                400,
                "invalid_request");
        add(sent, expected, "two tokens", get("/api/videos", authorization + authorization), 400, "invalid_request");
        add(
                sent,
                expected,
                "two media types",
                "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n"
                        + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                400,
                "invalid_request");
        add(
                sent,
                expected,
                "two keys of an upload",
                chunked.replace("Content-Type", "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Type")
                        + "5\r\nvideo\r\n0\r\n\r\n",
                400,
                "invalid_request");
        for (String end : List.of("video+++\r\n0\r\n\r\n", "video\r\n0\r\nX\r\n\r\n")) {
            add(
                    sent,
                    expected,
                    "a bad chunk behind the file's end: " + end.replaceAll("\\R", " "),
                    "POST /api/uploads HTTP/1.1\r\nHost: l\r\n" + authorization
                            + "Tus-Resumable: 1.0.0\r\nUpload-Length: 5\r\nUpload-Metadata: title eA==\r\n"
                            + "Content-Type: application/offset+octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"
                            + end,
                    400,
                    "invalid_request");
        }
        for (String header : List.of("Upload-Length", "Upload-Metadata", "Tus-Resumable")) {
            add(
                    sent,
                    expected,
                    "two of " + header,
                    "POST /api/uploads HTTP/1.1\r\nHost: l\r\n" + authorization
                            + "Tus-Resumable: 1.0.0\r\nUpload-Length: 5\r\nUpload-Metadata: title eA==\r\n"
                            + header + ": 1\r\nContent-Length: 0\r\n\r\n",
                    400,
                    "invalid_request");
        }
        for (String type : List.of("multipart/form-data; boundary=b", "video/mp4")) {
            add(
                    sent,
                    expected,
                    "an upload that announces too much, as " + type,
                    "POST /api/videos" + (type.startsWith("video") ? "?title=t" : "/upload")
                            + " HTTP/1.1\r\nHost: l\r\n"
                            + authorization + "Expect: 100-continue\r\nContent-Type: " + type
                            + "\r\nContent-Length: 999999999999\r\n\r\n",
                    413,
                    "too_large");
        }
        add(sent, expected, "a long id", get("/api/videos/" + "x".repeat(201), authorization), 404, "not_found");
        add(
                sent,
                expected,
                "a wrong media type, whose body waits to be requested",
                "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\n"
                        + "Content-Length: 1000\r\n\r\n",
                415,
                "unsupported_media_type");
        add(
                sent,
                expected,
                "a body that is not wanted, and waits to be requested",
                get("/api/videos", authorization + "Expect: 100-continue\r\nContent-Length: 1000\r\n"),
                400,
                "invalid_request");
        for (String page : List.of("/", "/page/app.js", "/api/docs/index.html", "/api/openapi.yaml")) {
            add(
                    sent,
                    expected,
                    "a condition that " + page + " does not meet",
                    get(page, "If-Unmodified-Since: Mon, 26 Nov 1990 00:00:00 GMT\r\n"),
                    412,
                    "precondition_failed");
            add(
                    sent,
                    expected,
                    "a range behind the end of " + page,
                    get(page, "Range: bytes=99999999-\r\n"),
                    416,
                    "range_not_satisfiable");
            add(
                    sent,
                    expected,
                    "the whole of " + page + " in several ranges",
                    get(page, "Range: bytes=0-,0-\r\n"),
                    416,
                    "range_not_satisfiable");
        }
        add(sent, expected, "the page as a picture", get("/", "Accept: image/png\r\n"), 406, "not_acceptable");

        StringBuilder wrong = new StringBuilder();
        for (String name : sent.keySet()) {
            String was;
            try (Wire wire = new Wire(port)) {
                Wire.Answer answer = wire.send(sent.get(name)).answer();
                was = answer.status() + " " + (answer.isProblem() ? answer.code() : "no problem: " + answer.text());
            } catch (Exception e) {
                was = "no answer: " + e.getMessage();
            }
            System.out.printf("| %s | %s |%n", name, was);
            Expected right = expected.get(name);
            if (!was.equals(right.status() + " " + right.code())) {
                wrong.append(name)
                        .append(": ")
                        .append(was)
                        .append(", expected ")
                        .append(right)
                        .append('\n');
            }
        }
        assertThat(wrong.toString()).isEmpty();
    }

    /** An answer to HTTP/0.9 has neither status nor headers. */
    @Test
    void aRequestWithoutAVersionIsRefused() throws Exception {
        for (String path : List.of("/", "/api/health", "/api/limits", "/page/app.js", "/nothing")) {
            try (Wire wire = new Wire(port)) {
                String answer = wire.send("GET " + path + "\r\n").rest();
                assertThat(answer).as(path).contains("\"status\":505", "http_version_not_supported", "Use HTTP/1.1.");
            }
        }
    }

    private static void add(
            Map<String, String> sent,
            Map<String, Expected> expected,
            String name,
            String request,
            int status,
            String code) {
        sent.put(name, request);
        expected.put(name, new Expected(status, code));
    }
}
