package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.Vocabulary.Kind;
import caravana.job.FailureCode;
import caravana.test.RunningVocabulary;
import caravana.web.events.VideoEvents;
import caravana.web.server.AnswerHeaders;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.Yaml;

/** The checks of edited routes know what web has. */
class VocabularyTest extends WebTest {

    @Autowired
    private ConfigurableApplicationContext context;

    @Test
    void theChecksKnowWhatWebHas() throws Exception {
        Map<String, List<String>> operations = new TreeMap<>();
        Map<String, List<String>> parameters = new TreeMap<>();
        Set<String> mediaTypes = new TreeSet<>();
        Set<String> fields = new TreeSet<>();
        JsonNode contract = new ObjectMapper().valueToTree(new Yaml().load(Api.CONTRACT));
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .map(operation -> operation.getValue())
                        .filter(operation -> operation.has("operationId") && !operation.has("x-served-by"))
                        .forEach(operation -> {
                            String id = operation.path("operationId").asText();
                            operations.put(id, names(operation.path("responses")));
                            List<String> given = new ArrayList<>(parameters(contract, path.getValue()));
                            given.addAll(parameters(contract, operation));
                            parameters.put(id, given);
                        }));
        contract.findValues("content").forEach(content -> mediaTypes.addAll(names(content)));
        contract.findValues("properties").forEach(properties -> fields.addAll(names(properties)));
        contract.findValues("parameters")
                .forEach(some -> some.forEach(
                        parameter -> fields.add(parameter.path("name").asText())));
        contract.path("components")
                .path("parameters")
                .forEach(parameter -> fields.add(parameter.path("name").asText()));

        fields.remove("");

        // Not an operation: Spring answers it, and asks the route once for all who watch.
        operations.put(VideoEvents.ROUTE, List.of());
        List<String> codes =
                Arrays.stream(FailureCode.values()).map(FailureCode::code).toList();

        var texts = RunningVocabulary.compare(
                context,
                "web",
                operations,
                parameters,
                Map.of("error_code", codes, "last_code", codes),
                Map.of(Kind.ANSWER_HEADERS, AnswerHeaders.NAMES, Kind.MEDIA_TYPES, mediaTypes, Kind.FIELDS, fields));

        assertThat(texts.getValue())
                .as("cp routes-web/target/web.yaml route-checks/src/main/resources/caravana/checks/")
                .isEqualTo(texts.getKey());
    }

    /** The names of what a path or an operation takes besides a body; in braces those of the path. */
    private static List<String> parameters(JsonNode contract, JsonNode owner) {
        List<String> names = new ArrayList<>();
        owner.path("parameters").forEach(item -> {
            JsonNode parameter =
                    item.has("$ref") ? contract.at(item.path("$ref").asText().substring(1)) : item;
            String name = parameter.path("name").asText();
            names.add(parameter.path("in").asText().equals("path") ? "{" + name + "}" : name);
        });
        return names;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
