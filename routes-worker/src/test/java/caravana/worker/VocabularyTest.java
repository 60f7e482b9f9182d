package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.RunningVocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ConfigurableApplicationContext;

/** The checks of edited routes know what the worker has. */
class VocabularyTest extends WorkerRouteTest {

    @Autowired
    private ConfigurableApplicationContext app;

    @Test
    void theChecksKnowWhatTheWorkerHas() throws Exception {
        var texts = RunningVocabulary.compare(app, "worker", List.of(), List.of());

        assertThat(texts.getValue())
                .as("cp routes-worker/target/worker.yaml route-checks/src/main/resources/caravana/checks/")
                .isEqualTo(texts.getKey());
    }
}
