package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events to many receivers that fail, while web instances are killed and the database is: none may be lost, those of a video come in
 * their order, and what is sent again has its id. Afterwards, list, webhooks and event stream agree.
 */
@SampledClass(turn = 2)
class EventsUnderFaultsTest {

    private static final int RECEIVERS = 20;
    private static final int INSTANCES = 2;

    /** Odd, so that all videos wait in the end, and the stream has each of them. */
    private static final int EVENTS_OF_VIDEO = 5;

    /** By one statement, as a burst. */
    private static final int AT_ONCE = 100;

    /** Of the long run, when the first instance is killed. */
    private static final int DUE_AT_KILL = 1000;

    private static final String SETTINGS = """
            {"caravana": {"outbound": {"schemes": "http", "ports": "", "allowed": "127.0.0.0/8"},
              "webhooks": {"timeout": "1s", "lease": "10s",
                "delays": "200ms,200ms,200ms,200ms,200ms,200ms,200ms"}}}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Account(ApiClient client, FailingReceiver receiver, String webhook) {}

    /** One change of some videos. */
    private record Burst(int number, List<String> videos) {}

    @TempDir
    Path folder;

    private final Random random = new Random(Sample.SEED);
    private final List<Account> accounts = new ArrayList<>();
    private final List<AppProcess> webs = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private Map<String, String> environment;
    private LocalStack stack;
    private int calls;

    @Test
    void noEventIsLostAndThoseOfAVideoComeInOrder() throws Exception {
        int events = Sample.size("events to receivers that fail", 500, 10_000);
        int kills = Sample.size("kills of web while events are sent", 2, 20);
        System.out.println("events: seed " + Sample.SEED + " (repeat with --seed " + Sample.SEED + ")");
        Instant begun = Instant.now();
        try (LocalStack servers = LocalStack.start(folder.resolve("stack"))) {
            stack = servers;
            environment = new HashMap<>(servers.environment());
            environment.put("SPRING_APPLICATION_JSON", SETTINGS);
            for (int i = 0; i < INSTANCES; i++) {
                webs.add(startWeb());
            }
            webs.forEach(AppProcess::awaitReady);
            for (int i = 0; i < RECEIVERS; i++) {
                accounts.add(account());
            }
            List<Burst> bursts = bursts(videos(events / EVENTS_OF_VIDEO));
            int mostDue = provoke(bursts, kills);
            Quiet.awaitTrue("all is delivered", () -> count("delivery_state = 'waiting'") == 0);
            check(events);
            if (Sample.LONG && mostDue < DUE_AT_KILL) {
                violations.add("only " + mostDue + " deliveries were due when an instance was killed");
            }
            System.out.printf(
                    "RESULT name=events-under-faults value=%d unit=violations events=%d receivers=%d calls=%d kills=%d"
                            + " most-due-at-kill=%d database-restarts=1 seconds=%d target=0 verdict=%s%n",
                    violations.size(),
                    events,
                    RECEIVERS,
                    calls,
                    kills,
                    mostDue,
                    Duration.between(begun, Instant.now()).toSeconds(),
                    violations.isEmpty() ? "pass" : "fail");
        } finally {
            webs.forEach(AppProcess::close);
            accounts.forEach(account -> account.receiver().close());
        }
        assertThat(violations).isEmpty();
    }

    private AppProcess startWeb() {
        return AppProcess.start(AppProcess.WEB, environment, folder.resolve("web.log"));
    }

    private URI web() {
        return webs.get(0).uri();
    }

    private Account account() throws Exception {
        ApiClient client = ApiClient.signUp(web());
        FailingReceiver receiver = new FailingReceiver(random.nextLong());
        HttpResponse<String> created = client.send(client.request(web().resolve("/api/webhooks"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"url\":\"" + receiver.url() + "\"}"))
                .build());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return new Account(
                client, receiver, JSON.readTree(created.body()).path("id").asText());
    }

    /** Videos of all accounts, of which nothing has happened so far. */
    private List<String> videos(int number) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement insert = database.prepareStatement("""
                        INSERT INTO videos (id, owner_id, status, title, original_key, transformations, expires_at)
                        SELECT gen_random_uuid(), owner_id, 'receiving', 'Many', 'uploads/' || gen_random_uuid(),
                               '["hd_720p"]', now() + interval '1 day'
                        FROM webhooks, generate_series(1, ?)
                        RETURNING id::text
                        """)) {
            insert.setInt(1, number / RECEIVERS);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = insert.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }

    private List<Burst> bursts(List<String> videos) {
        List<Burst> bursts = new ArrayList<>();
        for (int number = 1; number <= EVENTS_OF_VIDEO; number++) {
            List<String> mixed = new ArrayList<>(videos);
            Collections.shuffle(mixed, random);
            for (int at = 0; at < mixed.size(); at += AT_ONCE) {
                bursts.add(new Burst(number, mixed.subList(at, Math.min(at + AT_ONCE, mixed.size()))));
            }
        }
        return bursts;
    }

    /** Has the events happen, and the faults in between; returns how many deliveries were due at a kill at most. */
    private int provoke(List<Burst> bursts, int kills) throws Exception {
        int mostDue = 0;
        int done = 0;
        for (int kill = 1; kill <= kills; kill++) {
            int until = Math.max(bursts.size() * kill / kills, Math.max(bursts.size() / 4, 1));
            if (kill == 1) {
                // At once, so that most of them wait when it comes.
                change(bursts.subList(0, until));
            } else {
                for (Burst burst : bursts.subList(done, until)) {
                    change(List.of(burst));
                }
            }
            done = until;
            mostDue = Math.max(mostDue, count("delivery_state = 'waiting'"));
            AppProcess victim = webs.remove(random.nextInt(webs.size()));
            victim.kill();
            webs.add(startWeb().awaitReady());
            if (kill == (kills + 1) / 2) {
                stack.kill("postgres");
                stack.restart("postgres");
            }
        }
        return mostDue;
    }

    /** In one transaction. Repeated, because the database went away before it said that it had committed, it changes nothing. */
    private void change(List<Burst> bursts) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement update = database.prepareStatement("""
                        UPDATE videos
                        SET status = CASE WHEN event_number % 2 = 0 THEN 'uploaded' ELSE 'cancelled' END,
                            uploaded_at = coalesce(uploaded_at, now()),
                            published_at = now(),
                            cancelled_at = CASE WHEN event_number % 2 = 0 THEN NULL ELSE now() END,
                            updated_at = now()
                        WHERE id = ANY (CAST(? AS uuid[])) AND event_number = ?
                        """)) {
            database.setAutoCommit(false);
            for (Burst burst : bursts) {
                update.setArray(1, database.createArrayOf("text", burst.videos().toArray()));
                update.setInt(2, burst.number() - 1);
                update.executeUpdate();
            }
            database.commit();
        }
    }

    private int count(String condition) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                ResultSet row = database.createStatement()
                        .executeQuery("SELECT count(*) FROM webhook_deliveries WHERE " + condition)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void check(int events) throws Exception {
        int listed = 0;
        for (Account account : accounts) {
            Map<String, JsonNode> list = listed(account);
            listed += list.size();
            checkCalls(account.receiver().calls(), list);
            checkDeliveries(account, list.keySet());
        }
        if (listed != events) {
            violations.add("The lists have " + listed + " events of " + events);
        }
        checkStream(accounts.get(0));
    }

    /** All events of the account by their ids, in the order of the list. */
    private Map<String, JsonNode> listed(Account account) throws Exception {
        Map<String, JsonNode> list = new LinkedHashMap<>();
        String cursor = "0-0";
        while (true) {
            JsonNode page = get(account, "/api/events?limit=100&cursor=" + cursor);
            page.path("events").forEach(event -> list.put(event.path("id").asText(), event));
            if (page.path("events").isEmpty()) {
                return list;
            }
            cursor = page.path("cursor").asText();
        }
    }

    private JsonNode get(Account account, String path) throws Exception {
        HttpResponse<String> answer = account.client().get(web().resolve(path));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private void checkCalls(List<FailingReceiver.Call> received, Map<String, JsonNode> list) {
        calls += received.size();
        Set<String> taken = new HashSet<>();
        Map<String, Integer> reached = new HashMap<>();
        for (FailingReceiver.Call call : received) {
            JsonNode event = list.get(call.id());
            if (event == null
                    || !event.path("subject").asText().equals(call.subject())
                    || Integer.parseInt(event.path("sequence").asText()) != call.sequence()) {
                violations.add("The list has no event as it was sent: " + call);
                continue;
            }
            int before = reached.getOrDefault(call.subject(), 0);
            if (call.sequence() > before + 1) {
                violations.add("Sent before number " + (before + 1) + " was taken: " + call);
            }
            if (call.taken()) {
                taken.add(call.id());
                reached.merge(call.subject(), call.sequence(), Math::max);
            }
        }
        list.keySet().stream().filter(id -> !taken.contains(id)).forEach(id -> violations.add("Lost: " + list.get(id)));
    }

    private void checkDeliveries(Account account, Set<String> ids) throws Exception {
        String path = "/api/webhooks/" + account.webhook() + "/deliveries?limit=100";
        Set<String> delivered = new HashSet<>();
        for (String next = ""; next != null; ) {
            JsonNode page = get(account, path + next);
            page.path("deliveries").forEach(delivery -> {
                if (delivery.path("state").asText().equals("delivered")) {
                    delivered.add(delivery.path("event_id").asText());
                }
            });
            next = page.path("cursor").isNull()
                    ? null
                    : "&cursor=" + page.path("cursor").asText();
        }
        if (!delivered.equals(ids)) {
            violations.add("The list has " + ids.size() + " events, and deliveries name " + delivered.size());
        }
    }

    /** The stream has of each video the state that its last event has. */
    private void checkStream(Account account) throws Exception {
        Map<String, String> last = new TreeMap<>();
        listed(account)
                .values()
                .forEach(event -> last.put(
                        event.path("subject").asText(),
                        event.path("data").path("status").asText()));
        Map<String, String> streamed = new TreeMap<>();
        HttpResponse<InputStream> stream = HttpClient.newHttpClient()
                .send(
                        account.client()
                                .request(web().resolve("/api/videos/events"))
                                .timeout(Waits.LIMIT)
                                .build(),
                        BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            while (streamed.size() < last.size()) {
                String line = lines.readLine();
                if (line == null) {
                    break;
                }
                if (line.startsWith("data:")) {
                    JsonNode video = JSON.readTree(line.substring("data:".length()));
                    streamed.put(
                            video.path("video_id").asText(),
                            video.path("status").asText());
                }
            }
        } catch (IOException broken) {
            violations.add("The stream broke off: " + broken);
        }
        if (!streamed.equals(last)) {
            violations.add("The list says " + last + ", and the stream " + streamed);
        }
    }
}
