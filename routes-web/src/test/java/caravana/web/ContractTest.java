package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Thousands of calls that are made from the contract alone, right and wrong ones: whatever the request, the answer is one
 * that the contract promises, and none is a failure of ours.
 *
 * <p>The seed of {@link Sample} repeats the calls of an earlier run.
 */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "caravana.identity.failures.per-account=1000000",
            "caravana.identity.failures.per-address=1000000",
            "caravana.identity.failures.unknown-sources=1000000",
            "caravana.identity.sign-ups.per-address=1000000",
            "caravana.identity.sign-ups.in-total=1000000",
            "caravana.mail.limits.per-recipient=1000000",
            "caravana.mail.limits.per-address=1000000",
            "caravana.mail.limits.in-total=1000000",
            "CARAVANA_UPLOAD_MAX_SIZE=100KB"
        })
class ContractTest extends WebTest {

    /** Of each kind: as the contract has them, and odd ones. */
    private static final int CALLS_PER_OPERATION = 110;

    private static final int CALLS_OF_SAMPLE = 8;
    private static final int MOST_CALLS = 400;
    private static final int MIN_CALLS = 5000;

    /** The states in which a call may find a video; the last ones are those of nobody's or somebody else's. */
    private static final List<String> STATES = List.of(
            "uploaded",
            "processing",
            "processed",
            "failed, retryable",
            "failed for good",
            "cancelled",
            "receiving",
            "deleting",
            "restorable",
            "another owner's",
            "unknown",
            "no id");

    private static final String MEDIA =
            "{\"container\": \"avi\", \"bytes\": 7, \"duration_seconds\": 1.5, \"audio\": null,"
                    + " \"video\": {\"codec\": \"h264\", \"width\": 2, \"height\": 2, \"frame_rate\": 29.97,"
                    + " \"pixel_format\": \"yuv420p\", \"color\": {\"range\": \"tv\", \"matrix\": \"bt709\","
                    + " \"transfer\": \"bt709\", \"primaries\": \"bt709\"}, \"hdr\": null, \"interlaced\": true,"
                    + " \"rotation\": 90}}";

    private static final String MEDIA_INFO = "{\"source\": " + MEDIA + ", \"result\": " + MEDIA + "}";

    private final long seed = Sample.SEED;
    private final Random random = new Random(seed);
    private final JsonNode contract = contract();
    private final GeneratedInputs inputs = new GeneratedInputs(contract, random);
    private final OddRequests odds = new OddRequests(random);

    private Api user;
    private Api other;
    private Api operator;
    /** The account that operators act on. */
    private Api managed;
    /** One that another account has, whose sealed secret others get. */
    private String anyWebhook;

    /** Of the last upload to S3; null for none. */
    private JsonNode parts;

    private final String email = "contract-" + UUID.randomUUID() + "@example.org";

