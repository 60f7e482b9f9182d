package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./caravana check-routes}: its exit status, and what it prints where. */
class CheckRoutesCommandTest {

    @TempDir
    Path project;

    private Path routes;

    /** The command in a project of its own, with the checks of this build. */
    @BeforeEach
    void link() throws Exception {
        routes = Files.createDirectories(project.resolve("routes/job"));
        Files.copy(Path.of("../caravana"), project.resolve("caravana"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(project.resolve("route-checks/src/main"));
        for (String pom : List.of("pom.xml", "bom/pom.xml", "route-checks/pom.xml")) {
            Files.createDirectories(project.resolve(pom).getParent());
            Files.writeString(project.resolve(pom), "<project/>");
        }
        Path target = Files.createDirectories(project.resolve("route-checks/target"));
        for (String built : List.of("route-checks.jar", "lib")) {
            Path real = Path.of("../route-checks/target").resolve(built).toRealPath();
            Files.createSymbolicLink(target.resolve(built), real);
        }
        // As the command writes it when it has built them, so that it does not.
        assertThat(run(
                        "sh",
                        "-c",
                        "find pom.xml bom/pom.xml route-checks/pom.xml route-checks/src/main -type f -print0 | LC_ALL=C sort -z"
                                + " | xargs -0 sha256sum | sha256sum > route-checks/target/.built"))
                .isZero();
    }

    @Test
    void nothingWrongIsZero() throws Exception {
        assertThat(run("./caravana", "check-routes", "routes"))
                .as(printed("err"))
                .isZero();

        assertThat(printed("out")).isEqualTo(project.resolve("routes") + ": nothing is wrong\n");
        assertThat(printed("err")).contains("skipped: preparing the SQL statements");
    }

    @Test
    void aFindingIsOneInEachFormat() throws Exception {
        Files.writeString(routes.resolve("left-over.sql"), "SELECT 1\n");

        assertThat(run("./caravana", "check-routes", "routes", "--format", "json"))
                .as(printed("err"))
                .isOne();

        JsonNode findings = new ObjectMapper().readTree(printed("out"));
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.path("file").asText()).isEqualTo("job/left-over.sql");
            assertThat(finding.path("id").asText()).isEqualTo("sql-never-run");
        });
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsTwo() throws Exception {
        assertThat(run(
                        "./caravana",
                        "check-routes",
                        "routes",
                        "--sql",
                        "postgresql://caravana:secret@127.0.0.1:1/caravana"))
                .isEqualTo(2);

        assertThat(printed("out")).isEmpty();
        assertThat(printed("err"))
                .contains("caravana: The SQL statements cannot be prepared: ")
                .doesNotContain("secret");
    }

    @Test
    void aWrongCommandIsTwo() throws Exception {
        assertThat(run("./caravana", "check-routes", "--format", "xml")).isEqualTo(2);
        assertThat(printed("err")).isEqualTo("caravana: --format takes text, json or sarif\n");

        assertThat(run("./caravana", "check-routes", "--sequel")).isEqualTo(2);
        assertThat(printed("err")).isEqualTo("caravana: check-routes has no option --sequel\n");

        assertThat(run("./caravana", "check-routes", "nowhere")).isEqualTo(2);
        assertThat(printed("err")).contains("caravana: there is no folder ");
    }

    private int run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectOutput(project.resolve("out").toFile())
                .redirectError(project.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVANA_"));
        return builder.start().waitFor();
    }

    private String printed(String where) throws IOException {
        return Files.readString(project.resolve(where));
    }
}
