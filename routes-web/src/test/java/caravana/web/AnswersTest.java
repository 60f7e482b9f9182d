package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers whose clients read slowly, or not at all. */
class AnswersTest extends WebTest {

    /** More connections than the server has threads. */
    private static final int MANY = 300;

    /** Together more than all buffers of a connection take. */
    private static final int CALLS = 10;

    private static final int LISTS = 20;

    private static final int SOURCES = 8;

    private static final int VIDEOS = 40;
    private static final int PIPELINED = 90;

    private static final String CONTRACT = "/api/openapi.yaml";
    private static final String LARGE = "/api/docs/swagger-ui-bundle.js";

    private static void assertAnswered(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    @Test
    void answersThatNobodyReadsOccupyOnlyTheirOwnConnections() throws Exception {
        Api user = user();
        List<Wire> unread = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                unread.add(Wire.withSmallBuffer(port).send(get(CONTRACT).repeat(CALLS)));
            }
            assertAnswered(user.get("/api/videos"));
            // They still have their connections, or the call would only have waited for their end. The newest have them
            // longest: on a slow machine the oldest may be given up soon. One that was answered in full is enough.
            int whole = 0;
            for (int i = MANY - 1; i >= 0 && whole == 0; i--) {
                whole = wholeAnswers(unread.get(i));
            }
            assertThat(whole).isPositive();
            // They take no place of an account's either.
            for (int i = 0; i < LISTS; i++) {
                assertAnswered(user.get("/api/videos"));
            }
            assertThat(uploaded(user)).isNotBlank();
            assertAnswered(api().get("/api/health"));
        } finally {
            for (Wire wire : unread) {
                wire.close();
            }
        }
    }

    /** Its address ends as those of the event streams do. */
    @Test
    void aListOfEventsThatNobodyReadsTakesNoPlace() throws Exception {
        Api user = user();
        for (int i = 0; i < VIDEOS; i++) {
            uploaded(user);
        }
        assertThat(user.get("/api/events?limit=100").body()).hasSizeGreaterThan(VIDEOS * 500);
        String list = "GET /api/events?limit=100 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + user.token()
                + "\r\n\r\n";
        List<Wire> unread = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        try {
            // More connections than an account has places, and on each of them more than its buffers take.
            for (int i = 0; i < 2 * VIDEOS; i++) {
                unread.add(Wire.withSmallBuffer(port).send(list.repeat(PIPELINED)));
                statuses.add(user.get("/api/videos").statusCode());
            }
            assertThat(statuses).containsOnly(200);
        } finally {
            for (Wire wire : unread) {
                wire.close();
            }
        }
    }

    /** How many of the answers came in full, until one was refused or the connection was given up. */
    private static int wholeAnswers(Wire wire) throws IOException {
        int whole = 0;
        for (int i = 0; i < CALLS; i++) {
            Wire.Answer answer;
            try {
                answer = wire.answer();
            } catch (IOException givenUp) {
                break;
            }
            if (answer.status() >= 400) {
                // Together they are more than one source may have; a 503 ends the connection.
                assertThat(answer.problemCode()).isIn("too_many_at_once", "busy");
                break;
            }
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).hasSizeGreaterThan(10_000);
            whole++;
        }
        return whole;
    }

    /** What finds no memory is refused; no other source's answers are, however large. */
    @Test
    void manyLargeAnswersAreRefusedBeforeTheyTakeTheMemory() throws Exception {
        Api user = user();
        List<Wire> unread = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                unread.add(Wire.withSmallBuffer(port).send(get(LARGE)));
            }
            assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
            try (Wire other = Wire.fromElsewhere(port, 1)) {
                assertThat(other.send(get(LARGE)).answer().status()).isEqualTo(200);
            }
            int refused = 0;
            for (Wire wire : unread) {
                Wire.Answer answer = wire.answer();
                if (answer.status() == 503) {
                    assertThat(answer.problemCode()).isEqualTo("busy");
                    refused++;
                } else {
                    assertThat(answer.status()).isEqualTo(200);
                }
            }
            assertThat(refused).isPositive();
        } finally {
            for (Wire wire : unread) {
                wire.close();
            }
        }
    }

    /** However many of them there are: clients without an account have a memory of their own. */
    @Test
    void clientsWithoutAnAccountTakeNoMemoryFromThoseWithOne() throws Exception {
        Api user = user();
        String id = uploaded(user);
        jdbc.update("""
                INSERT INTO videos (id, owner_id, status, title, original_name, original_bytes, transformations,
                                    original_key, expires_at, uploaded_at, published_at)
                SELECT gen_random_uuid(), owner_id, status, repeat('🎬', 199), original_name, original_bytes,
                       transformations, original_key || copy, expires_at, uploaded_at, now()
                FROM videos, generate_series(1, 99) AS copy
                WHERE id = CAST(? AS uuid)
                """, id);
        List<Wire> unread = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                unread.add(Wire.fromElsewhere(port, 1 + i % SOURCES)
                        .send(get(LARGE).repeat(CALLS)));
            }
            assertThat(user.get("/api/videos?limit=100").body()).hasSizeGreaterThan(32 * 1024);
            assertThat(api().get("/api/health").statusCode()).isEqualTo(200);
        } finally {
            for (Wire wire : unread) {
                wire.close();
            }
        }
    }

    @Test
    void aLargeAnswerIsWholeForHeadAndGet() throws Exception {
        try (Wire wire = new Wire(port)) {
            Wire.Answer whole = wire.send(get(LARGE)).answer();
            Wire.Answer head = wire.send(get(LARGE).replace("GET ", "HEAD ")).answer(false);
            Wire.Answer again = wire.send(get(LARGE)).answer();

            assertThat(whole.status()).isEqualTo(200);
            assertThat(head.headers().get("content-length")).isEqualTo(String.valueOf(whole.body().length));
            assertThat(again.body()).isEqualTo(whole.body());
        }
    }
}
