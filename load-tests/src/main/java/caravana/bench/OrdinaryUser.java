package caravana.bench;

import caravana.local.ApiClient;
import caravana.measure.Figures;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A user who repeatedly uploads a video, lists the videos and requests the health check, and checks each answer. */
final class OrdinaryUser {

    /** How a file of MP4 begins. */
    static final String VIDEO_START = "\0\0\0\u0018ftypisom\0\0\2\0isommp41";

    private static final int VIDEO_BYTES = 64 * 1024;
    private static final int SHOWN_FAILURES = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI web;
    private final Map<Call, byte[]> requests = new EnumMap<>(Call.class);
    private final List<String> failures = new ArrayList<>();
    private String newest;
    private int calls;

    /** What is called, in this order. */
    enum Call {
        UPLOAD,
        LIST,
        HEALTH
    }

    OrdinaryUser(URI web, ApiClient account) {
        this.web = web;
        String rest = " HTTP/1.1\r\nHost: " + web.getAuthority() + "\r\nAuthorization: Bearer " + account.token()
                + "\r\nAccept: application/json\r\n";
        String video = VIDEO_START + "\0".repeat(VIDEO_BYTES - VIDEO_START.length());
        requests.put(
                Call.UPLOAD,
                bytes("POST /api/videos?title=Ordinary" + rest + "Content-Type: video/mp4\r\nContent-Length: "
                        + VIDEO_BYTES + "\r\n\r\n" + video));
        requests.put(Call.LIST, bytes("GET /api/videos" + rest + "\r\n"));
        requests.put(Call.HEALTH, bytes("GET /api/health" + rest + "\r\n"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Makes each call that often.
     *
     * @return the time of each call in milliseconds, at the 95th percentile
     */
    Map<Call, Double> call(int times) throws IOException {
        Map<Call, List<Double>> millis = new EnumMap<>(Call.class);
        for (Call call : Call.values()) {
            millis.put(call, new ArrayList<>());
        }
        KeptConnection connection = new KeptConnection(web);
        try {
            for (int i = 0; i < times; i++) {
                for (Call call : Call.values()) {
                    long asked = System.nanoTime();
                    boolean kept = make(call, connection);
                    millis.get(call).add((System.nanoTime() - asked) / 1e6);
                    if (!kept) {
                        connection.close();
                        connection = new KeptConnection(web);
                    }
                }
            }
        } finally {
            connection.close();
        }
        Map<Call, Double> percentiles = new LinkedHashMap<>();
        millis.forEach((call, all) -> percentiles.put(call, Figures.percentile(all, 95)));
        return percentiles;
    }

    /** Whether the connection is still of use. */
    private boolean make(Call call, KeptConnection connection) {
        calls++;
        try {
            KeptConnection.Answer answer = connection.ask(requests.get(call));
            if (!isRight(call, answer)) {
                failures.add(call + " was answered " + answer.status() + ": "
                        + new String(answer.body(), StandardCharsets.UTF_8));
            }
            return true;
        } catch (IOException | NumberFormatException broken) {
            failures.add(call + ": " + broken);
            return false;
        }
    }

    private boolean isRight(Call call, KeptConnection.Answer answer) throws IOException {
        switch (call) {
            case UPLOAD:
                if (answer.status() != 201) {
                    return false;
                }
                newest = JSON.readTree(answer.body()).path("video_id").asText();
                return !newest.isEmpty();
            case LIST:
                JsonNode first = JSON.readTree(answer.body()).path(0);
                return answer.status() == 200 && first.path("video_id").asText().equals(newest);
            default:
                return answer.status() == 200
                        && new String(answer.body(), StandardCharsets.UTF_8).equals("{\"status\":\"ok\"}");
        }
    }

    /** How many calls were made in all. */
    int calls() {
        return calls;
    }

    /** How many of them were answered wrongly or not at all. */
    int failures() {
        return failures.size();
    }

    /** The first of these. */
    List<String> shownFailures() {
        return failures.subList(0, Math.min(SHOWN_FAILURES, failures.size()));
    }
}
