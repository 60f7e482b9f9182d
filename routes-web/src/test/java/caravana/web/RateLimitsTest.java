package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What answers say of limits: the headers RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-10. */
class RateLimitsTest extends PatientTest {

    /** The code of each refusal by a limit, and the policies that announce it. */
    private static final Map<String, Set<String>> POLICIES = Map.of(
            "too_many_attempts", Set.of("log-in"),
            "too_many_sign_ups", Set.of("sign-up"),
            "too_many_mails", Set.of("mail"),
            "too_many_uploads", Set.of("uploads"),
            "too_many_at_once", Set.of("calls", "calls-of-address", "uploads-at-once", "assets-at-once"),
            "too_many_event_streams", Set.of("event-streams"));

    /** An item of a list of structured fields (RFC 9651): a string with parameters that are integers or strings. */
    private static final Pattern ITEM = Pattern.compile("\"([a-z-]+)\"((?:;[a-z]+=(?:[0-9]+|\"[a-z-]+\"))*)");

    private static Map<String, Map<String, String>> items(HttpHeaders headers, String name) {
        Map<String, Map<String, String>> items = new LinkedHashMap<>();
        for (String text : headers.firstValue(name).orElse("").split(", ")) {
            Matcher item = ITEM.matcher(text);
            assertThat(item.matches()).as(name + ": " + headers.map()).isTrue();
            Map<String, String> parameters = new LinkedHashMap<>();
            for (String parameter : item.group(2).substring(1).split(";")) {
                parameters.put(parameter.split("=")[0], parameter.split("=")[1]);
            }
            assertThat(items.put(item.group(1), parameters)).as(name).isNull();
        }
        return items;
    }

    /** The limits that an answer names, each with what is left of it. */
    private static Map<String, Long> limits(HttpHeaders headers) {
        Map<String, Map<String, String>> policies = items(headers, "RateLimit-Policy");
        Map<String, Map<String, String>> states = items(headers, "RateLimit");
        assertThat(states.keySet()).isEqualTo(policies.keySet());
        Map<String, Long> left = new LinkedHashMap<>();
        policies.forEach((name, policy) -> {
            Map<String, String> state = states.get(name);
            boolean timed = policy.containsKey("w");
            assertThat(policy.keySet()).isEqualTo(timed ? Set.of("q", "w") : Set.of("q", "qu"));
            assertThat(state.keySet()).isEqualTo(timed ? Set.of("r", "t") : Set.of("r"));
            assertThat(policy.getOrDefault("qu", "\"concurrent-requests\"")).isEqualTo("\"concurrent-requests\"");
            left.put(name, Long.parseLong(state.get("r")));
            assertThat(left.get(name)).isBetween(0L, Long.parseLong(policy.get("q")));
        });
        return left;
    }

