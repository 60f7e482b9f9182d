package caravana.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A request that is sent byte by byte as it stands here; in its texts, each character is one byte (ISO 8859-1). */
final class RawRequest {

    private final String line;
    private final StringBuilder headers = new StringBuilder();
    private byte[] body = new byte[0];

    /** @param line method and target */
    RawRequest(String line) {
        this(line, "localhost");
    }

    RawRequest(String line, String host) {
        this.line = line;
        header("Host", host);
        header("Connection", "close");
    }

    RawRequest header(String name, String value) {
        headers.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    RawRequest token(Api caller) {
        return header("Authorization", "Bearer " + caller.token());
    }

    /** @param type null for none */
    RawRequest body(String type, byte[] content) {
        body = content;
        header("Content-Length", String.valueOf(content.length));
        return type == null ? this : header("Content-Type", type);
    }

    RawRequest body(String type, String content) {
        return body(type, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Of the body that much is sent, and no more; its length is the caller's header. */
    RawRequest begin(String content) {
        body = content.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    /** Sends it, and reads the answer; what follows the headers of one to HEAD, where nothing may, is its body. */
    Wire.Answer send(int port) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((line + " HTTP/1.1\r\n" + headers + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        try (Wire wire = new Wire(port)) {
            wire.send(request.toByteArray());
            if (!line.startsWith("HEAD ")) {
                return wire.answer();
            }
            Wire.Answer head = wire.answer(false);
            return new Wire.Answer(head.status(), head.headers(), wire.rest().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** For people who look for what a request was. */
    @Override
    public String toString() {
        String all = line + "\n" + headers + "\n" + new String(body, StandardCharsets.ISO_8859_1);
        return all.length() <= 2000 ? all : all.substring(0, 2000) + "…";
    }
}
