package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.RunningVocabulary;
import caravana.web.events.VideoEvents;
import caravana.web.http.AnswerHeaders;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ConfigurableApplicationContext;

/** The checks of edited routes know what web has. */
class VocabularyTest extends WebTest {

    @Autowired
    private ConfigurableApplicationContext context;

    @Test
    void theChecksKnowWhatWebHas() throws Exception {
        List<String> operations = new ArrayList<>();
        JsonNode contract = new YAMLMapper().readTree(Api.CONTRACT);
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .map(operation -> operation.getValue())
                        .filter(operation -> operation.has("operationId") && !operation.has("x-served-by"))
                        .forEach(operation ->
                                operations.add(operation.path("operationId").asText())));

        // Not an operation: Spring answers it, and asks the route once for all who watch.
        operations.add(VideoEvents.ROUTE);

        var texts = RunningVocabulary.compare(context, "web", operations, List.copyOf(AnswerHeaders.NAMES));

        assertThat(texts.getValue())
                .as("cp routes-web/target/web.yaml route-checks/src/main/resources/caravana/checks/")
                .isEqualTo(texts.getKey());
    }
}
