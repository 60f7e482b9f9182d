package caravana.web;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** An answer with its body; an event stream may have no end, so only its head is looked at. */
record Answer(HttpResponse<InputStream> head, String body) {

    static Answer to(HttpRequest request) throws Exception {
        HttpResponse<InputStream> head = Api.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
        boolean events = head.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
        try (InputStream in = head.body()) {
            return new Answer(head, events ? "event: video" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    int status() {
        return head.statusCode();
    }
}