    @Test
    void everyCallThatMayBeRefusedForALimitNamesIt() throws Exception {
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        List<String> without = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        int calls = 0;
        for (Map.Entry<String, JsonNode> path :
                new YAMLMapper().readTree(Api.CONTRACT).path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (!operation.getValue().path("responses").has("429")) {
                    continue;
                }
                String method = operation.getKey().toUpperCase();
                String address = "/api"
                        + path.getKey()
                                .replaceAll("\\{[a-z_]+}", UUID.randomUUID().toString());
                Api caller = path.getKey().startsWith("/ops/") ? operator : user();
                Answer answer = Answer.to(caller.request(address)
                        .method(method, BodyPublishers.noBody())
                        .build());
                calls++;
                if (answer.head().headers().firstValue("RateLimit").isEmpty()) {
                    without.add(method + " " + path.getKey() + " " + answer.status());
                } else {
                    seen.addAll(limits(answer.head().headers()).keySet());
                }
            }
        }
        System.out.printf(
                "RESULT name=rate-limits value=%d unit=calls-without calls=%d policies=%s target=0 verdict=%s%n",
                without.size(), calls, seen, without.isEmpty() ? "pass" : "fail");
        assertThat(without).isEmpty();
        assertThat(calls).isGreaterThan(60);
    }

    /** A limit that is new in the code needs a policy here, and its code in the contract. */
    @Test
    void everyLimitOfTheCodeIsAnnounced() throws Exception {
        Set<String> codes = new TreeSet<>();
        Pattern refusal = Pattern.compile(
                "(?:new Problem\\(\\s*429,|Lanes\\.refusal\\(|new TooMany\\()\\s*(\"[a-z_]+\"|[A-Za-z]+)",
                Pattern.DOTALL);
        Pattern places = Pattern.compile("\"(too_many_[a-z_]+)\"");
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                String text = Files.readString(source);
                Matcher found = refusal.matcher(text);
                while (found.find()) {
                    if (found.group(1).startsWith("\"")) {
                        codes.add(found.group(1).replace("\"", ""));
                    }
                }
                if (text.contains("new Places(")) {
                    Matcher named = places.matcher(text);
                    while (named.find()) {
                        codes.add(named.group(1));
                    }
                }
            }
        }
        assertThat(codes).isEqualTo(new TreeSet<>(POLICIES.keySet()));
        String documented = new YAMLMapper()
                .readTree(Api.CONTRACT)
                .at("/components/responses/TooMany/description")
                .asText();
        assertThat(POLICIES.keySet()).allSatisfy(code -> assertThat(documented).contains("`" + code + "`"));
        String introduction =
                new YAMLMapper().readTree(Api.CONTRACT).at("/info/description").asText();
        assertThat(POLICIES.values().stream().flatMap(Set::stream))
                .allSatisfy(policy -> assertThat(introduction).contains("`" + policy + "`"));
    }

    @Test
    void uploadsCountDownUntilTheyAreRefused() throws Exception {
        Api user = user();
        for (long left = 11; left >= 2; left--) {
            HttpResponse<String> accepted = user.send(user.raw("?title=t", bytes(10)));
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
            assertThat(limits(accepted.headers()))
                    .containsEntry("uploads", left)
                    .containsEntry("uploads-at-once", 2L);
        }
        String order = "{\"url\": \"http://127.0.0.1:1/\"}";
        HttpResponse<String> imported = user.postJson("/api/videos/import", order);
        assertThat(limits(imported.headers())).containsEntry("uploads", 1L).containsKey("calls");
        HttpResponse<String> batch = user.postJson(
                "/api/videos/batch",
                "{\"operations\": [{\"action\": \"import\", \"order\": " + order
                        + "}, {\"action\": \"import\", \"order\": " + order + "}]}");
        assertThat(batch.body()).contains("\"status\":202", "too_many_uploads", "\"retry_after\":");
        assertThat(limits(batch.headers())).containsEntry("uploads", 0L);

        for (HttpResponse<String> refused : List.of(
                user.send(user.raw("?title=t", bytes(10))),
                user.upload(new Form().field("title", "t").file("video_file", "a.mp4", bytes(10))),
                user.postJson("/api/videos/import", order),
                user.send(new TusClient(user).creation(10)))) {
            assertProblem(refused, 429, "too_many_uploads");
            assertThat(limits(refused.headers())).containsEntry("uploads", 0L);
            Map<String, String> state = items(refused.headers(), "RateLimit").get("uploads");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue(state.get("t"));
            assertThat(Long.parseLong(state.get("t"))).isBetween(3000L, 3600L);
        }
        jdbc.update("DELETE FROM imports");
    }

    @Test
    void logInsAndSignUpsNameTheirWindows() throws Exception {
        HttpResponse<String> wrong = api().logIn("nobody@example.org", "a wrong guess");
        assertThat(limits(wrong.headers())).containsKeys("log-in", "calls-of-address");
        HttpResponse<String> opened = api().signUp("new-" + UUID.randomUUID() + "@example.org", Api.PASSWORD);
        assertThat(limits(opened.headers())).containsKeys("sign-up", "calls-of-address");
    }
}
