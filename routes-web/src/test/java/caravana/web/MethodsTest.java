package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Methods: HEAD is GET without a body, and every address names the methods that it takes. */
class MethodsTest extends WebTest {

    private static final Set<String> ALL =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO");

    /** What the contract does not have, and a browser reads. */
    private static final List<String> PAGES = List.of(
            "/",
            "/index.html",
            "/page/app.js",
            "/page/style.css",
            "/api/openapi.yaml",
            "/api/docs",
            "/api/docs/",
            "/api/docs/index.html",
            "/api/docs/swagger-ui.css");

    private static String head(String method, String path, String token) {
        return method + " " + path + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + token + "\r\n\r\n";
    }

    /** Each address of the contract with its methods, as the document has them. */
    private static Map<String, Set<String>> addresses() {
        JsonNode contract = Api.JSON.valueToTree(new Yaml().load(Api.CONTRACT));
        Map<String, Set<String>> addresses = new java.util.TreeMap<>();
        contract.path("paths").properties().forEach(path -> {
            Set<String> methods = new TreeSet<>();
            path.getValue().properties().stream()
                    .filter(operation -> operation.getValue().has("operationId"))
                    .forEach(operation -> methods.add(operation.getKey().toUpperCase(Locale.ROOT)));
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            methods.add("OPTIONS");
            addresses.put(
                    "/api" + path.getKey().replaceAll("\\{[^}]*}", "4cfd336d-21f2-45ed-80ec-b20d564e88ba"), methods);
        });
        return addresses;
    }

    private static Map<String, Set<String>> addressesAndPages() {
        Map<String, Set<String>> all = addresses();
        PAGES.forEach(page -> all.put(page, new TreeSet<>(Set.of("GET", "HEAD", "OPTIONS"))));
        return all;
    }

