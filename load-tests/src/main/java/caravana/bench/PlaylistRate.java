package caravana.bench;

import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** How often a second web answers with the playlist of a rendition that grows, and of one whose video is processed. */
final class PlaylistRate implements Benchmark {

    private static final int CONNECTIONS = 16;
    private static final long SECONDS = 5;
    private static final int TIMES = 5;
    private static final int WARM_UPS = 3;

    /** Ten minutes. */
    private static final int SEGMENTS = 150;

    private static final double TARGET = 1000;

    @Override
    public List<String> names() {
        return List.of("playlist-growing", "playlist-finished");
    }

    @Override
    public void run(Setting setting) throws Exception {
        try (WebOnStack system = WebOnStack.start(setting.folder(), Map.of());
                Connection database = system.database()) {
            String id = new ObjectMapper()
                    .readTree(system.client()
                            .upload(system.web().uri(), "Playlist", BodyPublishers.ofByteArray(new byte[1000]))
                            .body())
                    .path("video_id")
                    .asText();
            String claim = UUID.randomUUID().toString();
            String folder = "processed/" + id + "/" + claim + "/";
            update(
                    database,
                    "INSERT INTO renditions (video_id, claim_token, name, codecs, width, height, frame_rate, peak_bit_rate,"
                            + " average_bit_rate, stream_id, folder, target_seconds) SELECT CAST(? AS uuid), CAST(? AS uuid),"
                            + " '240p', 'avc1.64000d', 426, 240, 25, 500000, 0, CAST(? AS uuid), ?, 4",
                    id,
                    claim,
                    claim,
                    folder + "hls/");
            update(
                    database,
                    "INSERT INTO segments (video_id, claim_token, rendition, number, seconds, bytes) SELECT CAST(? AS uuid),"
                            + " CAST(? AS uuid), '240p', number, CASE number WHEN 0 THEN 0 ELSE 4 END, 100000"
                            + " FROM generate_series(0, " + SEGMENTS + ") number",
                    id,
                    claim);
            update(
                    database,
                    "UPDATE videos SET status = 'processing', claim_token = CAST(? AS uuid), claims = 1, attempts = 1,"
                            + " lease_until = now() + interval '1 hour', playable_at = now(), playable_stream = CAST(? AS uuid)"
                            + " WHERE id = CAST(? AS uuid)",
                    claim,
                    claim,
                    id);
            URI playlist = playlist(system, id, claim);
            measure(setting, "playlist-growing", playlist);
            update(
                    database,
                    "INSERT INTO outputs (video_id, claim_token, name, role, media_type, object_key, bytes, sha256, checked)"
                            + " SELECT CAST(? AS uuid), CAST(? AS uuid), name, role, 'video/mp4', ? || key, 9, repeat('0', 64), ''"
                            + " FROM (VALUES ('video.mp4', 'video', 'video.mp4'), ('hls.m3u8', 'stream', 'hls/')) made (name, role, key)",
                    id,
                    claim,
                    folder);
            update(
                    database,
                    "UPDATE videos SET status = 'processed', processed_at = now(), claim_token = NULL, lease_until = NULL,"
                            + " playable_stream = NULL, processed_key = ? WHERE id = CAST(? AS uuid)",
                    folder + "video.mp4",
                    id);
            measure(setting, "playlist-finished", playlist);
        }
    }

    private static void update(Connection database, String statement, String... values) throws Exception {
        try (PreparedStatement prepared = database.prepareStatement(statement)) {
            for (int i = 0; i < values.length; i++) {
                prepared.setString(i + 1, values[i]);
            }
            prepared.executeUpdate();
        }
    }

    private static URI playlist(WebOnStack system, String id, String stream) throws Exception {
        URI video = system.web().uri().resolve("/api/videos/" + id);
        String master = new ObjectMapper()
                .readTree(system.client().get(video).body())
                .path("playback_url")
                .asText();
        return system.web().uri().resolve(master.replace("master.m3u8", stream + "/240p/index.m3u8"));
    }

    private static void measure(Setting setting, String name, URI playlist) throws Exception {
        HttpResponse<String> once = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(playlist).build(), HttpResponse.BodyHandlers.ofString());
        if (once.statusCode() != 200 || once.body().split("#EXTINF").length != SEGMENTS + 1) {
            throw new MeasurementException("The playlist was answered " + once.statusCode() + ": " + once.body());
        }
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < WARM_UPS + TIMES; i++) {
            double rate = rate(playlist);
            if (i >= WARM_UPS) {
                rates.add(rate);
            }
        }
        setting.results()
                .atLeast(
                        name,
                        Figures.median(rates),
                        "requests/s",
                        TARGET,
                        "least=" + Figures.text(Collections.min(rates)) + " segments=" + SEGMENTS + " connections="
                                + CONNECTIONS);
    }

    /** Requests a second. */
    private static double rate(URI address) throws Exception {
        byte[] request = ("GET " + address.getPath() + "?" + address.getQuery() + " HTTP/1.1\r\nHost: "
                        + address.getAuthority() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ExecutorService players = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long started = System.nanoTime();
            long end = started + TimeUnit.SECONDS.toNanos(SECONDS);
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                counts.add(players.submit(() -> ask(address, request, end)));
            }
            long all = 0;
            for (Future<Long> count : counts) {
                all += count.get();
            }
            return all / ((System.nanoTime() - started) / 1e9);
        } finally {
            players.shutdownNow();
        }
    }

    private static long ask(URI address, byte[] request, long end) throws Exception {
        long count = 0;
        try (KeptConnection connection = new KeptConnection(address)) {
            for (; System.nanoTime() < end; count++) {
                int status = connection.ask(request).status();
                if (status != 200) {
                    throw new MeasurementException("A playlist was answered " + status);
                }
            }
        }
        return count;
    }
}
