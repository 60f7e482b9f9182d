package caravana.bench;

import caravana.local.ApiClient;
import caravana.local.Nginx;
import caravana.measure.MeasurementException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures the calls of an ordinary user while others attack web ({@link Attack}), compared with the same calls without
 * an attack: directly, and behind nginx as it is deployed.
 */
final class SlowClients implements Benchmark {

    private static final String DIRECT = "direct";
    private static final String NGINX = "nginx";
    private static final int PAIRS = 5;
    private static final int THOROUGH_PAIRS = 15;
    private static final int CALLS = 200;
    private static final int WARM_UP_CALLS = 200;
    private static final double RATIO = 3;

    private static final int CHANGING_VIDEOS = 300;
    private static final Duration CHANGE_PERIOD = Duration.ofMillis(500);

    private final String name;
    private final Attack.Kind kind;

    /**
     * @param name of the figure; those of single calls begin with it
     * @param kind who attacks
     */
    SlowClients(String name, Attack.Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of(name, failures()));
        names.addAll(names(DIRECT));
        names.addAll(names(NGINX));
        return names;
    }

    private String failures() {
        return name + "-failures";
    }

    private List<String> names(String way) {
        List<String> names = new ArrayList<>();
        for (OrdinaryUser.Call call : OrdinaryUser.Call.values()) {
            names.add(name(way, call));
        }
        return names;
    }

    private String name(String way, OrdinaryUser.Call call) {
        return name + "-" + way + "-" + call.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void run(Setting setting) throws Exception {
        Totals totals = new Totals();
        Map<String, String> settings = Map.of("CARAVANA_FORWARDED_HEADERS", "native");
        try (WebOnStack system = WebOnStack.startAsDeployed(setting.folder(), settings);
                Connection database = system.database()) {
            ApiClient watcher = ApiClient.signUp(system.web().uri());
            ApiClient uploader = ApiClient.signUp(system.web().uri());
            manyVideos(system.web().uri(), watcher, database);
            measure(setting, totals, DIRECT, system.web().uri(), system.client(), watcher, uploader, database);
            if (Nginx.isInstalled()) {
                // Nobody's X-Forwarded-For is believed: the clients are here.
                try (Nginx nginx = Nginx.start(
                        setting.folder().resolve("nginx"), system.web().uri(), "192.0.2.0/24", "100MB")) {
                    measure(setting, totals, NGINX, nginx.uri(), system.client(), watcher, uploader, database);
                }
            } else {
                names(NGINX).forEach(figure -> setting.results().skipped(figure, "nginx is not installed"));
            }
        }
        setting.results().atMost(name, totals.ratio, "ratio", RATIO, "the-largest-of=" + totals.ratios);
        setting.results().atMost(failures(), totals.failures, "failures", 0, "calls=" + totals.calls);
    }

    /** What the ways have in common. */
    private static final class Totals {
        private double ratio;
        private int ratios;
        private int calls;
        private int failures;
    }

    private void measure(
            Setting setting,
            Totals totals,
            String way,
            URI web,
            ApiClient account,
            ApiClient watcher,
            ApiClient uploader,
            Connection database)
            throws Exception {
        OrdinaryUser user = new OrdinaryUser(web, account);
        Attack attack = new Attack(kind, web, watcher, uploader);
        Crowd changes = new Crowd("changes of videos", 1, Set.of(), client -> change(database, client));
        user.call(WARM_UP_CALLS);
        Map<String, Pairs> pairs;
        // Workers change videos whether web is attacked or not.
        changes.begin();
        try {
            pairs = Pairs.measureAll(
                    setting.thorough() ? THOROUGH_PAIRS : PAIRS,
                    "ms",
                    () -> {
                        attack.begin();
                        try {
                            return named(way, user.call(CALLS));
                        } finally {
                            attack.end();
                        }
                    },
                    () -> named(way, user.call(CALLS)));
        } finally {
            changes.end();
            changes.awaitGone();
        }
        System.out.println("The attackers, " + way + ":\n" + attack);
        user.shownFailures().forEach(System.out::println);
        totals.calls += user.calls();
        totals.failures += user.failures() + attack.unexpected() + changes.unexpected();
        pairs.forEach((figure, measured) -> {
            totals.ratios++;
            totals.ratio = Math.max(totals.ratio, measured.ratio());
            setting.results().atMost(figure, measured.ratio(), "ratio", RATIO, measured.detail("during", "before"));
        });
    }

    private Map<String, Double> named(String way, Map<OrdinaryUser.Call, Double> millis) {
        Map<String, Double> named = new LinkedHashMap<>();
        millis.forEach((call, value) -> named.put(name(way, call), value));
        return named;
    }

    /** Videos with long titles, so that their events are more than any buffer takes. */
    private static void manyVideos(URI web, ApiClient watcher, Connection database)
            throws IOException, InterruptedException, SQLException {
        byte[] video = OrdinaryUser.VIDEO_START.getBytes(StandardCharsets.ISO_8859_1);
        HttpResponse<String> uploaded = watcher.upload(web, "Changing", BodyPublishers.ofByteArray(video));
        if (uploaded.statusCode() != 201) {
            throw new MeasurementException("An upload was answered " + uploaded.statusCode() + ": " + uploaded.body());
        }
        try (PreparedStatement copy = database.prepareStatement("""
                INSERT INTO videos (id, owner_id, status, title, original_name, original_bytes, transformations,
                                    original_key, expires_at, uploaded_at, published_at)
                SELECT gen_random_uuid(), owner_id, status, repeat('🎬', 199), original_name, original_bytes,
                       transformations, original_key || copy, expires_at, uploaded_at, now()
                FROM videos, generate_series(1, ?) AS copy
                WHERE id = CAST(? AS uuid)
                """)) {
            copy.setInt(1, CHANGING_VIDEOS);
            copy.setString(
                    2,
                    new ObjectMapper()
                            .readTree(uploaded.body())
                            .path("video_id")
                            .asText());
            copy.executeUpdate();
        }
    }

    /** Gives the clients that watch them something to read, as workers would. */
    private static void change(Connection database, Crowd.Client client) throws IOException {
        try (PreparedStatement change =
                database.prepareStatement("UPDATE videos SET updated_at = now() WHERE title LIKE '🎬%'")) {
            change.executeUpdate();
            client.isInPlace();
        } catch (SQLException e) {
            throw new IOException(e);
        }
        client.pause(CHANGE_PERIOD);
    }
}
