package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code ./caravana check-routes} ends, and what it prints where. */
class MainTest {

    private static final Path FIXTURE = Path.of("src/test/resources/fixtures/id-missing");

    /** Where no database answers. */
    private static final String NO_DATABASE = "postgresql://caravana:secret@127.0.0.1:1/caravana";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void nothingWrongIsStatusZero() throws Exception {
        assertThat(check("good", null, "text")).isZero();

        assertThat(out.toString()).isEqualTo(folder + ": nothing is wrong\n");
        assertThat(err.toString()).contains("skipped: preparing the SQL statements, since no database answers");
    }

    @Test
    void aFindingIsStatusOne() throws Exception {
        assertThat(check("bad", null, "text")).isOne();

        assertThat(out.toString())
                .isEqualTo("job/example.camel.yaml:15: This log has no id. Give it one under id:. [id-missing]\n");
    }

    @Test
    void asJsonAFindingHasItsParts() throws Exception {
        assertThat(check("bad", null, "json")).isOne();

        JsonNode findings = new ObjectMapper().readTree(out.toString());
        assertThat(findings).hasSize(1);
        JsonNode finding = findings.get(0);
        assertThat(finding.path("file").asText()).isEqualTo("job/example.camel.yaml");
        assertThat(finding.path("line").asInt()).isEqualTo(15);
        assertThat(finding.path("id").asText()).isEqualTo("id-missing");
        assertThat(finding.path("what").asText()).isEqualTo("This log has no id");
        assertThat(finding.path("instead").asText()).isEqualTo("Give it one under id:");
    }

    @Test
    void asJsonNothingWrongIsAnEmptyList() throws Exception {
        assertThat(check("good", null, "json")).isZero();

        assertThat(new ObjectMapper().readTree(out.toString())).isEmpty();
    }

    @Test
    void aDatabaseThatWasNamedMustAnswer() throws Exception {
        assertThat(check("good", NO_DATABASE, "text", "sql")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .startsWith("caravana: The SQL statements cannot be prepared: ")
                .doesNotContain("secret");
    }

    @Test
    void theDatabaseOfUpNeedNotAnswer() throws Exception {
        assertThat(check("good", NO_DATABASE, "text")).isZero();

        assertThat(err.toString()).contains("skipped: preparing the SQL statements, since no database answers");
    }

    @Test
    void aWrongCommandIsStatusTwo() throws Exception {
        Main checks = new Main(null, new PrintStream(out), new PrintStream(err));

        assertThat(checks.run("check")).isEqualTo(2);
        assertThat(checks.run("check", folder.resolve("nowhere").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("caravana: there is no folder " + folder.resolve("nowhere"));
    }

    /** @param kind of the fixture, which is checked with the error handling that it names */
    private int check(String kind, String database, String... further) throws IOException {
        RouteFolders.copy(FIXTURE.resolve(kind), folder);
        Path errors = Files.createDirectory(folder.resolve("errors"));
        String shared = Files.readString(Path.of("src/test/resources/fixture-errors.camel.yaml"));
        Files.writeString(
                errors.resolve("log-and-go-on.camel.yaml"),
                Stream.of(shared.split("(?m)^(?=- route)"))
                        .filter(entry -> entry.contains("id: log-and-go-on"))
                        .collect(Collectors.joining()));
        List<String> args = new ArrayList<>(List.of("check", folder.toString()));
        args.addAll(List.of(further));
        return new Main(database, new PrintStream(out), new PrintStream(err)).run(args.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://user:secret word@host/database",
                "postgresql://user:secret%@host/database",
                "postgresql://user:secret^word@host/database",
                "secret",
                "postgresql://secret@host/database"
            })
    void thePasswordIsNotRepeated(String address) {
        assertThatThrownBy(() -> Main.connect(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("postgresql://user:password@host:port/database")
                .hasMessageNotContaining("secret");
    }
}
