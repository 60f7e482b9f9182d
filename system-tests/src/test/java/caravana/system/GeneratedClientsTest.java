package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.test.ForeignClients;
import caravana.test.Sample;
import caravana.test.SampledClass;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that OpenAPI Generator makes from the document of the running web, unmodified, and the programs of docs/api.md as they are
 * printed. {@code ./caravana test clients} installs the generator; without it, the tests that need it are skipped and say so.
 */
@SampledClass(turn = 4)
class GeneratedClientsTest {

    private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();
    private static final List<String> LANGUAGES = List.of("python", "typescript", "java", "go");

    private static final Path GENERATOR = ForeignClients.installed("python/generator.installed");
    private static final Path TYPESCRIPT = ForeignClients.installed("node_modules/typescript");

    @TempDir
    static Path folder;

    private static AppProcess web;
    private static AppProcess worker;

    @BeforeAll
    static void start() throws Exception {
        ForeignClients.require("clients generated from the API's document", GENERATOR);
        LocalStack stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        SampleVideo.make(folder.resolve("match.mp4"), "640x360", 2);
        Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
        Files.createSymbolicLink(folder.resolve("node_modules"), ForeignClients.installed("node_modules"));
        web.awaitReady();
        worker.awaitReady();
        shell(block("bash", "generate -g"), Map.of());
    }

    @AfterAll
    static void stop() {
        if (web != null) {
            worker.close();
            web.close();
        }
    }

    @Test
    void aClientIsGeneratedForEachLanguage() throws Exception {
        for (String language : LANGUAGES) {
            try (Stream<Path> files = Files.walk(folder.resolve("caravana-" + language))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .as(language)
                        .anyMatch(name -> name.matches("(?i)(model_)?video_?detail[.](py|ts|java|go)"));
            }
        }
        System.out.printf(
                "RESULT name=generated-clients value=%d unit=languages of=%s verdict=pass%n",
                LANGUAGES.size(), String.join(",", LANGUAGES));
    }

    /** Maven and Go fetch what the clients need. */
    @ParameterizedTest
    @CsvSource({"java, mvn -B -q -DskipTests compile", "go, go build ./..."})
    void theClientCompiles(String language, String command) throws Exception {
        List<String> words = List.of(command.split(" "));
        Sample.require(
                installed(words.get(0)), "compilation of the " + language + " client", "install " + words.get(0));

        ForeignClients.run(folder.resolve("caravana-" + language), Map.of(), words);
    }

    @Test
    void thePythonClientRunsTheMainFlow() throws Exception {
        String output = python(SCRIPTS.resolve("main-flow.py"), account());

        assertThat(output).startsWith("RESULT name=generated-python ");
        System.out.println(output);
    }

    @Test
    void theTypeScriptClientRunsTheMainFlow() throws Exception {
        requireTypeScript();
        Files.copy(SCRIPTS.resolve("main-flow.mts"), folder.resolve("main-flow.mts"));

        String output = shell(block("bash", "npx tsc").replace("main.m", "main-flow.m"), account());

        assertThat(output).startsWith("RESULT name=generated-typescript ");
        System.out.println(output);
    }

    @Test
    void theCallsOfTheDocumentationWork() throws Exception {
        Sample.require(installed("jq"), "the calls of docs/api.md", "install jq");

        shell(block("bash", "/api/auth/signup"), account());

        assertClip();
    }

    @Test
    void thePythonProgramOfTheDocumentationWorks() throws Exception {
        Path program = Files.writeString(folder.resolve("main.py"), block("python", "import"));

        python(program, Map.of("KEY", key()));

        assertClip();
    }

    @Test
    void theTypeScriptProgramOfTheDocumentationWorks() throws Exception {
        requireTypeScript();
        Files.writeString(folder.resolve("main.mts"), block("typescript", "import"));

        shell(block("bash", "npx tsc"), Map.of("KEY", key()));

        assertClip();
    }

    private static void requireTypeScript() {
        ForeignClients.require("the main flow by the generated TypeScript client", TYPESCRIPT);
    }

    private static boolean installed(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program).start().waitFor() == 0;
    }

    private static void assertClip() throws Exception {
        Path clip = folder.resolve("clip.mp4");
        assertThat(Videos.probe(clip).at("/streams/0/height").asInt()).isEqualTo(720);
        Files.delete(clip);
    }

    /** The block of docs/api.md in that language which has the text. */
    private static String block(String language, String text) throws IOException {
        Matcher blocks = Pattern.compile("(?s)```" + language + "\n(.*?)```")
                .matcher(Files.readString(Path.of("..", "docs", "api.md")));
        return blocks.results()
                .map(found -> found.group(1))
                .filter(found -> found.contains(text))
                .findFirst()
                .orElseThrow();
    }

    /** Of an account that nobody has yet. */
    private static Map<String, String> account() {
        return Map.of("EMAIL", "ana-" + UUID.randomUUID() + "@example.org", "PASSWORD", "correct horse");
    }

    private static String key() throws Exception {
        ApiClient user = ApiClient.signUp(web.uri());
        HttpResponse<String> created = user.send(user.request(web.uri().resolve("/api/keys"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"name\": \"a program\", \"scopes\": [\"videos:read\", \"videos:write\"]}"))
                .build());
        return new ObjectMapper().readTree(created.body()).path("key").asText();
    }

    private static String shell(String script, Map<String, String> settings) throws Exception {
        return run(settings, "bash", "-euo", "pipefail", "-c", script);
    }

    private static String python(Path program, Map<String, String> settings) throws Exception {
        return run(settings, ForeignClients.python(), program.toString());
    }

    private static String run(Map<String, String> settings, String... command) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("WEB", web.uri().toString());
        all.put("PYTHONPATH", folder.resolve("caravana-python").toString());
        all.put("PATH", ForeignClients.installed("python/bin") + ":" + System.getenv("PATH"));
        return ForeignClients.run(folder, all, List.of(command));
    }
}
