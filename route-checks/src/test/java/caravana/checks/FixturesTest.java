package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The smallest routes with one mistake each, and the same corrected. */
class FixturesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** What fixtures refer to, such as their error handling. */
    private static final Path SHARED = Path.of("src/test/resources/fixture-errors.camel.yaml");

    /** Where the finding is of a mistake that is corrected elsewhere. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "constant-with-function", "expression: ${body}",
            "direct-never-called", "uri: direct:other",
            "error-handling-unused", "id: own-failures",
            "get-object-cached", "id: get",
            "name-not-set", "${exchangeProperty.clip_id}",
            "statement-result", "${body[number]}");

    static Stream<String> rules() throws IOException {
        try (Stream<Path> rules = Files.list(FIXTURES)) {
            return rules.map(rule -> rule.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theMistakeIsFoundAndItsCorrectionIsNot(String rule) throws Exception {
        for (String kind : kinds(rule)) {
            Set<String> expected = kind.startsWith("bad") ? Set.of(rule) : Set.of();
            assertThat(findings(rule, kind)).as(kind).isEqualTo(expected);
        }
    }

    /** {@code bad} and {@code good}, and further examples such as {@code good-called}. */
    private static List<String> kinds(String rule) throws IOException {
        try (Stream<Path> kinds = Files.list(FIXTURES.resolve(rule))) {
            List<String> names =
                    kinds.map(kind -> kind.getFileName().toString()).sorted().toList();
            assertThat(names).contains("bad", "good");
            return names;
        }
    }

    /** As somebody reads it who is to correct the mistake. */
    @ParameterizedTest
    @MethodSource("rules")
    void theFindingNamesTheLineAndWhatWasMeant(String rule) throws Exception {
        Map<String, String> good = files(rule, "good");
        Map<String, String> bad = files(rule, "bad");
        for (Finding finding : new RouteChecks().check(bad)) {
            Change change = Change.between(good.getOrDefault(finding.file(), ""), bad.getOrDefault(finding.file(), ""));

            if (!bad.containsKey(finding.file())) {
                // That it is missing is the mistake.
                continue;
            }
            String line = bad.get(finding.file()).lines().toList().get(finding.line() - 1);
            assertThat(
                            ELSEWHERE.containsKey(rule)
                                    ? line.contains(ELSEWHERE.get(rule))
                                    : change.includes(finding.line()) || change.isWithin(finding.line()))
                    .as("%s is where the mistake is, and not at: %s", finding, line)
                    .isTrue();
            if (!rule.equals("error-handling-unknown")) {
                // Its fixture has no other that could be named.
                assertThat(finding.toString()).contains(change.meant());
            }
        }
    }

    private static Set<String> findings(String rule, String kind) throws IOException {
        return new RouteChecks()
                .check(files(rule, kind)).stream().map(Finding::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> files(String rule, String kind) throws IOException {
        Map<String, String> files =
                new TreeMap<>(RouteFiles.read(FIXTURES.resolve(rule).resolve(kind)));
        files.putAll(shared(String.join("\n", files.values())));
        return files;
    }

    /** Of what is shared, only what a fixture names, and what that names: the rest would be found to be of no use. */
    private static Map<String, String> shared(String fixture) throws IOException {
        List<String> open = new ArrayList<>(List.of(Files.readString(SHARED).split("(?m)^(?=- route)")));
        Map<String, String> named = new TreeMap<>();
        boolean more = true;
        while (more) {
            String all = fixture + String.join("", named.values());
            more = open.removeIf(entry -> {
                String id = entry.replaceFirst("(?s).*?id: (\\S+).*", "$1");
                boolean isNamed = Pattern.compile("(?m)(?:routeConfigurationId: |direct:)" + id + "$")
                        .matcher(all)
                        .find();
                if (isNamed) {
                    named.put("errors/" + id + RouteTree.ROUTES, entry);
                }
                return isNamed;
            });
        }
        return named;
    }
}