    private static JsonNode contract() {
        try {
            return new YAMLMapper().readTree(Api.CONTRACT);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whateverIsAskedTheAnswerIsOneThatTheContractPromises() throws Exception {
        user = api().signedUp(email);
        other = user();
        managed = user();
        api().signedUp("leaver-" + email);
        operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        List<String> violations = new ArrayList<>();
        List<String> without = new ArrayList<>();
        int calls = 0;
        int each = Sample.WHOLE ? CALLS_PER_OPERATION : CALLS_OF_SAMPLE;
        if (!Sample.WHOLE) {
            Sample.leave("calls of each operation: " + (CALLS_PER_OPERATION - each) + " of " + CALLS_PER_OPERATION
                    + ", and as many odd ones");
        }
        System.out.printf("%-22s%7s%11s  %s%n", "operation", "calls", "successes", "by status");
        for (Map.Entry<String, JsonNode> path : contract.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (!operation.getValue().has("operationId")) {
                    continue;
                }
                String name = operation.getValue().path("operationId").asText();
                Map<Integer, Integer> statuses = new TreeMap<>();
                int successes = 0;
                // Some succeed for few states of a video only: they are called until one has.
                for (int i = 0; i < each || successes == 0 && i < MOST_CALLS; i++) {
                    HttpRequest request = request(call(path, operation));
                    Answer answer = Answer.to(request);
                    statuses.merge(answer.status(), 1, Integer::sum);
                    successes += isSuccess(answer.status()) ? 1 : 0;
                    Api.violations(answer.head(), answer.body())
                            .or(() -> answer.status() >= 500
                                    ? Optional.of("a failure of ours: " + answer.body())
                                    : Optional.empty())
                            .ifPresent(violation -> violations.add(request + " " + answer.status() + ": " + violation));
                }
                for (int i = 0; i < each; i++) {
                    OddRequests.Odd odd = odds.of(call(path, operation));
                    Wire.Answer reply = odd.request().send(port);
                    statuses.merge(reply.status(), 1, Integer::sum);
                    violation(odd, reply)
                            .ifPresent(violation -> violations.add(
                                    odd.request() + "\n" + reply.status() + " " + reply.text() + ": " + violation));
                }
                int made =
                        statuses.values().stream().mapToInt(Integer::intValue).sum();
                System.out.printf("%-22s%7d%11d  %s%n", name, made, successes, statuses);
                calls += made;
                if (successes == 0) {
                    without.add(name);
                }
            }
        }
        boolean enough = !Sample.WHOLE || calls >= MIN_CALLS;
        boolean pass = enough && violations.isEmpty() && without.isEmpty();
        System.out.printf(
                Locale.ROOT,
                "RESULT name=contract value=%d unit=violations calls=%d seed=%d target=0 verdict=%s%n",
                violations.size(),
                calls,
                seed,
                pass ? "pass" : "fail");
        assertThat(violations).isEmpty();
        assertThat(without).as("operations without a success").isEmpty();
        assertThat(enough).as(calls + " calls").isTrue();
    }

    private static boolean isSuccess(int status) {
        return status / 100 == 2 || status == 302;
    }

    /** What is wrong with the answer to an odd call: it is one of the contract's, no failure of ours, and every error a problem. */
    private static Optional<String> violation(OddRequests.Odd odd, Wire.Answer reply) throws IOException {
        if (reply.status() == 0 || reply.status() >= 500) {
            return Optional.of("a failure of ours");
        }
        if (odd.method().equals("HEAD")) {
            return violationOfHead(reply);
        }
        if (reply.status() >= 400 && !reply.isProblem()) {
            return Optional.of("no problem document");
        }
        if (odd.method().equals("OPTIONS")) {
            boolean named = reply.headers().getOrDefault("allow", "").contains("OPTIONS");
            return reply.status() >= 400 || reply.status() == 204 && named
                    ? Optional.empty()
                    : Optional.of("no methods: " + reply.headers());
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        reply.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        String body = reply.headers().getOrDefault("content-type", "").startsWith("text/event-stream")
                ? "event: video"
                : reply.text();
        return Api.violations(odd.method(), odd.path(), reply.status(), headers, body);
    }

    private static Optional<String> violationOfHead(Wire.Answer reply) {
        if (reply.body().length > 0) {
            return Optional.of("a body");
        }
        boolean problem = "application/problem+json".equals(reply.headers().get("content-type"));
        return reply.status() < 400 || problem ? Optional.empty() : Optional.of("no type of a problem");
    }

    private static HttpRequest request(OddRequests.Call call) {
        HttpRequest.Builder request = call.caller()
                .request(call.address() + (call.query().isEmpty() ? "" : "?" + String.join("&", call.query())));
        call.headers().forEach(request::header);
        if (call.type() != null) {
            request.header("Content-Type", call.type());
        }
        return request.method(
                        call.method(),
                        call.body() == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(call.body()))
                .build();
    }

    private OddRequests.Call call(Map.Entry<String, JsonNode> path, Map.Entry<String, JsonNode> operation)
            throws Exception {
        boolean right = random.nextInt(3) > 0;
        List<JsonNode> parameters = new ArrayList<>();
        path.getValue().path("parameters").forEach(p -> parameters.add(inputs.resolved(p)));
        operation.getValue().path("parameters").forEach(p -> parameters.add(inputs.resolved(p)));
        JsonNode spoilt = right || parameters.isEmpty() ? null : parameters.get(random.nextInt(parameters.size()));

        String address = path.getKey();
        List<String> query = new ArrayList<>();
        Map<String, String> headers = new LinkedHashMap<>();
        String id = "";
        String webhook = "";
        boolean played = right && path.getKey().contains("/playback/");
        if (played) {
            id = video("uploaded");
            address = address.replace("{video_id}", id)
                    .replace("{stream_id}", processInRenditions(id, ""))
                    .replace("{rendition}", "240p")
                    .replace("{number}", "1");
            JsonNode detail = Api.json(user.get("/api/videos/" + id));
            query.add(detail.path("playback_url").asText().replaceFirst(".*\\?", ""));
        }
        for (JsonNode parameter : parameters) {
            String name = parameter.path("name").asText();
            boolean wanted = parameter.path("required").asBoolean() || random.nextBoolean();
            if (played) {
                continue;
            } else if (name.equals("video_id")) {
                id = path.getKey().startsWith("/uploads/s3/")
                        ? directUpload()
                        : path.getKey().startsWith("/uploads/") ? upload() : video(state());
                address = address.replace("{video_id}", encoded(id));
            } else if (name.equals("asset_id")) {
                address = address.replace(
                        "{asset_id}", encoded(right ? asset() : segment(inputs.invalidText(parameter.path("schema")))));
            } else if (name.equals("key_id")) {
                address = address.replace(
                        "{key_id}", encoded(right ? apiKey() : segment(inputs.invalidText(parameter.path("schema")))));
            } else if (name.equals("import_id")) {
                address = address.replace(
                        "{import_id}",
                        encoded(right ? anImport() : segment(inputs.invalidText(parameter.path("schema")))));
            } else if (name.equals("webhook_id")) {
                webhook = webhook();
                address = address.replace(
                        "{webhook_id}",
                        encoded(right ? webhook : segment(inputs.invalidText(parameter.path("schema")))));
            } else if (name.equals("delivery_id")) {
                address = address.replace(
                        "{delivery_id}",
                        encoded(right ? delivery(webhook) : segment(inputs.invalidText(parameter.path("schema")))));
            } else if (name.equals("account_id")) {
                String account = right ? managed.subject() : segment(inputs.invalidText(parameter.path("schema")));
                address = address.replace("{account_id}", encoded(account));
            } else if (name.equals("name") && parameter.path("in").asText().equals("path")) {
                // That of the output of a processed video, that of a preset, or another one.
                String value = right
                        ? id.isEmpty() ? preset() : id + ".mp4"
                        : segment(inputs.invalidText(parameter.path("schema")));
                address = address.replace("{" + name + "}", encoded(value));
            } else if (name.equals("part")) {
                address = address.replace(
                        "{part}", right ? "1" : encoded(segment(inputs.invalidText(parameter.path("schema")))));
            } else if (right && name.equals("key") || name.equals("metadata")) {
                // The key of another upload is refused; an object is not written as a text, and a text is JSON.
                boolean object = parameter.path("style").asText().equals("deepObject");
                if (name.equals("metadata") && (object || wanted)) {
                    query.add(
                            object
                                    ? "metadata%5Btitle%5D=Generated"
                                    : "metadata=" + encoded("{\"title\": \"Generated\"}"));
                }
            } else if (wanted) {
                JsonNode schema = parameter.path("schema");
                String value = parameter == spoilt
                        ? inputs.invalidText(schema)
                        : inputs.valid(schema).asText();
                if (parameter.path("in").asText().equals("query")) {
                    query.add(name + "=" + encoded(value));
                } else if (parameter.path("in").asText().equals("path")) {
                    address = address.replace("{" + name + "}", encoded(segment(value)));
                } else if (value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                    headers.put(name, value);
                }
            }
        }
        if (!right && random.nextInt(5) == 0) {
            query.add("no_such_parameter=1");
        }
        Api caller = random.nextInt(20) == 0
                ? api()
                : path.getKey().startsWith("/ops/")
                        ? operator()
                        : path.getKey().equals("/me/erasure")
                                ? user()
                                : path.getKey().startsWith("/me/")
                                        // Their tokens may end.
                                        ? api().loggedIn("leaver-" + email, "a good password")
                                        : user;
        if (path.getKey().equals("/me/email/verification")) {
            jdbc.update("UPDATE users SET verified_at = NULL WHERE email = ?", "leaver-" + email);
        }
        Body body = right && path.getKey().endsWith("/complete") && parts != null
                ? new Body("application/json", ("{\"parts\": " + parts + "}").getBytes(StandardCharsets.UTF_8))
                : body(operation.getValue().path("requestBody"), right);
        if (right && path.getKey().startsWith("/uploads") && !path.getKey().contains("/s3/") && random.nextInt(3) > 0) {
            prepareUpload(operation.getKey(), headers);
        }
        if (right && path.getKey().equals("/auth/refresh")) {
            headers.put("Cookie", SessionTest.cookie(api().logIn(email, "a good password")));
        }
        return new OddRequests.Call(
                operation.getKey().toUpperCase(Locale.ROOT),
                "/api" + address,
                query,
                headers,
                caller,
                body.type(),
                body.bytes());
    }

    /** Mostly an operator; the others get 403. */
    private Api operator() {
        return random.nextInt(10) == 0 ? user : operator;
    }

    /** A body, and how it is sent. */
    private record Body(String type, byte[] bytes) {}

    private Body body(JsonNode reference, boolean right) throws Exception {
        List<Map.Entry<String, JsonNode>> types =
                new ArrayList<>(reference.path("content").properties());
        if (types.isEmpty()) {
            return new Body(null, null);
        }
        Map.Entry<String, JsonNode> type = types.get(random.nextInt(types.size()));
        JsonNode schema = type.getValue().path("schema");
        JsonNode value = inputs.valid(schema);
        if (value instanceof ObjectNode object) {
            prepare(object);
            if (!right) {
                value = inputs.spoilt(object, schema);
            }
        }
        String name = type.getKey().replace("*", "mp4");
        String sent = name.startsWith("multipart/") ? Form.contentType() : name;
        if (!right && random.nextInt(6) == 0) {
            return new Body(sent, "neither { this = nor that".getBytes(StandardCharsets.UTF_8));
        }
        return new Body(
                sent,
                switch (name) {
                    case "image/png" -> AssetsTest.png(3, 2);
                    case "image/svg+xml" ->
                        "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8);
                    case "application/x-subrip" ->
                        "1\n00:00:01,000 --> 00:00:02,000\nHola".getBytes(StandardCharsets.UTF_8);
                    case "text/vtt" -> "WEBVTT\n\n00:01.000 --> 00:02.000\nHola".getBytes(StandardCharsets.UTF_8);
                    case "application/json" -> Api.JSON.writeValueAsBytes(value);
                    case "application/x-www-form-urlencoded" -> urlEncoded(value);
                    case "multipart/form-data" -> form(value);
                    default -> value.asText().getBytes(StandardCharsets.UTF_8);
                });
    }

    /** What no document can say: an account that exists, and transformations that there are. */
    private void prepare(ObjectNode object) {
        if (random.nextBoolean()) {
            for (String name : List.of("email", "username")) {
                if (object.has(name) && object.has("password")) {
                    object.put(name, email);
                    object.put("password", "a good password");
                }
            }
        }
        if (object.has("password") && object.size() == 1) {
            object.put("password", "a good password");
        }
        if (object.has("url") && random.nextInt(4) > 0) {
            object.put("url", "http://127.0.0.1:1/");
        }
        if (object.has("current_password")) {
            object.put("current_password", "a good password");
            object.put("password1", "a good password");
            object.put("password2", "a good password");
        }
        if (object.has("token") && random.nextBoolean()) {
            object.put("token", link(object.has("password1") ? "reset" : "verify"));
            if (object.has("password1")) {
                object.put("email", "leaver-" + email);
                object.put("password1", "a good password");
                object.put("password2", "a good password");
            }
        }
        if (random.nextInt(4) > 0) {
            // It is hardly ever that of the file.
            object.remove("original_sha256");
        }
        if (object.has("preset") && random.nextInt(3) > 0) {
            if (random.nextBoolean()) {
                object.put("preset", "predeterminado");
                object.remove("transformaciones");
            } else {
                object.remove("preset");
            }
        }
        if (object.has("transformaciones") && random.nextBoolean()) {
            if (object.path("transformaciones").isArray()) {
                object.putArray("transformaciones").add("hd_720p");
            } else {
                object.put("transformaciones", "hd_720p");
            }
        }
    }

    /** The token of a link, as a mail would have it. */
    private String link(String kind) {
        String token = UUID.randomUUID().toString();
        jdbc.update(
                "INSERT INTO mail_links (hash, user_id, link_kind, address, expires_at)"
                        + " SELECT encode(sha256(CAST(? AS bytea)), 'hex'), id, ?, email, now() + interval '1 hour'"
                        + " FROM users WHERE email = ?"
                        + " ON CONFLICT (user_id, link_kind) DO UPDATE SET hash = excluded.hash",
                token.getBytes(StandardCharsets.UTF_8),
                kind,
                "leaver-" + email);
        return token;
    }

    /** Nor can it say that headers fit each other, the body and the upload: by tus, or by one of the IETF's drafts. */
    private void prepareUpload(String method, Map<String, String> headers) {
        headers.keySet().removeAll(List.of("Upload-Checksum", "Upload-Defer-Length", "Upload-Length"));
        if (random.nextBoolean()) {
            headers.put("Tus-Resumable", "1.0.0");
        } else {
            headers.remove("Tus-Resumable");
            headers.putIfAbsent("Upload-Draft-Interop-Version", "5");
            headers.putIfAbsent("Upload-Complete", "?0");
        }
        if (method.equals("post")) {
            headers.put("Upload-Length", "10000");
            headers.put("Upload-Metadata", TusClient.metadata("title", "Generated"));
        }
        if (method.equals("patch")) {
            headers.put("Upload-Offset", "0");
        }
    }

    private static byte[] urlEncoded(JsonNode object) {
        List<String> fields = new ArrayList<>();
        object.properties()
                .forEach(f -> fields.add(
                        encoded(f.getKey()) + "=" + encoded(f.getValue().asText())));
        return String.join("&", fields).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] form(JsonNode object) {
        Form form = new Form();
        object.properties().forEach(field -> {
            String value = field.getValue().asText();
            if (field.getKey().equals("video_file")) {
                form.file("video_file", "a.mp4", value.getBytes(StandardCharsets.UTF_8));
            } else {
                form.field(field.getKey(), value);
            }
        });
        return form.bytes();
    }

    private String state() {
        return STATES.get(random.nextInt(STATES.size()));
    }

    /** The id of an API key, mostly one that the caller has. */
    private String apiKey() throws IOException {
        String id = UUID.randomUUID().toString();
        if (random.nextInt(4) > 0) {
            jdbc.update(
                    "INSERT INTO api_keys (id, owner_id, name, prefix, hash, scopes, addresses)"
                            + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 'Generated', 'cvn_', ?, '{}', '{}')",
                    id,
                    (random.nextInt(4) > 0 ? user : other).subject(),
                    id);
        }
        return id;
    }

    /** The id of an asset, mostly one that the caller has. */
    private String asset() throws IOException {
        String id = UUID.randomUUID().toString();
        if (random.nextInt(4) > 0) {
            jdbc.update(
                    "INSERT INTO assets (id, owner_id, name, media_type, object_key, bytes, sha256, cues, stored_at)"
                            + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 'Generated', 'text/vtt', ?, 1, '', 1, now())",
                    id,
                    (random.nextInt(4) > 0 ? user : other).subject(),
                    "assets/" + id);
            s3.putObject(p -> p.bucket(bucket()).key("assets/" + id), RequestBody.fromString("x"));
        }
        return id;
    }

