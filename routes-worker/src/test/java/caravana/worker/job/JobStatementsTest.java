package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.WorkerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Claim and commit, run as they stand in the route tree against the real database. */
@Tag("slow")
class JobStatementsTest {

    private static final String OWNER = UUID.randomUUID().toString();

    private final NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(WorkerFixture.DATABASE);

    @BeforeEach
    void onlyTheTestsOwnVideosWait() {
        jdbc.getJdbcTemplate().update("DELETE FROM renditions");
        jdbc.getJdbcTemplate().update("DELETE FROM videos");
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource)
                    .getContentAsString(StandardCharsets.UTF_8)
                    .replace(":?job.phaseMillis", ":phase_ms")
                    .replace(":?job.receipt", ":receipt")
                    .replace(":?", ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String insert(String status, String more) {
        String id = UUID.randomUUID().toString();
        jdbc.getJdbcTemplate()
                .update("INSERT INTO videos (id, owner_id, status, original_key, transformations, expires_at,"
                        + " uploaded_at, claim_token, lease_until, processed_key, error_code, failed_at)"
                        + " VALUES ('" + id + "', '" + OWNER + "', '" + status + "', 'uploads/" + id + ".mp4', '[]',"
                        + " now() + interval '1 hour', now(), gen_random_uuid(), now() + interval '30 s', 'p', 'e',"
                        + " now() - interval '1 min')");
        if (!more.isEmpty()) {
            jdbc.getJdbcTemplate().update("UPDATE videos SET " + more + " WHERE id = '" + id + "'");
        }
        return id;
    }

    private Map<String, Object> claim(String id) {
        return claim(id, "uploads/" + id + ".mp4", System.currentTimeMillis());
    }

    private Map<String, Object> claim(String id, String key, long sentMillis) {
        return claim(id, key, sentMillis, UUID.randomUUID().toString());
    }

    private Map<String, Object> claim(String id, String key, long sentMillis, String token) {
        return new ClaimStatement(jdbc, 50, 50).run(id, OWNER, key, sentMillis, token);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            uploaded   | attempts = 2                                              | claimed   | 3
            uploaded   | not_before = now() + interval '90 s'                      | early     | 0
            uploaded   | attempts = 5                                              | exhausted | 5
            processing | attempts = 1                                              | owned     | 1
            processing | attempts = 1, lease_until = now() - interval '1 s'        | claimed   | 2
            processing | attempts = 5, lease_until = now() - interval '1 s'        | exhausted | 5
            failed     | attempts = 5, retryable = true                            | claimed   | 1
            failed     | attempts = 5, retryable = true, failed_at = now() + interval '1 min' | settled | 5
            failed     | attempts = 1, retryable = false                           | settled   | 1
            processed  | attempts = 1                                              | settled   | 1
            cancelled  | attempts = 1                                              | settled   | 1
            deleting   | attempts = 1                                              | settled   | 1
            """)
    void theStateDecides(String status, String more, String outcome, int attempts) {
        String id = insert(status, more);
        long began = System.nanoTime();
        Map<String, Object> answer = claim(id);
        if (answer.get("outcome").equals("raced")) {
            // As the route does: a redriven video waits now.
            answer = claim(id);
        }
        int passed = (int) Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;

        assertThat(answer).containsEntry("outcome", outcome).containsEntry("attempts", attempts);
        if (outcome.equals("early")) {
            assertThat((Integer) answer.get("delay")).isBetween(90 - passed, 90);
        }
    }

    /** It may be the dead letter that the row's worker has just sent, moved back before the row says failed. */
    @Test
    void atTheLastAttemptOfAnotherWorkerAMessageComesBack() {
        String id = insert("processing", "attempts = 5");

        assertThat(claim(id)).containsEntry("outcome", "last").containsEntry("delay", 15);
    }

    @Test
    void aMessageThatDisagreesWithItsRowClaimsNothing() {
        String id = insert("uploaded", "");

        assertThat(claim(id, "uploads/other.mp4", 0)).containsEntry("outcome", "disagrees");
        assertThat(claim(id)).containsEntry("outcome", "claimed");
    }

    @Test
    void aClaimAskedAgainIsStillThatClaim() {
        String id = insert("uploaded", "attempts = 1");
        String token = UUID.randomUUID().toString();

        assertThat(claim(id, "uploads/" + id + ".mp4", 0, token))
                .containsEntry("outcome", "claimed")
                .containsEntry("attempts", 2);
        assertThat(claim(id, "uploads/" + id + ".mp4", 0, token))
                .containsEntry("outcome", "claimed")
                .containsEntry("attempts", 2);
        assertThat(claim(id)).containsEntry("outcome", "owned");
        assertThat(jdbc.getJdbcTemplate()
                        .queryForObject("SELECT claims FROM videos WHERE id = '" + id + "'", Integer.class))
                .isEqualTo(1);
    }

    @Test
    void aCommitAskedAgainIsStillThatCommitAndNobodyElseCommits() {
        String id = insert("uploaded", "");
        String token = UUID.randomUUID().toString();
        claim(id, "uploads/" + id + ".mp4", 0, token);

        assertThat(commit(id, UUID.randomUUID().toString(), "processed/other")).isEmpty();
        assertThat(commit(id, token, "processed/mine")).hasSize(1);
        assertThat(commit(id, token, "processed/mine")).hasSize(1);
        assertThat(commit(id, token, "processed/other")).isEmpty();
        assertThat(jdbc.getJdbcTemplate()
                        .queryForObject("SELECT processed_key FROM videos WHERE id = '" + id + "'", String.class))
                .isEqualTo("processed/mine");
    }

    @Test
    void theOutputsAreThoseOfTheCommitThatCounts() {
        String id = insert("uploaded", "");
        String first = UUID.randomUUID().toString();
        claim(id, "uploads/" + id + ".mp4", 0, first);

        commit(id, UUID.randomUUID().toString(), "lost/video.mp4");
        assertThat(named(id)).isEmpty();
        commit(id, first, "first/video.mp4");
        commit(id, first, "first/video.mp4");
        assertThat(named(id)).containsExactly("first/poster.jpg", "first/subtitulos.vtt", "first/video.mp4");
        assertThat(jdbc.getJdbcTemplate()
                        .queryForMap("SELECT * FROM outputs WHERE object_key = 'first/video.mp4' AND video_id = '" + id
                                + "'"))
                .containsEntry("claim_token", UUID.fromString(first))
                .containsEntry("role", "video")
                .containsEntry("media_type", "video/mp4")
                .containsEntry("bytes", 5L)
                .containsEntry("sha256", "a")
                .containsEntry("width", 1280)
                .containsEntry("height", 720)
                .containsEntry("seconds", 3.5)
                .containsEntry("bit_rate", 11L)
                .containsEntry("language", null)
                .containsEntry("checked", "codec");
        assertThat(jdbc.getJdbcTemplate()
                        .queryForMap("SELECT * FROM outputs WHERE name = 'subtitulos.vtt' AND video_id = '" + id + "'"))
                .containsEntry("bit_rate", null)
                .containsEntry("language", "pt");

        // Processed again.
        jdbc.getJdbcTemplate().update("UPDATE videos SET status = 'uploaded', attempts = 0 WHERE id = '" + id + "'");
        String second = UUID.randomUUID().toString();
        claim(id, "uploads/" + id + ".mp4", 0, second);
        assertThat(named(id)).containsExactly("first/poster.jpg", "first/subtitulos.vtt", "first/video.mp4");
        commit(id, second, "second/video.mp4");
        assertThat(named(id)).containsExactly("second/poster.jpg", "second/subtitulos.vtt", "second/video.mp4");
        assertThat(jdbc.getJdbcTemplate()
                        .queryForObject("SELECT count(*) FROM outputs WHERE video_id = '" + id + "'", Integer.class))
                .isEqualTo(3);
    }

    /** A worker of the version before writes the two keys and no outputs. */
    @Test
    void theTwoFilesOfAnOlderWorkerAreOutputsAsWell() {
        String id = insert("uploaded", "");
        String token = UUID.randomUUID().toString();
        claim(id, "uploads/" + id + ".mp4", 0, token);
        commit(id, token, "new/video.mp4");

        jdbc.getJdbcTemplate()
                .update("UPDATE videos SET processed_key = 'old/video.mp4', poster_key = 'old/poster.jpg', media_info ="
                        + " '{\"result\": {\"bytes\": 7, \"duration_seconds\": 2.5, \"video\": {\"width\": 640,"
                        + " \"height\": 360}}}' WHERE id = '" + id + "'");

        assertThat(named(id)).containsExactly("old/poster.jpg", "old/video.mp4");
        assertThat(jdbc.getJdbcTemplate()
                        .queryForMap("SELECT * FROM video_outputs WHERE main AND video_id = '" + id + "'"))
                .containsEntry("name", "video.mp4")
                .containsEntry("role", "video")
                .containsEntry("bytes", 7L)
                .containsEntry("width", 640)
                .containsEntry("seconds", 2.5);
        jdbc.getJdbcTemplate().update("UPDATE videos SET poster_key = NULL, media_info = NULL WHERE id = '" + id + "'");
        assertThat(named(id)).containsExactly("old/video.mp4");
    }

    /** The keys that the video's row names, in their order. */
    private List<String> named(String id) {
        return jdbc.getJdbcTemplate()
                .queryForList(
                        "SELECT object_key FROM video_outputs WHERE video_id = '" + id
                                + "' AND object_key <> 'p' ORDER BY 1",
                        String.class);
    }

    private List<Map<String, Object>> commit(String id, String token, String key) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("video_id", id);
        parameters.put("claim_token", token);
        parameters.put("processed_key", key);
        parameters.put("poster_key", null);
        parameters.put("original_sha256", null);
        parameters.put("source_info", "{}");
        parameters.put("media_info", "{}");
        parameters.put("warnings", "[]");
        parameters.put("phase_ms", "{}");
        parameters.put("receipt", "{}");
        parameters.put("results_folder", key.substring(0, key.indexOf('/') + 1));
        parameters.put("outputs", """
                [{"name": "video.mp4", "role": "video", "media_type": "video/mp4", "bytes": 5, "sha256": "a", "width": 1280,
                  "height": 720, "seconds": 3.5, "bit_rate": 11, "language": null, "checked": "codec"},
                 {"name": "poster.jpg", "role": "poster", "media_type": "image/jpeg", "bytes": 3, "sha256": "b",
                  "width": 1280, "height": 720, "checked": "codec"},
                 {"name": "subtitulos.vtt", "role": "subtitles", "media_type": "text/vtt", "bytes": 9, "sha256": "c",
                  "language": "pt", "checked": "cues"}]""");
        return jdbc.queryForList(read("camel/job/commit-result.sql"), parameters);
    }

    @Test
    void anUnknownVideoIsNoRow() {
        assertThat(claim(UUID.randomUUID().toString())).containsEntry("outcome", "no row");
    }

    @Test
    void ofEightConcurrentClaimsOneWins() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 40; round++) {
                String id = insert("uploaded", "");
                List<Future<Map<String, Object>>> claims = pool.invokeAll(IntStream.range(0, 8)
                        .<Callable<Map<String, Object>>>mapToObj(i -> () -> claim(id))
                        .toList());
                Stream.Builder<Object> outcomes = Stream.builder();
                for (Future<Map<String, Object>> claim : claims) {
                    outcomes.add(claim.get().get("outcome"));
                }
                List<Object> all = outcomes.build().toList();
                assertThat(all).containsOnlyOnce("claimed");
                assertThat(all).isSubsetOf("claimed", "owned", "raced");
            }
        } finally {
            pool.shutdown();
        }
    }
}
