package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What VS Code makes of the routes by .vscode/settings.json: it knows Camel's schema of our version, and marks nothing. */
class EditorSettingsTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path ROUTES = PROJECT.resolve("src/main/resources/camel");

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void theSchemaIsThatOfOurCamelAndBoundToEveryRoute() throws Exception {
        Map.Entry<String, JsonNode> binding = json.readTree(
                        PROJECT.resolve(".vscode/settings.json").toFile())
                .path("yaml.schemas")
                .properties()
                .iterator()
                .next();

        assertThat(binding.getKey())
                .contains("/camel-" + new DefaultCamelCatalog().getCatalogVersion() + "/")
                .endsWith("/schema/camelYamlDsl.json");
        PathMatcher bound = FileSystems.getDefault()
                .getPathMatcher("glob:" + binding.getValue().asText());
        assertThat(routes()).isNotEmpty().allMatch(file -> bound.matches(PROJECT.relativize(file)));
    }

    @Test
    void theSchemaMarksNothing() throws Exception {
        JsonSchema schema;
        try (InputStream in = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                    .getSchema(
                            in,
                            SchemaValidatorsConfig.builder()
                                    .preloadJsonSchema(false)
                                    .build());
        }
        Map<String, Object> marked = new LinkedHashMap<>();
        for (Path file : routes()) {
            Object text = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            var errors = schema.validate(json.valueToTree(text));
            if (!errors.isEmpty()) {
                marked.put(ROUTES.relativize(file).toString(), errors.iterator().next());
            }
        }

        assertThat(marked).isEmpty();
    }

    private static List<Path> routes() throws Exception {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).toList();
        }
    }
}