    /** The id of an import, mostly one that the caller has and that waits. */
    private String anImport() throws Exception {
        boolean waits = random.nextInt(3) > 0;
        String id = video(waits ? "receiving" : state());
        jdbc.update(
                "INSERT INTO imports (video_id, owner_id, original_key, url, upload, import_state, due_at, ended_at)"
                        + " SELECT id, owner_id, original_key, 'http://127.0.0.1:1/',"
                        + " '{\"title\": \"Generated\"}', ?, now() + interval '1 hour', ?"
                        + " FROM videos WHERE id::text = ?",
                waits ? "waiting" : "accepted",
                waits ? null : Timestamp.from(Instant.now()),
                id);
        return id;
    }

    /** The id of a webhook, mostly one that the caller has. */
    private String webhook() throws Exception {
        if (anyWebhook == null) {
            anyWebhook = Api.json(other.postJson(
                            "/api/webhooks", "{\"url\": \"http://127.0.0.1:1/\", \"types\": [\"video.deleted\"]}"))
                    .path("id")
                    .asText();
        }
        String id = UUID.randomUUID().toString();
        if (random.nextInt(4) > 0) {
            jdbc.update(
                    "INSERT INTO webhooks (id, owner_id, url, types, secret)"
                            + " SELECT CAST(? AS uuid), CAST(? AS uuid), url, types, secret FROM webhooks"
                            + " WHERE id = CAST(? AS uuid)",
                    id,
                    (random.nextInt(4) > 0 ? user : other).subject(),
                    anyWebhook);
        }
        return id;
    }

