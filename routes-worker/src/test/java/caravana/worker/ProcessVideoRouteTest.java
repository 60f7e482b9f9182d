package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import caravana.test.SampledTests;
import caravana.test.Samples;
import caravana.worker.media.MeasuredLoudness;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.apache.camel.component.timer.TimerEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** What becomes of a job, whatever comes with its message and whatever fails on its way. */
@SampledTests(name = "tests of one job", size = 16)
class ProcessVideoRouteTest extends WorkerRouteTest {

    @Autowired
    private StringRedisTemplate redis;

    @Autowired
    private MeterRegistry meters;

    /** The tests of single statements measure them with the same setting. */
    @Test
    void statementsAreNotPlannedEachTime() {
        String mode = "SHOW plan_cache_mode";
        assertThat(jdbc.queryForObject(mode, String.class))
                .isEqualTo("force_generic_plan")
                .isEqualTo(new JdbcTemplate(WorkerFixture.DATABASE).queryForObject(mode, String.class));
    }

    @Test
    void turnsAnOriginalIntoAClip() throws Exception {
        byte[] original = video("64x48", 2);
        String id = upload(original);
        jdbc.update(
                "UPDATE videos SET announced_sha256 = ? WHERE id = CAST(? AS uuid)",
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(original)),
                id);
        send(message(id));

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));

        String key = (String) row.get("processed_key");
        assertThat(key).matches("processed/" + id + "/[0-9a-f-]{36}/video\\.mp4");
        assertThat(objects("processed/" + id + "/")).containsExactlyInAnyOrder(key, (String) row.get("poster_key"));
        List<Map<String, Object>> outputs =
                jdbc.queryForList("SELECT * FROM outputs WHERE video_id = CAST(? AS uuid) ORDER BY name DESC", id);
        assertThat(outputs).extracting(output -> output.get("object_key")).containsExactly(key, row.get("poster_key"));
        assertThat(outputs).extracting(output -> output.get("role")).containsExactly("video", "poster");
        for (Map<String, Object> output : outputs) {
            byte[] stored = s3.getObjectAsBytes(g -> g.bucket(bucket()).key((String) output.get("object_key")))
                    .asByteArray();
            assertThat(output)
                    .containsEntry("bytes", (long) stored.length)
                    .containsEntry(
                            "sha256",
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(stored)));
            assertThat((Integer) output.get("width")).isPositive();
        }
        assertThat((Double) outputs.get(0).get("seconds")).isCloseTo(3, within(0.2));
        assertThat(row.get("original_sha256"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(original)));
        assertThat(row).containsEntry("attempts", 1).containsEntry("claims", 1).containsEntry("claim_token", null);
        Map<String, Object> usage = jdbc.queryForMap(
                "SELECT * FROM usage_records WHERE role = 'video' ORDER BY usage_records.id DESC LIMIT 1");
        assertThat(usage)
                .containsEntry("codec", "h264")
                .containsEntry("height", outputs.get(0).get("height"))
                .containsEntry("seconds", outputs.get(0).get("seconds"))
                .containsEntry("bytes", outputs.get(0).get("bytes"));
        Map<String, Object> receipt = receipt(id);
        assertThat(receipt).containsEntry("outcome", "processed").containsEntry("code", null);
        assertThat(receipt.get("written"))
                .isEqualTo(outputs.stream()
                        .mapToLong(output -> (Long) output.get("bytes"))
                        .sum());
        JsonNode measured = new ObjectMapper().readTree((String) receipt.get("measured"));
        assertThat(measured.path("bytes_read").asLong()).isEqualTo(original.length);
        for (String tool : List.of("ffmpeg", "ffprobe", "jvm")) {
            assertThat(measured.at("/cpu_ms/" + tool).asLong()).as(tool).isPositive();
        }
        assertThat(measured.path("peak_tool_memory_bytes").asLong()).isGreaterThan(10_000_000);
        assertThat(measured.path("phase_ms").toString()).contains("transcode", "publish");
        assertThatThrownBy(() -> jdbc.update("UPDATE receipts SET written = 0"))
                .hasMessageContaining("Rows of receipts are never changed");
        assertThat((String) row.get("phases"))
                .contains("queue", "download", "probe", "transcode", "check", "publish", "commit");
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
        assertNothingLeftOnDisk();
    }

    /** One output, whose key is what all its objects have in front. */
    @Test
    void renditionsAreStoredInSegments() throws Exception {
        Path file = Files.createTempFile(WorkerFixture.FOLDER, "sound", ".mp4");
        Samples.make(
                file,
                "-f lavfi -i testsrc2=size=64x48:rate=30:duration=5 -f lavfi -i sine=duration=5"
                        + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");
        String id = upload(Files.readAllBytes(file), List.of("transcodificacion", "hls"));
        Files.delete(file);
        send(message(id));

        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));

        Map<String, Object> output = jdbc.queryForMap(
                "SELECT object_key, bytes, height, claim_token::text AS claim FROM outputs WHERE video_id = CAST(? AS uuid)"
                        + " AND role = 'stream'",
                id);
        String prefix = (String) output.get("object_key");
        assertThat(prefix).isEqualTo("processed/" + id + "/" + output.get("claim") + "/hls/");
        assertThat(output).containsEntry("height", 48);
        List<Map<String, Object>> segments = jdbc.queryForList(
                "SELECT rendition || '/' || number || '.mp4' AS object, bytes, claim_token::text AS claim FROM segments"
                        + " WHERE video_id = CAST(? AS uuid) ORDER BY rendition, number",
                id);
        assertThat(segments)
                .extracting(segment -> segment.get("object"))
                .containsExactly(
                        "240p/0.mp4",
                        "240p/1.mp4",
                        "240p/2.mp4",
                        "240p/3.mp4",
                        "sound/0.mp4",
                        "sound/1.mp4",
                        "sound/2.mp4",
                        "sound/3.mp4");
        long bytes = 0;
        for (Map<String, Object> segment : segments) {
            assertThat(segment).containsEntry("claim", output.get("claim"));
            assertThat(s3.headObject(h -> h.bucket(bucket()).key(prefix + segment.get("object")))
                            .contentLength())
                    .isEqualTo(segment.get("bytes"));
            bytes += (long) segment.get("bytes");
        }
        assertThat(output).containsEntry("bytes", bytes);
        assertThat(objects(prefix)).hasSize(segments.size());
        assertNothingLeftOnDisk();
    }

    private Map<String, Object> receipt(String id) {
        return jdbc.queryForMap(
                "SELECT outcome, code, written, measured::text AS measured FROM receipts"
                        + " WHERE video_id = CAST(? AS uuid)",
                id);
    }

    /** Measured before, and once more in what was stored; silence stays, and is said. */
    @Test
    void soundIsBroughtToALoudness() throws Exception {
        String loud = uploadToNormalise("sine=frequency=440:duration=2,volume=-20dB");
        String silent = uploadToNormalise("anullsrc=duration=2");

        await().atMost(JOB)
                .until(() -> row(loud).get("status").equals("processed")
                        && row(silent).get("status").equals("processed"));

        assertThat(String.valueOf(row(loud).get("warnings"))).doesNotContain("loudness");
        assertThat(String.valueOf(row(silent).get("warnings"))).contains("\"loudness_kept\"");
        assertThat(row(loud)).as("nobody announced a sum").containsEntry("original_sha256", null);
        Path stored = Files.createTempFile(WorkerFixture.FOLDER, "stored", ".mp4");
        Files.write(
                stored,
                s3.getObjectAsBytes(
                                g -> g.bucket(bucket()).key((String) row(loud).get("processed_key")))
                        .asByteArray());
        assertThat(MeasuredLoudness.of(stored)).isCloseTo(-16, within(0.5));
        Files.delete(stored);
    }

    private String uploadToNormalise(String sound) throws Exception {
        Path file = Files.createTempFile(WorkerFixture.FOLDER, "sound", ".mp4");
        Samples.make(
                file,
                "-f lavfi -i testsrc2=size=64x48:rate=30:duration=2 -f lavfi -i " + sound
                        + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -t 2");
        String id = upload(Files.readAllBytes(file), List.of("transcodificacion", "audio"));
        Files.delete(file);
        jdbc.update(
                "UPDATE videos SET transformation_parameters = CAST(? AS jsonb) WHERE id = CAST(? AS uuid)",
                "{\"version\": 1, \"parameters\": {\"audio\": {\"modo\": \"normalizar\"}}}",
                id);
        send(message(id));
        return id;
    }

    /** UUIDs are the same in capitals; names of objects are not. */
    @Test
    void aMessageInCapitalsIsAboutTheSameVideo() throws Exception {
        String id = upload(video("64x48", 1));
        send(message(id).replaceFirst(id, id.toUpperCase(Locale.ROOT)));

        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));

        assertThat((String) row(id).get("processed_key")).startsWith("processed/" + id + "/");
        assertQueueIsQuiet();
    }

    @Test
    void aFileThatIsNoVideoFailsOnceAndForAll() {
        String id = upload("This is a text, whatever its name says.".getBytes());
        send(message(id));

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));

        assertThat(row)
                .containsEntry("error_code", "not_a_video")
                .containsEntry(
                        "error_detail",
                        "The file is not in a known video format, or its beginning or index is missing; its first"
                                + " bytes are 54 68 69 73 20 69 73 20. Send a video in one of these formats: mov, mp4, matroska, webm, avi, mpeg, mpegts, flv, ogg, asf, dv, gif.")
                .containsEntry("retryable", false)
                .containsEntry("attempts", 1);
        assertThat(receipt(id)).containsEntry("outcome", "rejected").containsEntry("code", "not_a_video");
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
        assertNothingLeftOnDisk();
    }

    @Test
    void anOriginalOtherThanAnnouncedFailsOnceAndForAll() {
        String id = upload(new byte[] {1});
        jdbc.update("UPDATE videos SET announced_sha256 = repeat('ab', 32) WHERE id = CAST(? AS uuid)", id);
        send(message(id));

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));

        assertThat(row)
                .containsEntry("error_code", "checksum_mismatch")
                .containsEntry("retryable", false)
                .containsEntry("attempts", 1);
        assertThat(String.valueOf(row.get("error_values"))).contains("abab", (String) row.get("original_sha256"));
        assertQueueIsQuiet();
        assertNothingLeftOnDisk();
    }

    @Test
    void anOriginalThatIsGoneFailsOnceAndForAll() {
        String id = upload(new byte[] {1});
        s3.deleteObject(d -> d.bucket(bucket()).key("uploads/" + id + ".mp4"));
        send(message(id));

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));

        assertThat(row).containsEntry("error_code", "original_missing").containsEntry("attempts", 1);
        assertQueueIsQuiet();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON at all",
                "[]",
                "{\"video_id\": \"7\"}",
                "{\"video_id\": 7, \"s3_key_original\": \"uploads/a.mp4\", \"transformaciones\": [\"x\"], \"usuario_id\": 1}"
            })
    void aMalformedMessageIsADeadLetterAndTheConsumerGoesOn(String malformed) throws Exception {
        send(malformed);
        String id = upload(video("64x48", 1));
        send(message(id));

        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        List<Message> dead = new ArrayList<>();
        await().atMost(JOB).until(() -> dead.addAll(deadLetters()) || !dead.isEmpty());

        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.body()).isEqualTo(malformed);
            assertThat(letter.messageAttributes().get("code").stringValue()).isEqualTo("poison_message");
            assertThat(letter.messageAttributes().get("reason").stringValue()).isNotBlank();
            assertThat(letter.messageAttributes().get("route").stringValue()).isEqualTo("process-video");
        });
        assertQueueIsQuiet();
    }

    @Test
    void aMessageThatDisagreesWithItsRowLeavesTheRowAlone() throws Exception {
        String id = upload(video("64x48", 1));
        send(message(id).replace("uploads/" + id, "uploads/another"));

        List<Message> dead = new ArrayList<>();
        await().atMost(JOB).until(() -> dead.addAll(deadLetters()) || !dead.isEmpty());

        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("attempts", 0);
    }

    @Test
    void messageAttributesCommandNothing() throws Exception {
        Path trap = WorkerFixture.FOLDER.resolve("trap");
        String id = upload(video("64x48", 1));
        sqs.sendMessage(m -> m.queueUrl(queue())
                .messageBody(message(id))
                .messageAttributes(Map.of(
                        "CamelExecCommandExecutable", text("/bin/touch"),
                        "CamelExecCommandArgs", text(trap.toString()),
                        "CamelAwsS3Key", text("uploads/another.mp4"),
                        "CamelFileName", text("../trap"),
                        "video_id", text(UUID.randomUUID().toString()),
                        "attempt", text("99"))));

        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));

        assertThat(trap).doesNotExist();
        assertThat(row(id)).containsEntry("attempts", 1);
    }

    @Test
    void anFfmpegThatIsKilledCostsOneAttemptAndTheJobWaits() throws Exception {
        String id = upload(video("320x240", 8));
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(ProcessVideoRouteTest::transcoding, p -> p != null);

        ffmpeg.destroyForcibly();

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("uploaded"));
        assertThat(row)
                .containsEntry("attempts", 1)
                .containsEntry("claim_token", null)
                .containsEntry("due", false);
        assertThat(row).containsEntry("error_code", "killed");
        assertThat((String) row.get("error_detail")).contains("ffmpeg ended with status 137");
        await().atMost(JOB).until(() -> objects("processed/" + id + "/").isEmpty());
        // It comes back after the backoff.
        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 2).containsEntry("claims", 2);
        assertQueueIsQuiet();
    }

    @Test
    void tellsRedisHowFarItIs() throws Exception {
        String id = upload(video("1280x720", 20));
        send(message(id));

        // ffmpeg does not know its speed at first.
        Map<Object, Object> progress = await().atMost(JOB)
                .until(
                        () -> redis.opsForHash().entries("progress:" + id),
                        entry -> entry.containsKey("eta_seconds")
                                && Double.parseDouble((String) entry.get("speed")) > 0);

        assertThat(progress).containsKeys("percent", "fps", "speed").containsEntry("phase", "transcode");
        assertThat(Double.parseDouble((String) progress.get("percent"))).isBetween(0.0, 100.0);
        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        assertQueueIsQuiet();
    }

    @Test
    void theLastAttemptEndsInADeadLetterAndAFailedRow() throws Exception {
        String id = upload(video("320x240", 20));
        jdbc.update("UPDATE videos SET attempts = 4 WHERE id = CAST(? AS uuid)", id);
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(ProcessVideoRouteTest::transcoding, p -> p != null);

        ffmpeg.destroyForcibly();

        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));
        assertThat(row)
                .containsEntry("attempts", 5)
                .containsEntry("error_code", "attempts_exhausted")
                .containsEntry("last_code", "killed")
                .containsEntry("retryable", true);
        List<Message> dead = new ArrayList<>();
        await().atMost(JOB).until(() -> dead.addAll(deadLetters()) || !dead.isEmpty());
        assertThat(dead).singleElement().satisfies(letter -> {
            // As the row has it: the message that was received may name another video.
            assertThat(letter.body())
                    .isEqualTo(jdbc.queryForObject(
                            "SELECT job_message(videos) FROM videos WHERE id = CAST(? AS uuid)", String.class, id));
            assertThat(letter.messageAttributes().get("attempt").stringValue()).isEqualTo("5");
            assertThat(letter.messageAttributes().get("code").stringValue()).isEqualTo("attempts_exhausted");
            assertThat(letter.messageAttributes().get("last_code").stringValue())
                    .isEqualTo("killed");
            // A redrive may take it before the row says failed; the claim asks which of them is newer.
            assertThat(Long.parseLong(letter.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP)))
                    .isGreaterThanOrEqualTo(((Timestamp) row.get("failed_at")).getTime());
        });
        assertQueueIsQuiet();
    }

    @Test
    void aLeaseIsRenewedAndALostClaimStopsTheJobAndWritesNothing() throws Exception {
        String id = upload(video("320x240", 30));
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(ProcessVideoRouteTest::transcoding, p -> p != null);
        Object firstLease = row(id).get("lease_until");
        freeze(ffmpeg);
        await().atMost(JOB).until(() -> !row(id).get("lease_until").equals(firstLease));
        thaw(ffmpeg);

        // Another worker has claimed it, as after a long freeze of this one.
        jdbc.update("UPDATE videos SET claim_token = gen_random_uuid() WHERE id = CAST(? AS uuid)", id);

        await().atMost(JOB).until(() -> !ffmpeg.isAlive());
        assertQueueIsQuiet();
        assertThat(row(id)).containsEntry("status", "processing").containsEntry("error_code", null);
        assertThat(objects("processed/" + id + "/")).isEmpty();
        assertThat(deadLetters()).isEmpty();
        assertNothingLeftOnDisk();
    }

    @Test
    void aVideoThatAnotherWorkerIsAtIsLeftToIt() throws Exception {
        String id = upload(video("64x48", 1));
        // Another worker is at it: its lease is live.
        jdbc.update(
                "UPDATE videos SET status = 'processing', claim_token = gen_random_uuid(),"
                        + " lease_until = now() + interval '1 hour' WHERE id = CAST(? AS uuid)",
                id);
        send(message(id));

        assertQueueIsQuiet();

        assertThat(row(id)).containsEntry("status", "processing").containsEntry("claims", 0);
        assertThat(objects("processed/" + id + "/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancelled", "deleting"})
    void aCancelledJobIsStoppedAndLetsTheRowGo(String status) throws Exception {
        String id = upload(video("320x240", 30));
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(ProcessVideoRouteTest::transcoding, p -> p != null);

        // It cannot come to its own end.
        freeze(ffmpeg);

        double before = ended("cancelled");
        jdbc.update("UPDATE videos SET status = ? WHERE id = CAST(? AS uuid)", status, id);

        await().atMost(JOB).until(() -> !ffmpeg.isAlive());
        assertThat(context.getRoute("watch-commands").getEndpoint())
                .isInstanceOfSatisfying(
                        TimerEndpoint.class,
                        timer -> assertThat(timer.getPeriod()).isLessThanOrEqualTo(1000));
        await().atMost(JOB).until(() -> row(id).get("lease_until") == null);
        assertThat(row(id)).containsEntry("status", status).containsEntry("claim_token", null);
        assertQueueIsQuiet();
        assertThat(ended("cancelled")).isEqualTo(before + 1);
        assertThat(objects("processed/" + id + "/")).isEmpty();
        assertThat(deadLetters()).isEmpty();
        assertNothingLeftOnDisk();
    }

    /** How many jobs have ended so. */
    private double ended(String result) {
        return meters.find("caravana.jobs").tag("result", result).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void aCancelledVideosMessageFindsNothingToDo() throws Exception {
        String id = upload(video("64x48", 1));
        jdbc.update("UPDATE videos SET status = 'cancelled' WHERE id = CAST(? AS uuid)", id);
        send(message(id));
        send(message(id));

        assertQueueIsQuiet();

        assertThat(row(id)).containsEntry("status", "cancelled").containsEntry("claims", 0);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void whilePausedNothingIsTakenAndAfterwardsItIs() throws Exception {
        jdbc.update("UPDATE intake SET paused = true");
        await().atMost(JOB).until(() -> !intake.isOpen());
        assertThat(intake.isSystemDown()).isFalse();
        String id = upload(video("64x48", 1));
        send(message(id));

        // As long as the open poll of any consumer may still bring something, and more.
        await().during(Duration.ofSeconds(4))
                .atMost(JOB)
                .until(() -> row(id).get("claims").equals(0));

        jdbc.update("UPDATE intake SET paused = false");
        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 1);
        assertQueueIsQuiet();
    }

    @Test
    void anOutageOfTheStoreClosesTheIntakeAndCostsNoAttempt() throws Exception {
        String id = upload(video("64x48", 1));
        WorkerFixture.STACK.kill("s3");
        try {
            send(message(id));
            await().atMost(JOB)
                    .until(() -> row(id).get("claims").equals(1)
                            && row(id).get("status").equals("uploaded"));
            assertThat(row(id)).containsEntry("attempts", 0);
            assertThat(intake.closedBy()).containsExactly("storage");
        } finally {
            WorkerFixture.STACK.restart("s3");
        }

        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 1);
        assertThat(intake.isOpen()).isTrue();
        assertQueueIsQuiet();
    }

    /** Bytes that a disk of S3 changed, or the network: nothing is made of them, and the download is tried again. */
    @Test
    void anOriginalThatIsNotWhatWasUploadedIsNotProcessed() throws Exception {
        String id = upload(video("64x48", 1));
        Path object = WorkerFixture.FOLDER.resolve("stack/s3/" + bucket() + "/uploads/" + id + ".mp4");
        byte[] uploaded = Files.readAllBytes(object);
        byte[] damaged = uploaded.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(object, damaged);

        send(message(id));
        await().atMost(JOB).until(() -> row(id).get("claims").equals(1) && row(id).get("claim_token") == null);
        assertThat(row(id)).containsEntry("status", "uploaded");

        Files.write(object, uploaded);
        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
    }

    /** The message stays as it was received: nothing was claimed, so there is nothing to send in its place. */
    @Test
    void anOutageOfTheDatabaseBeforeTheClaimCostsNothing() throws Exception {
        String first = upload(video("64x48", 1));
        String named = upload(video("64x48", 1));
        jdbc.update("UPDATE videos SET not_before = now() - interval '1 hour' WHERE id = CAST(? AS uuid)", first);
        WorkerFixture.STACK.kill("postgres");
        try {
            send(message(named));
            send(message(first));
            await().atMost(JOB).until(() -> intake.closedBy().contains("database"));
        } finally {
            WorkerFixture.STACK.restart("postgres");
        }

        for (String id : List.of(first, named)) {
            await().atMost(JOB)
                    .ignoreExceptions()
                    .until(() -> row(id), r -> r.get("status").equals("processed"));
            assertThat(row(id)).containsEntry("attempts", 1).containsEntry("claims", 1);
        }
        await().atMost(JOB).until(intake::isOpen);
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void anOutageOfTheDatabaseWhileAJobRunsCostsNothing() throws Exception {
        String id = upload(video("320x240", 8));
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(ProcessVideoRouteTest::transcoding, p -> p != null);
        freeze(ffmpeg);
        WorkerFixture.STACK.kill("postgres");
        try {
            await().atMost(JOB).until(() -> intake.closedBy().contains("database"));
            assertThat(ffmpeg.isAlive()).isTrue();
            thaw(ffmpeg);
        } finally {
            WorkerFixture.STACK.restart("postgres");
        }

        await().atMost(JOB)
                .ignoreExceptions()
                .until(() -> row(id), r -> r.get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 1).containsEntry("claims", 1);
        await().atMost(JOB).until(intake::isOpen);
        assertQueueIsQuiet();
    }

    @Test
    void aTransformationIsMadeWithTheParametersOfTheRow() throws Exception {
        String id = upload(video("64x48", 3));
        jdbc.update(
                "UPDATE videos SET transformations = '[\"girar\", \"recortar\"]', transformation_parameters = '{\"version\": 1,"
                        + " \"parameters\": {\"recortar\": {\"inicio\": 1, \"fin\": 2.5}, \"girar\": {\"giro\": \"izquierda\"}}}'"
                        + " WHERE id = CAST(? AS uuid)",
                id);
        send(message(id));

        await().atMost(JOB).until(() -> "processed".equals(row(id).get("status")));

        String made = String.valueOf(row(id).get("media_info"));
        JsonNode result = new ObjectMapper().readTree(made).path("result");
        assertThat(result.path("video").path("width").asInt()).isEqualTo(48);
        assertThat(result.path("duration_seconds").asDouble()).isCloseTo(1.5, within(0.1));
    }

    @Test
    void theRowHasAllThatSourceAndResultAre() throws Exception {
        byte[] original = made("-f lavfi -i testsrc2=size=160x120:rate=25:duration=2 -f lavfi -i sine=duration=2"
                + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -colorspace smpte170m -color_primaries smpte170m"
                + " -color_trc smpte170m -color_range tv -c:a aac -ac 1 -ar 44100");
        String id = upload(original, List.of("transcodificacion"));
        send(message(id));
        await().atMost(JOB).until(() -> "processed".equals(row(id).get("status")));

        String media = """
                {"container": "mov,mp4,m4a,3gp,3g2,mj2", "bytes": %d, "duration_seconds": 2.0,
                 "video": {"codec": "h264", "width": 160, "height": 120, "frame_rate": 25.0, "pixel_format": "yuv420p",
                           "color": {"range": "tv", "matrix": "%2$s", "transfer": "%2$s", "primaries": "%2$s"},
                           "hdr": null, "interlaced": false, "rotation": 0},
                 "audio": {"codec": "aac", "channels": 1, "sample_rate": 44100}}""";
        String key = (String) row(id).get("processed_key");
        long made = s3.headObject(h -> h.bucket(bucket()).key(key)).contentLength();
        ObjectMapper json = new ObjectMapper();
        JsonNode info = json.readTree(String.valueOf(row(id).get("media_info")));
        assertThat(info.path("source")).isEqualTo(json.readTree(media.formatted(original.length, "smpte170m")));
        assertThat(info.path("result")).isEqualTo(json.readTree(media.formatted((int) made, "bt709")));
    }

    /** Where no second is bright, the poster is of one that is less dark; black footage has none. */
    @Test
    void darkFootageHasAPosterAndBlackFootageHasNone() throws Exception {
        String black = "-f lavfi -i color=black:size=160x120:rate=10:duration=5";
        String terminal = upload(made(black + ",drawbox=8:8:12:104:white:fill:enable=gte(t\\,3) -c:v libx264"));
        String empty = upload(made(black + " -c:v libx264"));
        send(message(terminal));
        send(message(empty));
        await().atMost(JOB).until(() -> "processed".equals(row(terminal).get("status")));
        await().atMost(JOB).until(() -> "processed".equals(row(empty).get("status")));

        assertThat(row(empty).get("poster_key")).isNull();
        byte[] poster = s3.getObjectAsBytes(
                        g -> g.bucket(bucket()).key((String) row(terminal).get("poster_key")))
                .asByteArray();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(poster));
        int text = picture.getRGB(picture.getWidth() * 14 / 160, picture.getHeight() / 2) & 0xff;
        assertThat(text).as("a place of the terminal's text").isGreaterThan(200);
    }

    private static byte[] made(String arguments) throws Exception {
        Path file = Files.createTempFile(WorkerFixture.FOLDER, "sample", ".mp4");
        byte[] bytes = Files.readAllBytes(Samples.make(file, arguments));
        Files.delete(file);
        return bytes;
    }

    @Test
    void aPartThatBeginsBehindTheEndIsRejected() throws Exception {
        String id = upload(video("64x48", 1));
        jdbc.update(
                "UPDATE videos SET transformations = '[\"recortar\"]', transformation_parameters = '{\"version\": 1,"
                        + " \"parameters\": {\"recortar\": {\"inicio\": 20, \"fin\": 30}}}' WHERE id = CAST(? AS uuid)",
                id);
        send(message(id));

        await().atMost(JOB).until(() -> "failed".equals(row(id).get("status")));

        assertThat(row(id)).containsEntry("error_code", "nothing_kept").containsEntry("retryable", false);
    }

    private static final String DRAWING =
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1' fill='red'/></svg>";

    /** @param owner an expression of the video's row */
    private String uploadWithPicture(String owner, String type, String content) throws Exception {
        String id = upload(video("64x48", 1));
        String asset = UUID.randomUUID().toString();
        s3.putObject(p -> p.bucket(bucket()).key("assets/" + asset), RequestBody.fromString(content));
        jdbc.update(
                "INSERT INTO assets (id, owner_id, name, media_type, object_key, bytes, sha256, stored_at) SELECT CAST(? AS uuid), "
                        + owner + ", 'mi logo.svg', ?, ?, 1, '', now() FROM videos WHERE id = CAST(? AS uuid)",
                asset,
                type,
                "assets/" + asset,
                id);
        jdbc.update(
                "UPDATE videos SET transformations = '[\"marca_propia\", \"transcodificacion\"]', transformation_parameters ="
                        + " CAST(? AS jsonb) WHERE id = CAST(? AS uuid)",
                "{\"version\": 1, \"parameters\": {\"marca_propia\": {\"imagen\": \"" + asset + "\"}}, \"assets\": [\""
                        + asset + "\"]}",
                id);
        send(message(id));
        return id;
    }

    @Test
    void aPictureOfTheOwnersIsDecodedAndPutOnTheVideo() throws Exception {
        String id = uploadWithPicture("owner_id", "image/svg+xml", DRAWING);

        await().atMost(JOB).until(() -> Set.of("processed", "failed").contains(row(id).get("status")));

        assertThat(row(id)).containsEntry("status", "processed").containsEntry("attempts", 1);
        assertNothingLeftOnDisk();
    }

    @Test
    void anAssetOfAnotherOwnerIsNone() throws Exception {
        String id = uploadWithPicture("gen_random_uuid()", "image/svg+xml", DRAWING);

        await().atMost(JOB).until(() -> "failed".equals(row(id).get("status")));

        assertThat(row(id)).containsEntry("error_code", "asset_missing").containsEntry("retryable", false);
        assertThat((String) row(id).get("error_detail")).contains("which marca_propia needs, was deleted");
        assertThat(row(id).get("error_values").toString())
                .contains("\"asset_id\"", "\"transformation\": \"marca_propia\"");
    }

    @Test
    void aPictureThatCannotBeDecodedIsRejectedByName() throws Exception {
        String id = uploadWithPicture("owner_id", "image/png", "no picture");

        await().atMost(JOB).until(() -> "failed".equals(row(id).get("status")));

        assertThat(row(id)).containsEntry("error_code", "asset_unreadable").containsEntry("retryable", false);
        assertThat((String) row(id).get("error_detail"))
                .contains("mi logo.svg", "which marca_propia needs, cannot be read");
        assertThat(row(id).get("error_values").toString())
                .contains("\"asset_id\"", "\"asset_name\": \"mi logo.svg\"", "\"transformation\": \"marca_propia\"");
    }

    /** Noise of sixty octaves in a million pixels, twenty times: about a minute. */
    @Test
    void aPictureThatTakesTooLongToDrawIsRejectedByItsName() throws Exception {
        String drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='1000' height='1000'>"
                + "<filter id='f'><feTurbulence baseFrequency='0.5' numOctaves='60'/></filter>"
                + "<rect width='1000' height='1000' filter='url(#f)'/>".repeat(20) + "</svg>";
        String id = uploadWithPicture("owner_id", "image/svg+xml", drawing);

        await().atMost(JOB).until(() -> List.of("failed", "processed").contains(row(id).get("status")));

        assertThat(row(id)).containsEntry("error_code", "asset_too_complex").containsEntry("retryable", false);
        assertThat((String) row(id).get("error_detail")).contains("mi logo.svg", "marca_propia", "10 s");
        // One is enough, unless the machine gives a tool less than a tenth of a CPU.
        assertThat((Integer) row(id).get("attempts")).isLessThan(5);
    }

    @Test
    void whatThisWorkerDoesNotKnowIsLeftToAnotherForFiveMinutes() throws Exception {
        String id = upload(video("64x48", 1));
        jdbc.update("UPDATE videos SET transformations = '[\"of_next_year\"]' WHERE id = CAST(? AS uuid)", id);
        send(message(id));

        await().atMost(JOB)
                .until(() ->
                        ((Number) row(id).get("claims")).intValue() == 1 && "uploaded".equals(row(id).get("status")));

        // That was no attempt.
        assertThat(row(id)).containsEntry("attempts", 0);
        assertThat(jdbc.queryForObject(
                        "SELECT not_before - now() BETWEEN interval '290 s' AND interval '300 s' FROM videos"
                                + " WHERE id = CAST(? AS uuid)",
                        Boolean.class,
                        id))
                .isTrue();
        assertNothingLeftOnDisk();
        jdbc.update("UPDATE videos SET status = 'processed', processed_key = 'x' WHERE id = CAST(? AS uuid)", id);
        sqs.purgeQueue(p -> p.queueUrl(queue()));
    }
}
