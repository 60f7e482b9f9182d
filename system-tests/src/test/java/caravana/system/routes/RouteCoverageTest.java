package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.RouteSteps;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * Which steps the tests of both apps have executed, by the files that {@code StepCoverage} leaves. Those tests run before
 * this module.
 */
class RouteCoverageTest {

    private static final double TARGET = 0.9;
    private static final List<Path> REPORTS =
            List.of(Path.of("../routes-web/target/route-coverage"), Path.of("../routes-worker/target/route-coverage"));

    @Test
    void nearlyEveryStepIsExecutedByATest() throws Exception {
        Map<String, String> steps = RouteSteps.of(Path.of("../src/main/resources/camel"));
        Map<String, String> excused = excuses();
        assertThat(steps.keySet()).as("an excuse is for a step that there is").containsAll(excused.keySet());
        assertThat(excused.values()).as("every excuse has a reason").allMatch(reason -> reason.length() > 20);

        Set<String> executed = executed();
        Map<String, String> missing = new TreeMap<>(steps);
        missing.keySet().removeAll(executed);
        missing.keySet().removeAll(excused.keySet());
        missing.forEach((id, where) -> System.out.println("never executed: " + where + " " + id));

        double share = 1 - (double) missing.size() / (steps.size() - excused.size());
        System.out.printf(
                "RESULT name=route-coverage value=%.3f unit=share-of-%d-steps excused=%d target=>=%.1f verdict=%s%n",
                share, steps.size(), excused.size(), TARGET, share >= TARGET ? "pass" : "fail");
        assertThat(share).isGreaterThanOrEqualTo(TARGET);
        assertThat(excused.keySet()).as("what is executed needs no excuse").doesNotContainAnyElementsOf(executed);
    }

    private static Map<String, String> excuses() throws Exception {
        try (InputStream in = RouteCoverageTest.class.getResourceAsStream("/excused-steps.yaml")) {
            Map<String, String> excuses = new Yaml().load(in);
            return excuses == null ? Map.of() : excuses;
        }
    }

    private static Set<String> executed() throws Exception {
        Set<String> executed = new TreeSet<>();
        for (Path folder : REPORTS) {
            assertThat(folder).as("the apps' tests run first: ./caravana test").isDirectory();
            try (Stream<Path> reports = Files.list(folder)) {
                for (Path report : reports.toList()) {
                    executed.addAll(Files.readAllLines(report));
                }
            }
        }
        return executed;
    }
}
