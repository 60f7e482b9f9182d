package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** docs/configuration.md has every setting of the apps, as the records that read it describe it and as the YAML sets it. */
class ConfigurationTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCUMENT = PROJECT.resolve("docs/configuration.md");

    /** Which file sets a module's settings, and what the document calls them. */
    private static final Map<String, List<String>> MODULES = new TreeMap<>(Map.of(
            "core", List.of("caravana-core.yaml", "Web and worker"),
            "routes-web", List.of("application.yaml", "Web"),
            "routes-worker", List.of("application.yaml", "Worker")));

    /** A value that an environment variable may set, and its default. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+):(.*)}");

    private static final Map<String, String> TYPES = Map.of(
            "java.lang.String", "text",
            "java.lang.Integer", "whole number",
            "java.lang.Double", "number",
            "java.lang.Boolean", "`true` or `false`",
            "java.time.Duration", "duration",
            "org.springframework.util.unit.DataSize", "size",
            "java.net.URI", "URL",
            "java.nio.file.Path", "folder",
            "org.springframework.core.io.Resource", "file",
            "java.util.List<java.lang.String>", "list");

    @Test
    void theDocumentIsUpToDate() throws IOException {
        String tables = tables();
        Path written = Path.of("target", "settings.md");
        Files.writeString(written, tables);

        assertThat(Files.readString(DOCUMENT).contains(tables))
                .as(
                        "docs/configuration.md has the settings as they are. Replace its three tables by %s",
                        written.toAbsolutePath())
                .isTrue();
    }

    /** Also those that are no setting of ours, but of a library. */
    @Test
    void everyVariableOfTheAppsIsDescribed() throws IOException {
        String document = Files.readString(DOCUMENT);
        TreeSet<String> variables = new TreeSet<>();
        for (String module : MODULES.keySet()) {
            settings(module).values().forEach(value -> {
                Matcher variable = VARIABLE.matcher(value);
                if (variable.matches()) {
                    variables.add(variable.group(1));
                }
            });
        }

        assertThat(variables)
                .hasSizeGreaterThan(50)
                .allSatisfy(name -> assertThat(document).contains("`" + name + "`"));
    }

    private static String tables() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, List<String>> module : MODULES.entrySet()) {
            text.append("## ").append(module.getValue().get(1)).append("\n\n");
            text.append("| variable | property | type | default | effect |\n| --- | --- | --- | --- | --- |\n");
            Map<String, String> values = settings(module.getKey());
            described(module.getKey()).forEach((name, setting) -> text.append(row(setting, values.get(name))));
            text.append("\n");
        }
        return text.toString();
    }

    private static String row(JsonNode setting, String value) {
        String name = setting.get("name").asText();
        assertThat(setting.path("description").asText()).as(name).isNotBlank().doesNotContain("{@link", "|");
        Matcher variable = VARIABLE.matcher(value == null ? "" : value);
        boolean named = variable.matches();
        String fallback = named ? variable.group(2) : value == null ? "" : value;
        return "| %s | `%s` | %s | %s | %s |%n"
                .formatted(
                        named ? "`" + variable.group(1) + "`" : "–",
                        name,
                        TYPES.getOrDefault(setting.get("type").asText(), "text"),
                        fallback.isEmpty() ? "–" : "`" + fallback + "`",
                        setting.get("description").asText().replaceAll("\\{@code ([^}]*)}", "`$1`"));
    }

    /** What the compiler has found in the records of settings, and what is said of others, by name. */
    private static Map<String, JsonNode> described(String module) throws IOException {
        Path metadata = PROJECT.resolve(module + "/target/classes/META-INF/spring-configuration-metadata.json");
        Map<String, JsonNode> described = new TreeMap<>();
        new ObjectMapper()
                .readTree(metadata.toFile())
                .get("properties")
                .forEach(property -> described.put(property.get("name").asText(), property));
        return described;
    }

    /** The values of a module's YAML by the names of their properties. */
    private static Map<String, String> settings(String module) throws IOException {
        Path file = PROJECT.resolve(module + "/src/main/resources")
                .resolve(MODULES.get(module).get(0));
        Map<String, String> settings = new TreeMap<>();
        try (Reader in = Files.newBufferedReader(file)) {
            // Those of profiles follow, and are no defaults.
            flatten("", new Yaml().loadAll(in).iterator().next(), settings);
        }
        return settings;
    }

    private static void flatten(String name, Object value, Map<String, String> into) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> flatten(name.isEmpty() ? key.toString() : name + "." + key, inner, into));
        } else if (value instanceof List<?> list) {
            into.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        } else {
            into.put(name, String.valueOf(value));
        }
    }
}
