package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.job.LiveProgress;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.model.Message;

/** What is stored of an account: handed out as a file, and erased, as an inventory of everything shows. */
class AccountErasureTest extends QuickSweepsTest {

    private static final String PASSWORD = "a good password";
    private static final Duration SOON = Waits.LIMIT;

    private final String email = "erased-" + UUID.randomUUID() + "@example.org";
    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = api().signedUp(email);
    }

    private HttpResponse<String> erase(String password) throws Exception {
        return user.postJson(
                "/api/me/erasure",
                Api.JSON.createObjectNode().put("password", password).toString());
    }

    private static String asset(Api account) throws Exception {
        HttpResponse<String> answer = account.send(account.request("/api/assets?name=t")
                .header("Content-Type", "text/vtt")
                .POST(BodyPublishers.ofString("WEBVTT\n\n00:01.000 --> 00:02.000\nHola")));
        return Api.json(answer).path("id").asText();
    }

    private void preset(Api account) throws Exception {
        account.send(account.request("/api/presets/mine")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"transformaciones\": [\"hd_720p\"]}")));
    }

    private void deadLetter(String video) {
        sqs.sendMessage(m -> m.queueUrl(setting("SQS_DLQ_URL"))
                .messageBody("{\"video_id\": \"" + video + "\", \"usuario_id\": \"x\"}"));
    }

    /** Where any of these texts is, and how often: in rows, names of objects, Redis and dead letters. */
    private Map<String, Integer> inventory(List<String> texts) {
        Map<String, Integer> found = new TreeMap<>();
        List<String> tables = jdbc.queryForList(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
                        + " AND table_name <> 'flyway_schema_history'",
                String.class);
        for (String table : tables) {
            for (String row : jdbc.queryForList("SELECT t::text FROM " + table + " t", String.class)) {
                count(found, "table " + table, row, texts);
            }
        }
        for (S3Object object :
                s3.listObjectsV2Paginator(l -> l.bucket(bucket())).contents()) {
            count(found, "bucket", object.key(), texts);
        }
        s3.listMultipartUploads(l -> l.bucket(bucket()))
                .uploads()
                .forEach(open -> count(found, "bucket, unfinished", open.key(), texts));
        redis.keys("*").forEach(key -> count(found, "redis", key, texts));
        List<Message> letters = new ArrayList<>();
        sqs.receiveMessage(r -> r.queueUrl(setting("SQS_DLQ_URL"))
                        .maxNumberOfMessages(10)
                        .visibilityTimeout(0))
                .messages()
                .forEach(letters::add);
        letters.forEach(letter -> count(found, "dead letters", letter.body(), texts));
        return found;
    }

    private static void count(Map<String, Integer> found, String place, String text, List<String> texts) {
        if (texts.stream().anyMatch(text::contains)) {
            found.merge(place, 1, Integer::sum);
        }
    }

    @Test
    void nothingIsLeftOfAnErasedAccount() throws Exception {
        Api bystander = user();
        String kept = uploaded(bystander);
        String finished = uploaded(user);
        set(
                finished,
                "status = 'processed', processed_at = now(), processed_key = 'processed/" + finished
                        + "/x/clip.mp4', poster_key = original_key");
        s3.putObject(p -> p.bucket(bucket()).key("processed/" + finished + "/x/clip.mp4"), RequestBody.fromString("x"));
        String running = uploaded(user);
        set(
                running,
                "status = 'processing', claim_token = gen_random_uuid(), attempts = 1,"
                        + " lease_until = now() + interval '2 seconds'");
        redis.opsForHash().put(LiveProgress.keyOf(running), LiveProgress.PERCENT, "7");
        String open = new TusClient(user).create(10_000_000);
        user.send(new TusClient(user).piece(open, 0, bytes(6_000_000)));
        String direct = new DirectClient(user).create(10);
        asset(user);
        jdbc.update(
                "INSERT INTO imports (video_id, owner_id, original_key, url, upload, import_state, ended_at)"
                        + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 'x', 'http://127.0.0.1/', '{}', 'accepted', now())",
                finished,
                user.subject());
        preset(user);
        mails();
        ApiKeysTest.key(user, "videos:read");
        api().logIn(email, PASSWORD);
        jdbc.update("INSERT INTO account_months VALUES (CAST(? AS uuid), month_of(now()), 7)", user.subject());
        jdbc.update(
                "INSERT INTO usage_records (owner_id, transformations, role, media_type, bytes)"
                        + " VALUES (CAST(? AS uuid), '[]', 'video', 'video/mp4', 1)",
                user.subject());
        jdbc.update("INSERT INTO account_quotas (owner_id, videos) VALUES (CAST(? AS uuid), 100)", user.subject());
        jdbc.update("INSERT INTO audit (actor, act, detail) VALUES (?, 'pause', 'a trial')", user.subject());
        user.post("/api/me/export");
        deadLetter(finished);
        deadLetter(kept);
        List<String> texts = List.of(user.subject(), email, finished, running, open, direct);
        Map<String, Integer> before = inventory(texts);
        System.out.println("before the erasure: " + before);
        assertThat(before)
                .containsKeys(
                        "bucket",
                        "dead letters",
                        "redis",
                        "table account_quotas",
                        "table accounts",
                        "table api_keys",
                        "table assets",
                        "table audit",
                        "table exports",
                        "table imports",
                        "table mail_links",
                        "table mails",
                        "table presets",
                        "table sessions",
                        "table uploads",
                        "table users",
                        "table videos");

        HttpResponse<String> erased = erase(PASSWORD);

        assertThat(erased.statusCode()).as(erased.body()).isEqualTo(202);
        JsonNode receipt = Api.json(erased);
        System.out.println("receipt: " + receipt);
        assertThat(receipt.path("account_id").asText()).isEqualTo(user.subject());
        assertThat(receipt.at("/counts/videos").asInt()).isEqualTo(4);
        assertThat(receipt.at("/counts/api_keys").asInt()).isEqualTo(1);
        // 403 account_erasing, and 401 when it is gone.
        await().atMost(SOON)
                .until(() -> List.of(401, 403).contains(user.get("/api/videos").statusCode()));
        assertProblem(api().logIn(email, PASSWORD), 401, "bad_credentials");
        await().atMost(SOON.multipliedBy(2))
                .pollInterval(500, TimeUnit.MILLISECONDS)
                .untilAsserted(() -> assertThat(inventory(texts))
                        .isEqualTo(Map.of("table account_months", 1, "table audit", 1, "table usage_records", 1)));
        System.out.println("after the erasure: " + inventory(texts));
        assertThat(jdbc.queryForObject("SELECT count(*) FROM audit WHERE actor_email = ?", Integer.class, email))
                .isZero();
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM erasures WHERE finished_at IS NOT NULL AND account_id IS NULL",
                        Integer.class))
                .isPositive();
        // Nobody else's.
        assertThat(bystander.get("/api/videos/" + kept).statusCode()).isEqualTo(200);
        assertThat(inventory(List.of(kept))).containsKeys("bucket", "dead letters", "table videos");
        // The address is free.
        assertThat(api().signUp(email, PASSWORD).statusCode()).isEqualTo(201);
    }

    /** One mail of each kind that nobody sends yet, and a link. */
    private void mails() throws Exception {
        jdbc.update("DELETE FROM mails");
        jdbc.update(
                "INSERT INTO mails (mail_kind, address, mail_language, due_at) VALUES ('reset', ?, 'en', now() + interval '1 hour')",
                email);
        for (String kind : List.of("verify", "change", "notice")) {
            jdbc.update(
                    "INSERT INTO mails (owner_id, mail_kind, address, mail_language, due_at)"
                            + " VALUES (CAST(? AS uuid), ?, ?, 'en', now() + interval '1 hour')",
                    user.subject(),
                    kind,
                    "new-" + email);
        }
        jdbc.update("DELETE FROM mail_links WHERE user_id = CAST(? AS uuid)", user.subject());
        jdbc.update(
                "INSERT INTO mail_links (hash, user_id, link_kind, address, expires_at)"
                        + " VALUES (gen_random_uuid()::text, CAST(? AS uuid), 'reset', ?, now() + interval '1 hour')",
                user.subject(),
                email);
    }

    /** Its request was let in before: what it stores goes all the same. */
    @Test
    void anUploadThatRunsMeanwhileLeavesNothing() throws Exception {
        PipedOutputStream sender = new PipedOutputStream();
        PipedInputStream body = new PipedInputStream(sender, 1 << 16);
        CompletableFuture<HttpResponse<String>> upload = Api.HTTP.sendAsync(
                user.request("/api/videos?title=late")
                        .header("Content-Type", "video/mp4")
                        .POST(BodyPublishers.ofInputStream(() -> body))
                        .build(),
                BodyHandlers.ofString());
        sender.write(bytes(20_000));
        sender.flush();
        await().atMost(SOON)
                .until(() -> jdbc.queryForObject(
                                "SELECT count(*) FROM videos WHERE owner_id = CAST(? AS uuid)",
                                Integer.class,
                                user.subject())
                        == 1);

        assertThat(erase(PASSWORD).statusCode()).isEqualTo(202);
        sender.write(bytes(20_000));
        sender.close();

        assertThat(upload.get(SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isGreaterThanOrEqualTo(400);
        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void thePasswordIsAskedFor() throws Exception {
        assertProblem(erase("a wrong guess"), 403, "wrong_password");
        assertProblem(user.postJson("/api/me/erasure", "{}"), 400, "invalid_request");
        assertProblem(
                api().with(ApiKeysTest.key(user, "videos:read", "videos:write"))
                        .postJson("/api/me/erasure", "{\"password\": \"" + PASSWORD + "\"}"),
                403,
                "not_for_api_keys");
        assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
    }

    /** A migration that adds a table with data of accounts adds it to the view, and so to the erasure. */
    @Test
    void everyTableThatNamesAnAccountIsListed() {
        List<String> listed =
                jdbc.queryForList("SELECT name || '.' || owner_column FROM account_data ORDER BY 1", String.class);
        List<String> named = jdbc.queryForList(
                "SELECT columns.table_name || '.' || column_name FROM information_schema.columns"
                        + " JOIN information_schema.tables USING (table_schema, table_name)"
                        + " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
                        + " AND (column_name IN ('owner_id', 'user_id', 'account_id', 'actor', 'usuario_id')"
                        + "      OR table_name IN ('users', 'accounts') AND column_name = 'id') ORDER BY 1",
                String.class);

        assertThat(named).isEqualTo(listed);
    }

    @Test
    void anExportHasWhatTheApiShows() throws Exception {
        assertProblem(user.get("/api/me/export"), 404, "not_found");
        List<String> videos = List.of(uploaded(user), uploaded(user));
        String asset = asset(user);
        preset(user);
        String key = ApiKeysTest.key(user, "videos:read");
        uploaded(user());

        HttpResponse<String> requested = user.post("/api/me/export");

        assertThat(requested.statusCode()).as(requested.body()).isEqualTo(202);
        assertThat(Api.json(user.post("/api/me/export")).path("requested_at"))
                .as("asked for twice")
                .isEqualTo(Api.json(requested).path("requested_at"));
        await().atMost(SOON)
                .until(() -> Api.json(user.get("/api/me/export"))
                        .path("status")
                        .asText()
                        .equals("made"));
        JsonNode made = Api.json(user.get("/api/me/export"));
        byte[] file = Api.HTTP
                .send(
                        HttpRequest.newBuilder(URI.create(made.path("url").asText()))
                                .build(),
                        BodyHandlers.ofByteArray())
                .body();
        assertThat(file).hasSize(made.path("bytes").asInt());
        Map<String, JsonNode> documents = unpacked(file);
        assertThat(documents)
                .containsOnlyKeys(
                        "account.json",
                        "videos.json",
                        "uploads.json",
                        "imports.json",
                        "assets.json",
                        "presets.json",
                        "api_keys.json",
                        "sessions.json",
                        "events.json",
                        "months.json",
                        "audit.json");
        assertThat(documents.get("account.json").path("email").asText()).isEqualTo(email);
        assertThat(documents.get("account.json").path("last_name").asText()).isEqualTo("Núñez");
        assertThat(documents.get("videos.json").findValuesAsText("video_id")).isEqualTo(videos);
        for (JsonNode video : documents.get("videos.json")) {
            JsonNode shown =
                    Api.json(user.get("/api/videos/" + video.path("video_id").asText()));
            for (String field : List.of("title", "file_name", "status", "uploaded_at")) {
                assertThat(video.path(field)).as(field).isEqualTo(shown.path(field));
            }
            assertThat(user.get(video.path("original").asText()).statusCode()).isEqualTo(302);
        }
        assertThat(documents.get("assets.json").findValuesAsText("id")).containsExactly(asset);
        assertThat(documents.get("presets.json").findValuesAsText("name")).containsExactly("mine");
        assertThat(documents.get("api_keys.json").at("/0/prefix").asText()).isEqualTo(key.substring(0, 10));
        assertThat(documents.toString()).doesNotContain(key, "argon2", "hash");

        jdbc.update("UPDATE exports SET expires_at = now() - interval '1 second'");

        assertProblem(user.get("/api/me/export"), 404, "not_found");
        await().atMost(SOON)
                .until(() -> s3.listObjectsV2(l -> l.bucket(bucket()).prefix("exports/"))
                        .contents()
                        .isEmpty());
    }

    private static Map<String, JsonNode> unpacked(byte[] file) throws Exception {
        Map<String, JsonNode> documents = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                documents.put(entry.getName(), Api.JSON.readTree(zip.readAllBytes()));
            }
        }
        return documents;
    }
}