    /** The id of a delivery of that webhook, mostly. */
    private String delivery(String webhook) {
        String id = UUID.randomUUID().toString();
        if (random.nextInt(4) > 0) {
            jdbc.update(
                    "INSERT INTO webhook_deliveries (id, webhook_id, owner_id, event, subject, number, delivery_state,"
                            + " ended_at) SELECT CAST(? AS uuid), id, owner_id, 1, id, 1, 'failed', now() FROM webhooks"
                            + " WHERE id = CAST(? AS uuid)",
                    id,
                    webhook);
        }
        return id;
    }

    /** The name of a preset that there is, mostly. */
    private String preset() throws IOException {
        String name = "generated-" + random.nextInt(5);
        if (random.nextInt(3) > 0) {
            jdbc.update(
                    "INSERT INTO presets (owner_id, name, transformations) VALUES (CAST(? AS uuid), ?, '[\"hd_720p\"]')"
                            + " ON CONFLICT DO NOTHING",
                    user.subject(),
                    name);
        }
        return name;
    }

    /** The id of a fresh upload to S3, mostly one of which the only part is there. */
    private String directUpload() throws Exception {
        parts = null;
        if (random.nextInt(4) == 0) {
            return upload();
        }
        DirectClient client = new DirectClient(random.nextInt(10) == 0 ? other : user);
        String id = client.create(10);
        if (random.nextInt(4) > 0) {
            parts = client.putAll(id, bytes(10));
        }
        if (random.nextInt(5) == 0) {
            client.abort(id);
        }
        return id;
    }

