package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.Vocabulary.Kind;
import caravana.job.FailureCode;
import caravana.test.RunningVocabulary;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ConfigurableApplicationContext;

/** The checks of edited routes know what the worker has. */
class VocabularyTest extends WorkerRouteTest {

    @Autowired
    private ConfigurableApplicationContext app;

    @Test
    void theChecksKnowWhatTheWorkerHas() throws Exception {
        List<String> fields = new ArrayList<>();
        new ObjectMapper()
                .readTree(getClass().getResourceAsStream("/caravana/job-message.schema.json"))
                .path("properties")
                .fieldNames()
                .forEachRemaining(fields::add);
        List<String> codes =
                Arrays.stream(FailureCode.values()).map(FailureCode::code).toList();

        var texts = RunningVocabulary.compare(
                app,
                "worker",
                Map.of(),
                Map.of(),
                Map.of("error_code", codes, "last_code", codes),
                Map.of(Kind.FIELDS, fields));

        assertThat(texts.getValue())
                .as("cp routes-worker/target/worker.yaml route-checks/src/main/resources/caravana/checks/")
                .isEqualTo(texts.getKey());
    }
}
