package caravana.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes of a call what no library would send: strange bytes, encodings and media types, in one or two places. */
final class OddRequests {

    /**
     * A call before it is made odd.
     *
     * @param query its parameters, percent-encoded
     * @param type of the body; null for none
     * @param body null for none
     */
    record Call(
            String method,
            String address,
            List<String> query,
            Map<String, String> headers,
            Api caller,
            String type,
            byte[] body) {}

    /**
     * @param method as it is sent: that of the call, HEAD for GET, or OPTIONS
     * @param path as it is sent
     */
    record Odd(RawRequest request, String method, String path) {}

    private static final List<String> HEADERS = List.of(
            "Accept",
            "Accept-Language",
            "Authorization",
            "Cookie",
            "Idempotency-Key",
            "If-None-Match",
            "Last-Event-ID",
            "Origin",
            "Range",
            "Referer",
            "traceparent",
            "User-Agent",
            "X-Forwarded-For",
            "X-Name");
    private static final List<String> QUERIES = List.of(
            "%",
            "%zz",
            "a=%zz",
            "title=%ff%fe",
            "limit=%00",
            "a%01b=1",
            "a%00=1",
            "&&&",
            "=",
            "=x",
            "%ed%a0%80=1",
            "limit=1",
            "cursor=%c3%28",
            "title=%F0%9F%8E%AC",
            "transformations=x",
            "a=" + "x".repeat(3000));
    private static final List<String> TYPES = List.of(
            "Application/JSON",
            "application/json; charset=no-such",
            "application/json;charset=\"",
            "APPLICATION/X-WWW-FORM-URLENCODED",
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data",
            "Multipart/Form-Data; Boundary=\"b\"",
            "multipart/form-data; boundary=" + "b".repeat(300),
            "multipart/mixed; boundary=b",
            "text/plain",
            "image/png",
            "video/mp4",
            "application/octet-stream",
            "/",
            "a/b/c",
            ";",
            "*/*",
            "\u00e9/\u0080");
    private static final List<String> BODIES = List.of(
            "",
            "{",
            "{}",
            "[]",
            "null",
            "\"\"",
            "{\"a\":}",
            "{\"email\":\"\\ud800\",\"password\":\"x\"}",
            "{\"reason\":\"a\\u0000b\"}",
            "{\"reason\":\"\u00ff\u00fe\"}",
            "{\"a\":1,\"a\":2}",
            "\u00ef\u00bb\u00bf{}",
            "[".repeat(5000),
            "username=%zz&password=%",
            "username=%00&password=\u00ff",
            "&=&",
            "--b\r\n\r\n\r\n--b--",
            "--b--",
            "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n\u00ff");
    private static final List<String> ENCODINGS = List.of("gzip", "identity", "br, gzip", "\u00e9", "");
    /** The firewall's part; what the servlet container refuses does not get there. */
    private static final List<String> PATHS = List.of(";", ";a=b", "//", "/%25", "/.", "/%e2%80%a8");

    private final Random random;

    OddRequests(Random random) {
        this.random = random;
    }

    Odd of(Call call) {
        String method = method(call.method());
        String path = call.address();
        List<String> query = new ArrayList<>(call.query());
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        String type = call.type();
        byte[] body = call.body();
        for (int i = random.nextInt(2); i < 2; i++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> headers.put(any(HEADERS), bytes());
                case 2 -> query.add(any(QUERIES));
                case 3 -> type = any(TYPES);
                case 4 -> body = any(BODIES).getBytes(StandardCharsets.ISO_8859_1);
                case 5 -> body = body == null ? null : spoilt(body);
                case 6 -> headers.put("Content-Encoding", any(ENCODINGS));
                default -> path += any(PATHS);
            }
        }
        RawRequest request =
                new RawRequest(method + " " + path + (query.isEmpty() ? "" : "?" + String.join("&", query)));
        if (call.caller().token() != null && !headers.containsKey("Authorization")) {
            request.token(call.caller());
        }
        headers.forEach(request::header);
        if (body != null || type != null) {
            request.body(type, body == null ? new byte[0] : body);
        }
        return new Odd(request, method, path);
    }

    private String method(String method) {
        return switch (random.nextInt(8)) {
            case 0 -> "OPTIONS";
            case 1, 2 -> method.equals("GET") ? "HEAD" : method;
            default -> method;
        };
    }

    private String any(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** Any bytes that a header's value may have (RFC 9110, 5.5): visible ones, those beyond ASCII, and space between them. */
    private String bytes() {
        StringBuilder value = new StringBuilder("v");
        for (int i = random.nextInt(30); i > 0; i--) {
            int next = random.nextInt(3) == 0 ? 0x80 + random.nextInt(0x80) : 0x20 + random.nextInt(0x5f);
            value.append((char) next);
        }
        return value.append('v').toString();
    }

    /** Cut off, or with some bytes in it that are no text. */
    private byte[] spoilt(byte[] body) {
        if (body.length == 0 || random.nextBoolean()) {
            return Arrays.copyOf(body, random.nextInt(body.length + 1));
        }
        byte[] spoilt = body.clone();
        for (int i = random.nextInt(3); i < 3; i++) {
            spoilt[random.nextInt(spoilt.length)] =
                    (byte) (random.nextBoolean() ? 0x80 + random.nextInt(0x80) : random.nextInt(0x20));
        }
        return spoilt;
    }
}
