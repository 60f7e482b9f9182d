package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppsTest {

    private static final Map<String, String> REQUIRED =
            Map.of("AWS_ACCESS_KEY_ID", "local", "SQS_QUEUE_URL", "http://127.0.0.1/queue");

    @Test
    void whatTheDocumentationPromisesReachesThem() {
        Map<String, String> environment = Map.of(
                "SPRING_MAIN_BANNER_MODE", "off",
                "LOGGING_LEVEL_ROOT", "DEBUG",
                "MANAGEMENT_TRACING_ENABLED", "true",
                "AWS_REGION", "eu-west-1",
                "SQS_LONG_POLL_SECONDS", "5",
                "OTEL_SERVICE_NAME", "mine",
                "JWT_ROLES_CLAIM", "groups",
                "CARAVANA_WORKER_SLOTS", "1");
        Map<String, String> defaults = Map.of("AWS_REGION", "us-east-1", "SQS_LONG_POLL_SECONDS", "2");

        assertThat(Apps.settings(defaults, environment, REQUIRED, Map.of()))
                .containsAllEntriesOf(environment)
                .containsAllEntriesOf(REQUIRED);
    }

    @Test
    void onlyWhatIsNamedReachesThemBesides() {
        Map<String, String> environment = Map.of(
                "FONTCONFIG_PATH", "/fonts", "LANGUAGE", "es", "DISPLAY", ":0", Apps.PASS, "FONTCONFIG_PATH, LANGUAGE");

        assertThat(Apps.settings(Map.of(), environment, REQUIRED, Map.of()))
                .containsEntry("FONTCONFIG_PATH", "/fonts")
                .containsEntry("LANGUAGE", "es")
                .doesNotContainKey("DISPLAY");
    }

    @Test
    void whatEditedRoutesReadReachesThem(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("job"));
        Files.writeString(
                folder.resolve("job/example.camel.yaml"),
                "uri: aws2-sqs:{{my.second-queue}}?delaySeconds={{my.delay:5}}&a={{env:MY_FOLDER}}&b={{?my.pause}}");
        Files.writeString(folder.resolve("job/example.sql"), "-- :?limit = {{my.limit}} as integer");
        Files.writeString(folder.resolve("job/notes.md"), "{{my.note}}");
        Map<String, String> read = Map.of(
                "MY_SECONDQUEUE", "second", "MY_DELAY", "7", "MY_FOLDER", "/f", "MY_PAUSE", "1", "MY_LIMIT", "3");
        Map<String, String> environment = new HashMap<>(read);
        environment.put("CARAVANA_ROUTES", "file:" + folder);
        environment.put("MY_NOTE", "n");

        assertThat(Apps.settings(Map.of(), environment, REQUIRED, Map.of()))
                .containsAllEntriesOf(read)
                .doesNotContainKey("MY_NOTE");

        environment.put("CARAVANA_ROUTES", "classpath:camel");
        assertThat(Apps.settings(Map.of(), environment, REQUIRED, Map.of()))
                .doesNotContainKeys(read.keySet().toArray(String[]::new));
    }

    @Test
    void anotherAccountsAddressesAndCredentialsDoNot() {
        Map<String, String> environment = Map.of(
                "AWS_ACCESS_KEY_ID",
                "AKIA",
                "AWS_SESSION_TOKEN",
                "token",
                "SQS_QUEUE_URL",
                "https://sqs.amazonaws.com/q");

        assertThat(Apps.settings(Map.of(), environment, REQUIRED, Map.of()))
                .containsAllEntriesOf(REQUIRED)
                .doesNotContainKey("AWS_SESSION_TOKEN");
    }

    @Test
    void eachRunHasItsOwnPortsAndTheProfileLocalBesidesOthers() {
        Map<String, String> environment = Map.of("CARAVANA_WEB_PORT", "8080", "SPRING_PROFILES_ACTIVE", "mine");

        assertThat(Apps.settings(Map.of(), environment, REQUIRED, Map.of("CARAVANA_WEB_MANAGEMENT_PORT", "1")))
                .doesNotContainKey("CARAVANA_WEB_PORT")
                .containsEntry("CARAVANA_WEB_MANAGEMENT_PORT", "1")
                .containsEntry("SPRING_PROFILES_ACTIVE", "mine,local");
    }
}
