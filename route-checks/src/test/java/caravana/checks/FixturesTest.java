package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The smallest routes with one mistake each, and the same corrected. */
class FixturesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** Every fixture refers to this error handling. */
    private static final String CALLER_DECIDES = """
            - routeConfiguration:
                id: caller-decides
                errorHandler:
                  noErrorHandler: {}
            """;

    @TempDir
    Path folder;

    static Stream<String> rules() throws IOException {
        try (Stream<Path> rules = Files.list(FIXTURES)) {
            return rules.map(rule -> rule.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theMistakeIsFoundAndItsCorrectionIsNot(String rule) throws Exception {
        assertThat(findings(rule, "bad")).containsExactly(rule);
        assertThat(findings(rule, "good")).isEmpty();
    }

    private Set<String> findings(String rule, String kind) throws IOException {
        Path tree = RouteFolders.copy(FIXTURES.resolve(rule).resolve(kind), folder.resolve(kind));
        Path errors = Files.createDirectories(tree.resolve("errors"));
        Files.writeString(errors.resolve("caller-decides.camel.yaml"), CALLER_DECIDES);
        return RouteChecks.check(tree).stream().map(Finding::id).collect(Collectors.toCollection(TreeSet::new));
    }
}
