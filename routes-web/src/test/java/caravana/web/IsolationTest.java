package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every call of the contract, made by everybody: who gets what. Printed as a table. */
class IsolationTest extends WebTest {

    /** The columns of the table. */
    private static final List<String> CALLERS = List.of(
            "owner",
            "other user",
            "operator",
            "no token",
            "expired token",
            "other key",
            "refresh token",
            "owner's API key",
            "other's API key");

    /** Nobody listens there. */
    private static final String ONE_ADDRESS = "{\"url\": \"http://127.0.0.1:1/\"}";

    private static final String PRESET_CONTENT = "{\"transformaciones\": [\"hd_720p\"]}";

    private static final String NEW_KEY = "{\"name\": \"a program\", \"scopes\": [\"videos:read\"]}";

    @Test
    void everyCallByEverybody() throws Exception {
        Api owner = user();
        Map<String, Api> callers = new LinkedHashMap<>();
        callers.put("owner", owner);
        callers.put("other user", user());
        callers.put(
                "operator", api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD")));
        callers.put("no token", api());
        String session = "session-" + UUID.randomUUID() + "@example.org";
        api().signUp(session, "a good password");
        callers.put(
                "refresh token",
                api().with(SessionTest.cookie(api().logIn(session, "a good password"))
                        .replaceFirst(".*=", "")));
        callers.put("owner's API key", api().with(ApiKeysTest.key(owner, "videos:read", "videos:write", "webhooks")));
        callers.put(
                "other's API key",
                api().with(ApiKeysTest.key(callers.get("other user"), "videos:read", "videos:write", "webhooks")));
        callers.put("expired token", api().with(token(owner.subject(), signingKey(), -3600)));
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        callers.put(
                "other key",
                api().with(token(owner.subject(), keys.generateKeyPair().getPrivate(), 3600)));
        // A token that we would have made is let in: the others fail for what is wrong with them, and nothing else.
        assertThat(api().with(token(owner.subject(), signingKey(), 3600))
                        .get("/api/videos")
                        .statusCode())
                .isEqualTo(200);

        List<String> table = new ArrayList<>();
        table.add(String.format("%-50s%s", "call", String.join(" | ", CALLERS)));
        JsonNode paths = new YAMLMapper().readTree(Api.CONTRACT).path("paths");
        List<String> violations = new ArrayList<>();
        int calls = 0;
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (!operation.getValue().has("operationId")) {
                    continue;
                }
                String method = operation.getKey().toUpperCase();
                List<String> row = new ArrayList<>();
                for (String who : CALLERS) {
                    Answer answer = call(callers.get(who), owner, method, path.getKey());
                    row.add(shown(answer));
                    if (!shown(answer).matches(expected(operation.getValue(), path.getKey(), who))) {
                        violations.add(method + " " + path.getKey() + " by " + who + ": " + shown(answer));
                    }
                    Api.violations(answer.head(), answer.body())
                            .ifPresent(broken -> violations.add(method + " " + path.getKey() + ": " + broken));
                    calls++;
                }
                table.add(String.format("%-50s%s", method + " " + path.getKey(), String.join(" | ", row)));
            }
        }
        table.forEach(System.out::println);
        System.out.printf(
                "RESULT name=isolation value=%d unit=violations calls=%d target=0 verdict=%s%n",
                violations.size(), calls, violations.isEmpty() ? "pass" : "fail");
        assertThat(violations).isEmpty();
    }

    private static String expected(JsonNode operation, String path, String who) {
        boolean open = operation.path("security").isArray()
                && operation.path("security").isEmpty();
        boolean badToken =
                List.of("expired token", "other key", "refresh token").contains(who);
        if (path.equals("/health")) {
            return "200";
        }
        if (path.equals("/auth/refresh")) {
            return "401 session_over";
        }
        if (isPlayback(path)) {
            return "403 ticket_invalid";
        }
        if (!open && (badToken || who.equals("no token"))) {
            return "401 unauthenticated";
        }
        boolean byKey = who.endsWith("API key");
        if (byKey && !open && !operation.has("x-scope")) {
            return "403 not_for_api_keys";
        }
        boolean forOperators = path.startsWith("/ops/");
        if (forOperators && !who.equals("operator")) {
            return byKey ? "403 insufficient_scope" : "403 forbidden";
        }
        if (who.equals("owner's API key")) {
            return expected(operation, path, "owner");
        }
        if (!open && !forOperators && path.contains("{video_id}") && !who.equals("owner")) {
            return "403 not_owner";
        }
        boolean unseen = path.contains("{asset_id}")
                || path.contains("{key_id}")
                || path.contains("{webhook_id}")
                || path.contains("{import_id}")
                || List.of("show-preset", "delete-preset")
                        .contains(operation.path("operationId").asText());
        if (unseen && !who.equals("owner")) {
            return "404 not_found";
        }
        return "(200|201|202|204|302|400 \\w+)";
    }

    /** Whether a ticket admits a caller, and neither token nor key. */
    private static boolean isPlayback(String path) {
        return path.contains("/playback/");
    }

    /** One call, about a video that is fresh each time: some of them delete or change it. */
    private Answer call(Api caller, Api owner, String method, String path) throws Exception {
        boolean direct = path.startsWith("/uploads/s3/");
        boolean inPieces = path.startsWith("/uploads/");
        DirectClient sender = new DirectClient(owner);
        String id = !path.contains("{video_id}")
                ? ""
                : direct ? sender.create(10) : inPieces ? new TusClient(owner).create(10) : uploaded(owner);
        if (!inPieces && !id.isEmpty()) {
            set(id, state(path));
        }
        // Each caller may have one that it puts, and the owner alone has the other.
        String preset = method.equals("PUT") ? "of-each" : "of-owner";
        if (path.startsWith("/presets/")) {
            owner.send(owner.request("/api/presets/" + preset)
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString(PRESET_CONTENT)));
        }
        String name = !path.contains("{name}")
                ? ""
                : id.isEmpty() ? preset : row(id).get("original_key").toString();
        String asset = path.contains("{asset_id}") ? asset(owner) : "";
        // An account may have ten.
        jdbc.update("DELETE FROM webhooks");
        String webhook = path.contains("{webhook_id}") ? webhook(owner) : "";
        String address = "/api"
                + path.replace("{asset_id}", asset)
                        .replace("{key_id}", path.contains("{key_id}") ? apiKey(owner) : "")
                        .replace("{account_id}", owner.subject())
                        .replace("{webhook_id}", webhook)
                        .replace("{import_id}", path.contains("{import_id}") ? imported(owner) : "")
                        .replace("{delivery_id}", path.contains("{delivery_id}") ? delivery(webhook, owner) : "")
                        .replace("{video_id}", id)
                        .replace("{part}", "1")
                        .replace("{stream_id}", id)
                        .replace("{rendition}", "360p")
                        .replace("{number}", "1")
                        .replace("{name}", name.replaceFirst(".*/", ""))
                + (isPlayback(path) ? "?ticket=forged" : "");
        HttpRequest.Builder request =
                switch (method + " " + path) {
                    case "POST /videos" -> caller.raw("?title=t", bytes(10));
                    case "POST /assets" -> assetOf(caller);
                    case "POST /videos/upload" ->
                        caller.form(new Form().field("title", "t").file("video_file", "a.mp4", bytes(10)));
                    case "POST /uploads" -> new TusClient(caller).creation(10);
                    case "POST /uploads/s3/multipart" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(
                                        sender.announcement(10).toString()));
                    case "GET /uploads/s3/params" -> caller.request(address + "?filename=a.mp4&bytes=10");
                    case "POST /uploads/s3/multipart/{video_id}/complete" ->
                        new DirectClient(caller).completion(id, sender.putAll(id, bytes(10)));
                    case "PATCH /uploads/{video_id}" -> new TusClient(caller).piece(id, 0, bytes(10));
                    case "DELETE /uploads/{video_id}" ->
                        new TusClient(caller).request(address).DELETE();
                    case "POST /auth/login",
                            "POST /auth/signup",
                            "POST /auth/password-reset",
                            "POST /auth/password-reset/confirm",
                            "POST /auth/confirm-email" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}"));
                    // It would end the caller's token: what it does is in EndedCredentialsTest.
                    case "POST /me/erasure" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"password\": 1}"));
                    case "POST /me/sign-out-everywhere", "POST /keys" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(NEW_KEY));
                    case "PUT /me/email" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{}"));
                    case "PUT /ops/accounts/{account_id}/quotas" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{\"reason\": \"a trial\"}"));
                    case "POST /videos/import" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(ONE_ADDRESS));
                    case "POST /videos/batch" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(
                                        "{\"operations\": [{\"action\": \"delete\", \"video_id\": \"" + uploaded(owner)
                                                + "\"}]}"));
                    case "POST /webhooks" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(ONE_ADDRESS));
                    case "PATCH /webhooks/{webhook_id}" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.ofString("{}"));
                    case "POST /webhooks/{webhook_id}/replay" ->
                        caller.request(address + "?since=2026-01-01T00:00:00Z").POST(BodyPublishers.noBody());
                    case "PUT /presets/{name}" ->
                        caller.request(address)
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString(PRESET_CONTENT));
                    case "PATCH /videos/{video_id}" ->
                        caller.request(address)
                                .header("Content-Type", "application/merge-patch+json")
                                .method(method, BodyPublishers.ofString("{}"));
                    default -> caller.request(address).method(method, BodyPublishers.noBody());
                };
        return Answer.to(request.build());
    }

    private static String webhook(Api owner) throws Exception {
        return Api.json(owner.postJson("/api/webhooks", ONE_ADDRESS)).path("id").asText();
    }

    private static String imported(Api owner) throws Exception {
        return Api.json(owner.postJson("/api/videos/import", ONE_ADDRESS))
                .path("video_id")
                .asText();
    }

    private String delivery(String webhook, Api owner) throws Exception {
        return jdbc.queryForObject(
                "INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number, delivery_state)"
                        + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 0, gen_random_uuid(), 1, 'delivered') RETURNING id::text",
                String.class,
                webhook,
                owner.subject());
    }

    private static HttpRequest.Builder assetOf(Api caller) {
        return caller.request("/api/assets?name=t")
                .header("Content-Type", "text/vtt")
                .POST(BodyPublishers.ofString("WEBVTT\n\n00:01.000 --> 00:02.000\nHola"));
    }

    /** The id of a new key. */
    private static String apiKey(Api owner) throws Exception {
        return Api.json(owner.postJson("/api/keys", NEW_KEY)).path("id").asText();
    }

    private static String asset(Api owner) throws Exception {
        return Api.JSON.readTree(owner.send(assetOf(owner)).body()).path("id").asText();
    }

    /** One in which the call can succeed. */
    private static String state(String path) {
        if (path.endsWith("/retry")) {
            return "status = 'failed', failed_at = now(), error_code = 'x', retryable = true";
        }
        if (path.endsWith("/cancel")) {
            return "status = 'uploaded'";
        }
        return "status = 'processed', processed_at = now(), processed_key = original_key, poster_key = original_key";
    }

    private static String shown(Answer answer) throws Exception {
        boolean problem = answer.head()
                .headers()
                .firstValue("Content-Type")
                .filter("application/problem+json"::equals)
                .isPresent();
        return answer.status()
                + (problem ? " " + Api.JSON.readTree(answer.body()).path("code").asText() : "");
    }

    private static PrivateKey signingKey() throws Exception {
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(setting("JWT_PRIVATE_KEY"))));
    }

    private static String token(String subject, PrivateKey key, int seconds) throws Exception {
        Instant end = Instant.now().plusSeconds(seconds);
        SignedJWT token = new SignedJWT(
                new JWSHeader(JWSAlgorithm.RS256),
                new JWTClaimsSet.Builder()
                        .issuer("caravana")
                        .subject(subject)
                        .issueTime(Date.from(end.minusSeconds(3600)))
                        .expirationTime(Date.from(end))
                        .claim("roles", List.of("user"))
                        .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }
}
