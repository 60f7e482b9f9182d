package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import caravana.web.video.VideoDocument;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Event streams whose clients read nothing, vanish, or are many. */
@ExtendWith(OutputCaptureExtension.class)
class EventStreamsTest extends PatientTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final String ALL = "/api/videos/events";

    private final List<EventClient> clients = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void leave() throws Exception {
        for (EventClient client : clients) {
            client.reset();
        }
    }

    @Test
    void readersOfNothingDelayNobody() throws Exception {
        Api slow = user();
        insertVideos(slow, 300);
        for (int i = 0; i < 8; i++) {
            open(slow);
        }
        Api fast = user();
        String video = uploaded(fast);
        EventClient events = open(fast);
        assertThat(attempts(events)).isZero();

        for (int i = 1; i <= 20; i++) {
            change(slow, 0, 300);
            set(video, "attempts = " + i);
            assertThat(attempts(events)).isEqualTo(i);
        }

        // They still hold their connections, and have not read a byte.
        assertThat(statusOf(slow)).isEqualTo("429");
    }

    @Test
    void aReaderThatIsFarBehindIsDroppedAndComesBack() throws Exception {
        Api user = user();
        String quiet = "/api/videos/" + uploaded(user) + "/events";
        for (int i = 0; i < 7; i++) {
            connected().send("GET", quiet, user.token()).line(":open");
        }
        insertVideos(user, 3000);
        EventClient behind = open(user);
        int[] turn = {0};
        // It is the eighth of eight until it is dropped. A statement for all of them would pass its limit on a slow
        // machine.
        await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> {
            change(user, turn[0]++ % 30 * 100, 100);
            return statusOf(user).equals("200");
        });

        String last = lastId(behind);

        assertThat(last).matches("\\d{13}");
        EventClient again = connected().send("GET", ALL, user.token(), "Last-Event-ID: " + last);
        assertThat(again.head()).containsEntry(":status", "200");
        assertThat(again.line("data:")).contains("video_id");
    }

    /** Of what is found at one time, the last event only stands for all: a client that lost the others gets them. */
    @Test
    void aClientThatReturnsAfterAPartOfTheEventsGetsTheRest() throws Exception {
        Api user = user();
        insertVideos(user, 3);
        jdbc.update(
                "UPDATE videos SET status = 'failed', failed_at = now(), error_code = 'x',"
                        + " updated_at = now() - interval '10 minutes' WHERE owner_id = CAST(? AS uuid)",
                user.subject());
        String elevenMinutesAgo = String.valueOf(
                System.currentTimeMillis() - Duration.ofMinutes(11).toMillis());
        EventClient first = connected().send("GET", ALL, user.token(), "Last-Event-ID: " + elevenMinutesAgo);
        String id = first.line("id:").substring("id:".length());
        first.reset();

        EventClient second = connected().send("GET", ALL, user.token(), "Last-Event-ID: " + id);

        assertThat(second.linesUntil(":still there"))
                .filteredOn(line -> line.startsWith("data:"))
                .hasSize(3);
    }

    @Test
    void clientsVanishWhileTheyAreSentEvents(CapturedOutput output) throws Exception {
        Api user = user();
        insertVideos(user, 100);
        for (int round = 0; round < 10; round++) {
            List<EventClient> vanishing = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                EventClient client = connected().send("GET", ALL, user.token());
                vanishing.add(client);
                switch (i % 4) {
                    case 0 -> client.head();
                    case 1 -> client.line("data:");
                    case 2 -> client.halfClose();
                    default -> {
                        // Gone before the answer.
                    }
                }
            }
            change(user, 0, 100);
            for (EventClient client : vanishing) {
                client.reset();
            }
            // Each gives its place back as soon as it is missed.
            await().atMost(SOON)
                    .pollDelay(Duration.ZERO)
                    .until(() -> statusOf(user).equals("200"));
            assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
        }

        assertThat(output.getAll())
                .doesNotContain(
                        " ERROR ", "recycle", "IllegalStateException", "NullPointerException", "AsyncRequestNotUsable");
    }

    @Test
    void headAnswersWhatGetWouldAndOpensNothing() throws Exception {
        Api user = user();
        String one = "/api/videos/" + uploaded(user) + "/events";
        for (String path : List.of(ALL, one)) {
            Map<String, String> get =
                    connected().send("GET", path, user.token()).head();
            EventClient client = connected();
            for (int i = 0; i < (path.equals(ALL) ? 1000 : 100); i++) {
                Map<String, String> head =
                        client.send("HEAD", path, user.token()).head();
                if ("close".equals(head.get("connection"))) {
                    // Tomcat does so after 100 answers.
                    client = connected();
                }
                // How many streams may be opened besides is another number each time.
                head.keySet().removeAll(List.of("date", "connection", "keep-alive", "ratelimit"));
                assertThat(head).containsEntry(":status", "200").containsKeys("content-type", "x-accel-buffering");
                assertThat(get).containsAllEntriesOf(head);
            }
            assertThat(client.send("GET", path, user.token()).line("event:")).isEqualTo("event:video");
        }
    }

    @Test
    void headIsRefusedAsGetIsButWithoutABody() throws Exception {
        Api user = user();
        String foreign = "/api/videos/" + uploaded(user()) + "/events";
        String unknown = "/api/videos/" + UUID.randomUUID() + "/events";
        assertProblem(user.get(foreign), 403, "not_owner");
        assertProblem(user.get(unknown), 404, "not_found");
        assertProblem(user.get("/api/videos/7/events"), 404, "not_found");
        assertProblem(api().get(ALL), 401, "unauthenticated");

        EventClient client = connected();
        assertThat(client.send("HEAD", foreign, user.token()).head()).containsEntry(":status", "403");
        assertThat(client.send("HEAD", unknown, user.token()).head()).containsEntry(":status", "404");
        assertThat(client.send("HEAD", ALL, null).head()).containsEntry(":status", "401");
        assertThat(client.send("HEAD", ALL, user.token()).head()).containsEntry(":status", "200");
    }

    @Test
    void anAccountAndTheNodeHaveOnlySoManyStreams() throws Exception {
        Api greedy = user();
        List<Map<String, String>> answers = atOnce(40, () -> opening(greedy));
        assertThat(answers).extracting(head -> head.get(":status")).containsOnly("200", "429");
        assertThat(answers)
                .filteredOn(head -> head.get(":status").equals("200"))
                .hasSize(8);
        assertThat(answers)
                .filteredOn(head -> head.get(":status").equals("429"))
                .allSatisfy(head -> assertThat(head).containsEntry("retry-after", "5"));
        assertProblem(greedy.get(ALL), 429, "too_many_event_streams");

        // All others have what is left of the node's.
        Api second = user();
        Api third = user();
        atOnce(8, () -> opening(second));
        assertThat(atOnce(20, () -> opening(third)))
                .extracting(head -> head.get(":status"))
                .filteredOn("200"::equals)
                .hasSize(4);
        HttpResponse<String> full = user().get(ALL);
        assertProblem(full, 503, "busy");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("5");

        leave();
        await().atMost(SOON).until(() -> statusOf(greedy).equals("200"));
    }

    private EventClient connected() throws Exception {
        EventClient client = new EventClient(port);
        clients.add(client);
        return client;
    }

    private EventClient open(Api user) throws Exception {
        EventClient client = connected().send("GET", ALL, user.token());
        assertThat(client.head()).containsEntry(":status", "200").containsEntry("content-type", "text/event-stream");
        return client;
    }

    private Map<String, String> opening(Api user) throws Exception {
        return connected().send("GET", ALL, user.token()).head();
    }

    /** How it would be answered if it opened one more. */
    private String statusOf(Api user) throws Exception {
        try (EventClient client = new EventClient(port)) {
            return client.send("HEAD", ALL, user.token()).head().get(":status");
        }
    }

    private static <T> List<T> atOnce(int times, Callable<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(Collections.nCopies(times, task))) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }

    /**
     * Videos with long titles: what there is to tell of some hundreds of them fills whatever the kernel buffers. A hundred at a
     * time: each video is counted in its account's row, and within a statement each change of a row looks through all before.
     */
    private void insertVideos(Api owner, int count) throws Exception {
        for (int inserted = 0; inserted < count; inserted += 100) {
            jdbc.update(
                    "INSERT INTO videos (id, owner_id, status, title, original_key, transformations, expires_at, uploaded_at,"
                            + " published_at) SELECT gen_random_uuid(), CAST(? AS uuid), 'uploaded', repeat('t', 3000),"
                            + " 'uploads/' || gen_random_uuid(), '[\"hd_720p\"]', now() + interval '1 hour', now(), now()"
                            + " FROM generate_series(1, ?)",
                    owner.subject(),
                    Math.min(100, count - inserted));
        }
    }

    /** Changes so many of an owner's videos, beginning with that one. */
    private void change(Api owner, int first, int count) throws Exception {
        jdbc.update(
                "UPDATE videos SET attempts = attempts + 1, updated_at = now() WHERE id IN (SELECT id FROM videos WHERE"
                        + " owner_id = CAST(? AS uuid) ORDER BY id OFFSET ? LIMIT ?)",
                owner.subject(),
                first,
                count);
    }

    /** An event has the same document as the answer to a call. */
    @Test
    void anEventSaysOfAVideoWhatACallSays() throws Exception {
        Api owner = user();
        String video = uploaded(owner);
        set(video, "announced_sha256 = repeat('a', 64)");

        Map<?, ?> event = Api.JSON.readValue(open(owner).line("data:").substring("data:".length()), Map.class);
        Map<?, ?> answer = Api.JSON.readValue(owner.get("/api/videos/" + video).body(), Map.class);

        assertThat(VideoDocument.withoutLinks(event))
                .containsEntry("original_sha256", "a".repeat(64))
                .isEqualTo(VideoDocument.withoutLinks(answer));
    }

    @Test
    void itsStatementHasEveryColumnOfTheAnswers() throws Exception {
        assertThat(columns("watch-videos.sql"))
                .containsAll(columns("find-own-video.sql"))
                .contains("video_id", "original_sha256", "media_info");
    }

    private List<String> columns(String statement) throws IOException {
        String sql = Files.readString(
                        Path.of("../src/main/resources/camel/videos").resolve(statement))
                .replaceAll(":\\?[\\w.]+", "NULL");
        return jdbc.query(sql, rows -> {
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                names.add(rows.getMetaData().getColumnLabel(i));
            }
            return names;
        });
    }

    private static int attempts(EventClient client) throws Exception {
        return Api.JSON
                .readTree(client.line("data:").substring("data:".length()))
                .path("attempts")
                .asInt();
    }

    /** The id of the last event before the connection was cut off. */
    private static String lastId(EventClient client) {
        String[] last = {null};
        assertThatThrownBy(() -> {
                    for (String line = client.line("id:"); line != null; line = client.line("id:")) {
                        last[0] = line.substring("id:".length());
                    }
                })
                .isInstanceOf(IOException.class);
        return last[0];
    }
}
