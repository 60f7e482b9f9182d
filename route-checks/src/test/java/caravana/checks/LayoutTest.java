package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.events.CommentEvent;
import org.yaml.snakeyaml.events.Event;

/**
 * Where a route stands: a file has the name of its first route, and what another file calls has a file of its own. Where its
 * reasons stand: in notes, since editors drop comments when they save.
 */
class LayoutTest {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");
    private static final String DIRECT = "direct:";

    private static RouteTree tree;

    @BeforeAll
    static void read() throws Exception {
        tree = RouteTree.of(RouteFiles.read(ROUTES));
    }

    @Test
    void aFileIsNamedAfterItsFirstRoute() {
        Map<String, String> first = Stream.concat(tree.configurations().stream(), tree.routes().stream())
                .collect(Collectors.toMap(
                        Route::file,
                        Route::id,
                        (configuration, route) ->
                                // That of the routes, when there are any.
                                tree.configurations().stream().anyMatch(c -> c.id().equals(configuration))
                                        ? route
                                        : configuration));
        List<String> others = new ArrayList<>();
        first.forEach((file, id) -> {
            if (!stem(file).equals(id)) {
                others.add(file + " begins with " + id);
            }
        });
        assertThat(others).isEmpty();
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
        assertThat(hidden).isEmpty();
    }

    @Test
    void noFileHasAComment() throws Exception {
        List<String> comments = new ArrayList<>();
        RouteFiles.read(ROUTES).forEach((file, text) -> {
            if (file.endsWith(RouteTree.ROUTES)) {
                comments(text).forEach(line -> comments.add(file + ":" + line));
            }
        });
        assertThat(comments).as("write a note at the route or step instead").isEmpty();
    }

    @Test
    void commentsAreFoundAndTextsAreNone() {
        assertThat(comments("""
                # above
                - route:
                    id: a # beside
                    note: |-
                      # in a text

                    from: "timer:#b"
                """)).containsExactly(1, 3);
    }

    /** The lines of YAML's comments. */
    private static List<Integer> comments(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setProcessComments(true);
        List<Integer> lines = new ArrayList<>();
        for (Event event : new Yaml(options).parse(new StringReader(text))) {
            if (event instanceof CommentEvent comment && comment.getCommentType() != CommentType.BLANK_LINE) {
                lines.add(comment.getStartMark().getLine() + 1);
            }
        }
        return lines;
    }

    private static String stem(String file) {
        return file.substring(file.lastIndexOf('/') + 1).replace(".camel.yaml", "");
    }
}
