package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.ForeignClients;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls of webhooks are verified by the libraries of Standard Webhooks as they are published. {@code ./caravana test clients} installs
 * them into {@code target/clients}; without them, the test is skipped and says so.
 */
class WebhookClientsTest extends WebTest {

    private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void thePythonLibraryVerifiesCalls() throws Exception {
        assertVerifies(
                "python",
                ForeignClients.installed("python/standardwebhooks.installed"),
                ForeignClients.python(),
                "verify-webhook.py");
    }

    @Test
    void theJavaScriptLibraryVerifiesCalls() throws Exception {
        assertVerifies(
                "javascript", ForeignClients.installed("node_modules/standardwebhooks"), "node", "verify-webhook.mjs");
    }

    private void assertVerifies(String language, Path installed, String program, String script) throws Exception {
        ForeignClients.require("deliveries checked by standardwebhooks for " + language, installed);
        Api user = user();
        try (Receiver receiver = new Receiver(Receiver.status(204))) {
            JsonNode webhook = Api.json(user.postJson("/api/webhooks", "{\"url\":\"" + receiver.url() + "\"}"));
            String path = "/api/webhooks/" + webhook.path("id").asText();
            uploaded(user);
            await().atMost(Waits.LIMIT).until(() -> !receiver.calls().isEmpty());
            JsonNode rotated = Api.json(user.post(path + "/rotate-secret"));
            user.post(path + "/test");
            await().atMost(Waits.LIMIT).until(() -> receiver.calls().size() == 2);
            Path first = written(receiver.calls().get(0), "first.json", 0);
            Path second = written(receiver.calls().get(1), "second.json", 0);
            String old = webhook.path("secret").asText();
            String young = rotated.path("secret").asText();

            assertThat(run(program, script, old, first)).isEqualTo("video.uploaded");
            assertThat(run(program, script, old, second)).isEqualTo("webhook.test");
            assertThat(run(program, script, young, second)).isEqualTo("webhook.test");
            assertThat(run(program, script, young, first)).isEqualTo("wrong");
            assertThat(run(program, script, old, written(receiver.calls().get(0), "damaged.json", 1)))
                    .isEqualTo("wrong");
        }
        System.out.printf("RESULT name=standardwebhooks-%s value=5 unit=calls verdict=pass%n", language);
    }

    private Path written(Receiver.Call call, String name, int damage) throws IOException {
        byte[] body = call.body().clone();
        body[body.length / 2] += (byte) damage;
        ObjectNode file = Api.JSON.createObjectNode();
        call.headers().forEach(file.putObject("headers")::put);
        file.put("body", Base64.getEncoder().encodeToString(body));
        return Files.writeString(folder.resolve(name), file.toString());
    }

    private String run(String program, String script, String secret, Path call) throws Exception {
        return ForeignClients.run(
                folder, Map.of(), List.of(program, SCRIPTS.resolve(script).toString(), secret, call.toString()));
    }
}
