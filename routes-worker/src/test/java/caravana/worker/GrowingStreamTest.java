package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.SampledClass;
import caravana.test.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Renditions that are stored and listed while the job's run continues. */
@SampledClass(turn = 2)
class GrowingStreamTest extends WorkerRouteTest {

    private String uploadLong() throws Exception {
        return upload("426x240", 90);
    }

    private String upload(String size, int seconds) throws Exception {
        Path file = Files.createTempFile(WorkerFixture.FOLDER, "video", ".mp4");
        Samples.make(
                file,
                "-f lavfi -i testsrc2=size=" + size + ":rate=25:duration=" + seconds + " -f lavfi -i sine=duration="
                        + seconds + " -c:v libx264 -preset ultrafast -g 100 -pix_fmt yuv420p -c:a aac");
        String id = upload(Files.readAllBytes(file), List.of("transcodificacion", "hls"));
        Files.delete(file);
        return id;
    }

    private void awaitPlayable(String id) {
        await().atMost(JOB).until(() -> row(id).get("playable_at") != null);
        assertThat(row(id).get("status"))
                .as("the run is too short for this test")
                .isEqualTo("processing");
    }

    /** What a player gets: of each rendition its segments, by where they are. */
    private Set<String> listed(String id) {
        return new TreeSet<>(jdbc.queryForList(
                "SELECT rendition.stream_id || ' ' || rendition.name || ' ' || lpad(segment.number::text, 3, '0')"
                        + " FROM played_renditions(CAST(? AS uuid)) rendition"
                        + " JOIN segments segment USING (video_id, claim_token) WHERE segment.rendition = rendition.name"
                        + " AND rendition.current",
                String.class,
                id));
    }

    private List<String> keys(String id) {
        return jdbc.queryForList(
                "SELECT rendition.folder || rendition.name || '/' || segment.number || '.mp4'"
                        + " FROM played_renditions(CAST(? AS uuid)) rendition"
                        + " JOIN segments segment USING (video_id, claim_token) WHERE segment.rendition = rendition.name",
                String.class,
                id);
    }

    @Test
    void segmentsAreListedWhileTheJobRuns() throws Exception {
        String id = uploadLong();
        send(message(id));
        awaitPlayable(id);

        Set<String> early = listed(id);
        assertThat(early)
                .anyMatch(segment -> segment.endsWith("240p 001"))
                .anyMatch(segment -> segment.endsWith("sound 001"));
        assertThat(objects("processed/" + id + "/")).containsAll(keys(id));
        assertThat(early.size()).isLessThan(50);

        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));

        assertThat(listed(id)).containsAll(early).hasSize(2 * 25);
        assertThat(objects("processed/" + id + "/")).containsAll(keys(id)).hasSize(1 + 50);
        assertThat(jdbc.queryForList(
                        "SELECT type FROM events WHERE subject = CAST(? AS uuid) ORDER BY number", String.class, id))
                .containsExactly("video.processing", "video.playable", "video.processed");
        assertThat(jdbc.queryForObject(
                        "SELECT bool_and(average_bit_rate BETWEEN 1 AND peak_bit_rate) FROM renditions WHERE video_id = CAST(? AS uuid)",
                        Boolean.class,
                        id))
                .isTrue();
        assertThat(jdbc.queryForObject(
                        "SELECT playable_at < processed_at AND playable_stream IS NULL FROM videos WHERE id = CAST(? AS uuid)",
                        Boolean.class,
                        id))
                .isTrue();
        assertNothingLeftOnDisk();
    }

    /** ffmpeg would gather small fragments, and write those of a quiet picture and of the sound near the end. */
    @Test
    void aShortVideoIsPlayableLongBeforeItsEnd() throws Exception {
        String id = upload("1280x720", 10);
        send(message(id));

        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));

        assertThat(jdbc.queryForObject(
                        "SELECT extract(epoch FROM playable_at - claimed_at) / extract(epoch FROM processed_at - claimed_at)"
                                + " FROM videos WHERE id = CAST(? AS uuid)",
                        Double.class,
                        id))
                .isLessThan(0.6);
    }

    /** The next claim makes the same renditions, whose list continues, and what the lost one writes later is in no list. */
    @Test
    void aListGoesOnAfterALostClaim() throws Exception {
        String id = uploadLong();
        send(message(id));
        awaitPlayable(id);
        String lost = (String) claim(id);

        jdbc.update(
                "UPDATE videos SET status = 'uploaded', claim_token = NULL, lease_until = NULL, not_before = now()"
                        + " WHERE id = CAST(? AS uuid)",
                id);
        Set<String> early = listed(id);
        List<String> keys = keys(id);
        send(message(id));

        await().atMost(JOB).until(() -> {
            Map<String, Object> row = row(id);
            assertThat(listed(id)).as((String) row.get("status")).containsAll(early);
            return row.get("status").equals("processed");
        });
        assertThat(listed(id)).hasSize(2 * 25).allMatch(segment -> segment.startsWith(lost));
        assertThat(keys(id)).noneMatch(key -> key.contains(lost));
        assertThat(objects("processed/" + id + "/"))
                .as("a player may have their addresses")
                .containsAll(keys);
        assertThat(jdbc.queryForList(
                        "SELECT type FROM events WHERE subject = CAST(? AS uuid) ORDER BY number", String.class, id))
                .containsExactly("video.processing", "video.playable", "video.processed");
    }

    private Object claim(String id) {
        return jdbc.queryForObject("SELECT claim_token::text FROM videos WHERE id = CAST(? AS uuid)", String.class, id);
    }

    @Test
    void aCancelledVideoIsNotPlayedAnyMore() throws Exception {
        String id = uploadLong();
        send(message(id));
        awaitPlayable(id);

        jdbc.update("UPDATE videos SET status = 'cancelled', cancelled_at = now() WHERE id = CAST(? AS uuid)", id);

        assertThat(listed(id)).isEmpty();
        assertThat(row(id)).containsEntry("playable_at", null);
        assertNothingLeftOnDisk();
        assertThat(listed(id)).isEmpty();
    }
}