    @Test
    void everyAddressNamesItsMethods() throws Exception {
        String token = operator();
        for (Map.Entry<String, Set<String>> address : addressesAndPages().entrySet()) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer options =
                        wire.send(head("OPTIONS", address.getKey(), token)).answer();
                assertThat(options.status()).as(address.getKey()).isEqualTo(204);
                assertThat(allowed(options)).as(address.getKey()).isEqualTo(address.getValue());

                List<String> others = new ArrayList<>(ALL);
                others.removeAll(address.getValue());
                for (String method : others) {
                    Wire.Answer answer =
                            wire.send(head(method, address.getKey(), token)).answer(!method.equals("HEAD"));
                    assertThat(answer.status())
                            .as(method + " " + address.getKey())
                            .isEqualTo(405);
                    assertThat(allowed(answer))
                            .as(method + " " + address.getKey())
                            .isEqualTo(address.getValue());
                    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
                }
            }
        }
    }

    /** Who needs no token for the right method needs none to learn that it is the wrong one. */
    @Test
    void whatIsOpenToAllRefusesAMethodToAll() throws Exception {
        List<String> open = new ArrayList<>(PAGES);
        open.addAll(List.of("/api/health", "/api/health/ready", "/api/limits"));
        List.of("login", "logout", "refresh", "signup", "password-reset", "password-reset/confirm", "confirm-email")
                .forEach(call -> open.add("/api/auth/" + call));
        for (String path : open) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer answer = wire.send("FOO " + path + " HTTP/1.1\r\nHost: l\r\n\r\n")
                        .answer();
                assertThat(answer.status()).as(path).isEqualTo(405);
                assertThat(answer.problemCode()).as(path).isEqualTo("method_not_allowed");
                assertThat(allowed(answer))
                        .as(path)
                        .isEqualTo(addressesAndPages().get(path));
            }
        }
    }

    /** No page is another origin's; the browser of one that asks gets no leave, and no error that is none of ours. */
    @Test
    void whoAsksForAnotherOriginIsToldTheMethodsAsWell() throws Exception {
        for (String path : List.of("/", "/page/app.js", "/api/docs", "/api/docs/index.html", "/api/videos")) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer answer = wire.send(
                                "OPTIONS " + path + " HTTP/1.1\r\nHost: l\r\nOrigin: https://other.example\r\n"
                                        + "Access-Control-Request-Method: GET\r\n\r\n")
                        .answer();
                assertThat(answer.status()).as(path).isEqualTo(204);
                assertThat(allowed(answer)).isEqualTo(addressesAndPages().get(path));
                assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
            }
        }
    }

    @Test
    void noMethodMakesAPageOfWhatIsNone() throws Exception {
        for (String method : List.of("GET", "POST", "OPTIONS", "FOO")) {
            for (String path : List.of("/page/nothing.js", "/api/docs/nothing.js")) {
                try (Wire wire = new Wire(port)) {
                    Wire.Answer answer =
                            wire.send(head(method, path, user().token())).answer();
                    assertThat(answer.status()).as(method + " " + path).isEqualTo(404);
                    assertThat(answer.problemCode()).isEqualTo("not_found");
                }
            }
        }
    }

    /** Camel would take some of them for the address without the slash. */
    @Test
    void anAddressWithASlashBehindItIsAnother() throws Exception {
        String token = operator();
        for (Map.Entry<String, Set<String>> address : addresses().entrySet()) {
            for (String method : ALL) {
                String path = address.getKey() + "/";
                try (Wire wire = new Wire(port)) {
                    Wire.Answer answer = wire.send(head(method, path, token)).answer(!method.equals("HEAD"));
                    assertThat(answer.status()).as(method + " " + path).isEqualTo(404);
                    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
                }
            }
        }
    }

    /** With and without a token: no address takes it, whether or not it exists. */
    @Test
    void traceIsRefusedEverywhere() throws Exception {
        Map<String, Set<String>> all = addressesAndPages();
        for (String path : List.of("/nothing", "/api/nothing", "/api/ops/nothing", "/page/nothing.js")) {
            all.put(path, Set.of("GET", "HEAD", "OPTIONS"));
        }
        for (String authorization : List.of("", "Authorization: Bearer junk\r\n", bearer(user().token()))) {
            for (Map.Entry<String, Set<String>> address : all.entrySet()) {
                assertRefused("TRACE", address.getKey(), authorization, address.getValue());
            }
        }
    }

    /** The contract says to all which methods an address takes. */
    @Test
    void whatIsWrongForEverybodyNeedsNoToken() throws Exception {
        for (String authorization : List.of("", "Authorization: Bearer junk\r\n")) {
            for (Map.Entry<String, Set<String>> address : addressesAndPages().entrySet()) {
                assertRefused("FOO", address.getKey(), authorization, address.getValue());
            }
        }
    }

    private void assertRefused(String method, String path, String authorization, Set<String> allowed) throws Exception {
        try (Wire wire = new Wire(port)) {
            Wire.Answer answer = wire.send(method + " " + path + " HTTP/1.1\r\nHost: l\r\n" + authorization + "\r\n")
                    .answer();
            assertThat(answer.status())
                    .as(method + " " + path + " " + authorization)
                    .isEqualTo(405);
            assertThat(answer.problemCode()).isEqualTo("method_not_allowed");
            assertThat(allowed(answer)).as(method + " " + path).isEqualTo(allowed);
            assertThat(answer.text()).doesNotContain("Bearer");
        }
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    /** RFC 9110, 9.3.7: the methods that anything here takes. */
    @Test
    void optionsOfTheServerNamesWhatItsAddressesTake() throws Exception {
        Set<String> all = new TreeSet<>();
        addressesAndPages().values().forEach(all::addAll);
        try (Wire wire = new Wire(port)) {
            for (int i = 0; i < 2; i++) {
                Wire.Answer answer =
                        wire.send("OPTIONS * HTTP/1.1\r\nHost: l\r\n\r\n").answer();
                assertThat(answer.status()).isEqualTo(204);
                assertThat(allowed(answer)).isEqualTo(all).contains("PATCH").doesNotContain("TRACE");
            }
            Wire.Answer answer = wire.send("GET * HTTP/1.1\r\nHost: l\r\n\r\n").answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.problemCode()).isEqualTo("invalid_request");
        }
    }

    /** Who may make every call. */
    private String operator() throws Exception {
        return api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"))
                .token();
    }

    private static Set<String> allowed(Wire.Answer answer) {
        return new TreeSet<>(List.of(answer.headers().getOrDefault("allow", "").split(", ?")));
    }

    /** Headers that differ from one answer to the next: by the time, by a link, by what else is called just then. */
    private static final Set<String> CHANGING = Set.of("date", "server-timing", "location", "ratelimit");

    /** The same status and headers, except for those that tell a time, on a connection that continues. */
    @Test
    void headIsGetWithoutABody() throws Exception {
        Api user = user();
        String video = "/api/videos/" + uploaded(user);
        List<String> paths = new ArrayList<>(PAGES);
        paths.addAll(List.of("/api/nothing", "/page/nothing.js", video, video + "/original"));
        addresses().forEach((path, methods) -> {
            if (methods.contains("GET") && !path.endsWith("/events")) {
                // Without a length or a ticket it is refused, and a 400 ends the connection.
                paths.add(
                        path.endsWith("/params")
                                ? path + "?bytes=10&title=t"
                                : path.contains("/playback/") ? path + "?ticket=forged" : path);
            }
        });
        for (String path : paths) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer get = wire.send(head("GET", path, user.token())).answer();
                Wire.Answer head = wire.send(head("HEAD", path, user.token())).answer(false);

                assertThat(head.status()).as(path).isEqualTo(get.status());
                for (Wire.Answer answer : List.of(get, head)) {
                    answer.headers().keySet().removeAll(CHANGING);
                }
                assertThat(head.headers()).as(path).isEqualTo(get.headers());
            }
        }
    }

    /** RFC 3986, 6.2.2.2: an encoded letter is the letter, for filters as for routes. */
    @Test
    void anAddressWithEncodedLettersIsTheSame() throws Exception {
        String token = user().token();
        for (String path : addressesAndPages().keySet()) {
            String encoded = encodeLetters(path);
            for (String method : List.of("OPTIONS", "HEAD")) {
                try (Wire wire = new Wire(port);
                        Wire other = new Wire(port)) {
                    Wire.Answer plain = wire.send(head(method, path, token)).answer(false);
                    Wire.Answer same = other.send(head(method, encoded, token)).answer(false);
                    for (Wire.Answer answer : List.of(plain, same)) {
                        answer.headers().keySet().removeAll(CHANGING);
                    }
                    assertThat(same.status()).as(method + " " + encoded).isEqualTo(plain.status());
                    assertThat(same.headers()).as(method + " " + encoded).isEqualTo(plain.headers());
                }
            }
        }
    }

    private static String encodeLetters(String path) {
        return Pattern.compile("[a-z](?=[a-z])")
                .matcher(path)
                .replaceAll(
                        letter -> String.format("%%%02x", (int) letter.group().charAt(0)));
    }
}
