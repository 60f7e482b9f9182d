package caravana.system.upgrade;

import caravana.local.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps the event stream of an account open, on whatever node, and remembers the last state of each video. */
final class Watcher implements Runnable, AutoCloseable {

    private final Balancer balancer;
    private final ApiClient client;
    private final Consumer<String> complaints;
    private final Map<String, String> states = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final ObjectMapper json = new ObjectMapper();
    private volatile boolean over;
    private volatile InputStream stream;
    private String lastId;

    Watcher(Balancer balancer, ApiClient client, Consumer<String> complaints) {
        this.balancer = balancer;
        this.client = client;
        this.complaints = complaints;
    }

    @Override
    public void run() {
        try {
            while (!over) {
                Balancer.Answer<InputStream> answer = balancer.send(this::request, BodyHandlers.ofInputStream());
                stream = answer.body();
                if (answer.status() != 200) {
                    complaints.accept("an event stream was answered " + answer.status());
                    return;
                }
                opened.incrementAndGet();
                read(answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest.Builder request(URI node) {
        HttpRequest.Builder request = client.request(node.resolve("/api/videos/events"));
        return lastId == null ? request : request.header("Last-Event-ID", lastId);
    }

    /** Until the node ends it. */
    private void read(Balancer.Answer<InputStream> answer) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    lastId = line.substring(3).strip();
                } else if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    note(event, json.readTree(line.substring(5)));
                }
            }
        } catch (IOException e) {
            if (!over) {
                complaints.accept("an event stream of " + answer.node().version() + " broke: " + e);
            }
        }
    }

    private void note(String event, JsonNode data) {
        String state = event.equals("deleted") ? event : data.path("status").asText();
        states.put(data.path("video_id").asText(), state);
    }

    /** The last state that the stream reported; empty for none. */
    String state(String videoId) {
        return states.getOrDefault(videoId, "");
    }

    /** How many times the stream was opened. */
    int opened() {
        return opened.get();
    }

    @Override
    public void close() throws IOException {
        over = true;
        InputStream open = stream;
        if (open != null) {
            open.close();
        }
    }
}
