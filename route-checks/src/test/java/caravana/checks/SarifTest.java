package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What SARIF 2.1.0 requires of a log, and where each finding stands. */
class SarifTest {

    private static final Finding FINDING =
            new Finding("job/claim-job.sql", 7, "sql-default", "There is no type minutes", "Use seconds");

    @Test
    void aLogHasWhatTheSchemaRequires() {
        JsonNode log = Sarif.log(Path.of("src/main/resources/camel"), List.of(FINDING));

        assertThat(log.path("version").asText()).isEqualTo("2.1.0");
        JsonNode run = log.path("runs").get(0);
        assertThat(run.path("tool").path("driver").path("name").asText()).isEqualTo("caravana check-routes");
        JsonNode result = run.path("results").get(0);
        assertThat(result.path("message").path("text").asText()).isEqualTo("There is no type minutes. Use seconds.");
        assertThat(result.path("ruleId").asText()).isEqualTo("sql-default");
        JsonNode rule = run.path("tool")
                .path("driver")
                .path("rules")
                .get(result.path("ruleIndex").asInt());
        assertThat(rule.path("id").asText()).isEqualTo("sql-default");
        JsonNode place = result.path("locations").get(0).path("physicalLocation");
        assertThat(place.path("region").path("startLine").asInt()).isEqualTo(7);
        String base = place.path("artifactLocation").path("uriBaseId").asText();
        URI folder =
                URI.create(run.path("originalUriBaseIds").path(base).path("uri").asText());
        assertThat(folder.resolve(place.path("artifactLocation").path("uri").asText())
                        .getPath())
                .endsWith("src/main/resources/camel/job/claim-job.sql");
    }

    @Test
    void nothingWrongIsARunWithoutResults() {
        JsonNode log = Sarif.log(Path.of("."), List.of());

        assertThat(log.path("runs").get(0).path("results").isArray()).isTrue();
        assertThat(log.path("runs").get(0).path("results")).isEmpty();
    }
}
