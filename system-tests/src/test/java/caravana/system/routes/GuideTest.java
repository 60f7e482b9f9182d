package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each task of docs/editing-routes.md can be applied as it stands there, and leaves routes that nothing is wrong with. */
class GuideTest {

    @TempDir
    Path folder;

    static List<String> tasks() throws IOException {
        return Guide.tasks();
    }

    @Test
    void thereAreSix() throws Exception {
        assertThat(Guide.tasks()).hasSize(6);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void nothingIsWrongWithTheRoutesAfterwards(String task) throws Exception {
        String text = Guide.section(task);
        RouteCopy routes = RouteCopy.into(folder.resolve("camel"));
        Guide.apply(task, routes);

        List<Finding> findings = new RouteChecks().check(RouteFiles.read(routes.folder()));

        // Of settings of its own, the task says which variables set them; this process cannot set them for itself.
        assertThat(findings)
                .filteredOn(finding -> !finding.id().equals("setting-unknown") || !namesVariableOf(text, finding))
                .isEmpty();
    }

    private static boolean namesVariableOf(String text, Finding finding) {
        return text.lines()
                .filter(line -> line.startsWith("$ export "))
                .map(line -> line.replaceFirst("^\\$ export (\\w+)=.*", "$1"))
                .anyMatch(variable -> finding.instead().contains("the variable " + variable + ","));
    }
}
