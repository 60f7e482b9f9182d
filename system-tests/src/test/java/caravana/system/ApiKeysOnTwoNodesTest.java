package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole life of an API key by curl, and its end on a node that did not revoke it. */
@SampledClass(turn = 3)
class ApiKeysOnTwoNodesTest {

    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final int REVOCATIONS = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void aRevokedKeyIsRefusedOnTheOtherNodeWithinASecond() throws Exception {
        Path firstLog = folder.resolve("first.log");
        Path secondLog = folder.resolve("second.log");
        List<String> keys = new ArrayList<>();
        Duration longest = Duration.ZERO;
        LocalStack stack = SharedStack.cleared();
        try (AppProcess first = AppProcess.start(AppProcess.WEB, stack.environment(), firstLog);
                AppProcess second = AppProcess.start(AppProcess.WEB, stack.environment(), secondLog)) {
            first.awaitReady();
            second.awaitReady();
            String token = ApiClient.signUp(first.uri()).token();
            for (int i = 0; i < REVOCATIONS; i++) {
                JsonNode created = JSON.readTree(curl(
                        201,
                        token,
                        "-X",
                        "POST",
                        first.uri() + "/api/keys",
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        "{\"name\": \"a program\", \"scopes\": [\"videos:read\"]}"));
                String key = created.path("key").asText();
                keys.add(key);
                curl(200, key, first.uri() + "/api/videos");
                curl(200, key, second.uri() + "/api/videos");
                assertThat(curl(
                                403,
                                key,
                                "-X",
                                "DELETE",
                                second.uri() + "/api/keys/" + created.path("id").asText()))
                        .contains("not_for_api_keys");

                curl(
                        204,
                        token,
                        "-X",
                        "DELETE",
                        first.uri() + "/api/keys/" + created.path("id").asText());
                Duration refused = untilRefused(key, second.uri() + "/api/videos");

                longest = refused.compareTo(longest) > 0 ? refused : longest;
                assertThat(curl(401, key, first.uri() + "/api/videos")).contains("was revoked");
            }
            assertThat(curl(200, token, second.uri() + "/api/keys")).contains("\"keys\":[]");
        }
        System.out.printf(
                Locale.ROOT,
                "RESULT name=revoked-key-on-another-node value=%d unit=ms keys=%d target=1000 verdict=%s%n",
                longest.toMillis(),
                REVOCATIONS,
                longest.compareTo(A_SECOND) <= 0 ? "pass" : "fail");
        for (Path log : List.of(firstLog, secondLog)) {
            assertThat(Files.readString(log)).doesNotContain(keys);
        }
    }

    /** How long after this call the key is refused; the revocation has been answered. */
    private static Duration untilRefused(String key, String address) throws Exception {
        long begun = System.nanoTime();
        while (status(key, address) != 401) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Waits.LIMIT);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static int status(String bearer, String address) throws Exception {
        return Integer.parseInt(run(bearer, List.of("-o", "/dev/null", address)).strip());
    }

    /** The body of the answer, which must have that status. */
    private static String curl(int status, String bearer, String... arguments) throws Exception {
        String answer = run(bearer, List.of(arguments));
        int end = answer.lastIndexOf('\n');
        assertThat(answer.substring(end + 1)).as(answer).isEqualTo(String.valueOf(status));
        return answer.substring(0, Math.max(end, 0));
    }

    private static String run(String bearer, List<String> arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-w", "\n%{http_code}", "-H", "Authorization: Bearer " + bearer));
        command.addAll(arguments);
        Process curl = new ProcessBuilder(command).start();
        String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return answer;
    }
}
