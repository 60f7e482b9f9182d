package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Methods: HEAD is GET without a body, and every address names the methods that it takes. */
class MethodsTest extends WebTest {

    private static final Set<String> ALL = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

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

    @Test
    void everyAddressNamesItsMethods() throws Exception {
        String token = operator();
        for (Map.Entry<String, Set<String>> address : addresses().entrySet()) {
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

    @Test
    void traceIsRefusedEverywhere() throws Exception {
        for (String path : List.of("/", "/page/app.js", "/api/docs/index.html", "/nothing")) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer answer =
                        wire.send(head("TRACE", path, user().token())).answer();
                assertThat(answer.status()).as(path).isEqualTo(405);
                assertThat(allowed(answer)).as(path).containsExactly("GET", "HEAD", "OPTIONS");
                assertThat(answer.text()).doesNotContain("Bearer");
            }
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

    /** The same status and headers, except for those that tell a time, on a connection that goes on. */
    @Test
    void headIsGetWithoutABody() throws Exception {
        Api user = user();
        String video = "/api/videos/" + uploaded(user);
        List<String> paths = new ArrayList<>(List.of(
                "/", "/page/app.js", "/api/openapi.yaml", "/api/docs", "/api/docs/index.html", "/api/nothing", video));
        paths.add(video + "/original");
        addresses().forEach((path, methods) -> {
            if (methods.contains("GET") && !path.endsWith("/events")) {
                paths.add(path);
            }
        });
        for (String path : paths) {
            try (Wire wire = new Wire(port)) {
                Wire.Answer get = wire.send(head("GET", path, user.token())).answer();
                Wire.Answer head = wire.send(head("HEAD", path, user.token())).answer(false);

                assertThat(head.status()).as(path).isEqualTo(get.status());
                for (Wire.Answer answer : List.of(get, head)) {
                    answer.headers()
                            .keySet()
                            .removeAll(
                                    Set.of("date", "server-timing", "location", "transfer-encoding", "content-length"));
                }
                assertThat(head.headers()).as(path).isEqualTo(get.headers());
            }
        }
    }
}
