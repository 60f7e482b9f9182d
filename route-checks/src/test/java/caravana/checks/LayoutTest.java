package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where a route stands: what another file calls has a file of its own. What else is to be said of files, the checks say. */
class LayoutTest {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");
    private static final String DIRECT = "direct:";

    private static RouteTree tree;

    @BeforeAll
    static void read() throws Exception {
        tree = RouteTree.of(RouteFiles.read(ROUTES));
    }

    @Test
    void aRouteThatAnotherFileCallsHasItsOwnFile() {
        Map<String, Route> byUri = tree.routes().stream()
                .filter(route -> route.from().uri().startsWith(DIRECT))
                .collect(Collectors.toMap(route -> route.from().uri(), Function.identity()));
        List<String> hidden = new ArrayList<>();
        Stream.concat(tree.routes().stream(), tree.configurations().stream())
                .forEach(caller -> caller.element().all().stream()
                        .map(element -> byUri.get(element.text("uri")))
                        .filter(called -> called != null
                                && !called.file().equals(caller.file())
                                && !stem(called.file()).equals(called.id()))
                        .forEach(called ->
                                hidden.add(caller.file() + " calls " + called.id() + " in " + called.file())));
        Set<String> operations = new TreeSet<>();
        for (AppFolders app : AppFolders.values()) {
            operations.addAll(Vocabulary.of(app).operations().keySet());
        }
        // The contract calls these.
        tree.routes().stream()
                .filter(route ->
                        operations.contains(route.id()) && !stem(route.file()).equals(route.id()))
                .forEach(route -> hidden.add("the contract calls " + route.id() + " in " + route.file()));
        assertThat(hidden).isEmpty();
    }

    private static String stem(String file) {
        return file.substring(file.lastIndexOf('/') + 1).replace(".camel.yaml", "");
    }
}