    /** The id of a fresh upload in pieces, mostly one that continues. */
    private String upload() throws Exception {
        String state = random.nextBoolean() ? "receiving" : state();
        String id = video(state);
        String ended =
                switch (state) {
                    case "receiving", "another owner's" -> null;
                    case "deleting" -> "expired";
                    default -> "accepted";
                };
        boolean accepted = "accepted".equals(ended);
        if (ended == null) {
            // Its original is made of what will arrive.
            s3.deleteObject(d -> d.bucket(bucket()).key("uploads/" + id + ".mp4"));
        }
        jdbc.update(
                "INSERT INTO uploads (video_id, owner_id, original_key, title, transformations, ended, expires_at, bytes,"
                        + " received_bytes) SELECT id, owner_id, original_key, title, transformations, ?, expires_at, ?, ?"
                        + " FROM videos WHERE id::text = ?",
                ended,
                accepted ? 1 : null,
                accepted ? 1 : 0,
                id);
        return id;
    }

    /** The id of a fresh video in that state. */
    private String video(String state) throws Exception {
        if (state.equals("unknown")) {
            return UUID.randomUUID().toString();
        }
        if (state.equals("no id")) {
            return segment(inputs.invalidText(contract.at("/components/parameters/VideoId/schema")));
        }
        String id = UUID.randomUUID().toString();
        String owner = state.equals("another owner's") ? other.subject() : user.subject();
        jdbc.update(
                "INSERT INTO videos (id, owner_id, status, title, original_key, transformations, expires_at, uploaded_at,"
                        + " claim_token, lease_until) VALUES (CAST(? AS uuid), CAST(? AS uuid), 'uploaded', 'Generated', ?,"
                        + " '[\"hd_720p\"]', now() + interval '1 hour', now(), gen_random_uuid(), now() + interval '1 hour')",
                id,
                owner,
                "uploads/" + id + ".mp4");
        s3.putObject(p -> p.bucket(bucket()).key("uploads/" + id + ".mp4"), RequestBody.fromString("x"));
        switch (state) {
            case "processing" -> set(id, "status = 'processing', attempts = 1");
            case "processed" ->
                set(
                        id,
                        "status = 'processed', processed_at = now(), processed_key = original_key,"
                                + " poster_key = original_key, phase_ms = '{\"transcode\": 7}', media_info = '"
                                + MEDIA_INFO + "', warnings = '[{\"code\": \"deinterlaced\", \"detail\": \"Yes.\","
                                + " \"values\": {}}]'");
            case "failed, retryable" ->
                set(id, "status = 'failed', failed_at = now(), error_code = 'attempts_exhausted', retryable = true");
            case "failed for good" ->
                set(
                        id,
                        "status = 'failed', failed_at = now(), error_code = 'too_long', error_detail = 'Too long.',"
                                + " error_values = '{\"duration_seconds\": 601.5}'");
            case "cancelled" -> set(id, "status = 'cancelled', cancelled_at = now()");
            case "receiving" -> set(id, "status = 'receiving'");
            case "restorable" ->
                set(id, "status = 'deleting', deleted_from = 'uploaded', restorable_until = now() + interval '1 hour'");
            case "deleting" -> set(id, "status = 'deleting'");
            default -> {
                // Waiting, as an upload leaves it.
            }
        }
        return id;
    }

    /** An empty segment, or one with a slash, is another address. */
    private static String segment(String text) {
        return text.isBlank() || text.contains("/") || text.contains("\\") || text.contains("\u0007") ? "7" : text;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
