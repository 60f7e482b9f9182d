package caravana.checks;

import java.io.StringReader;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.events.CommentEvent;
import org.yaml.snakeyaml.events.Event;

/**
 * Checks the layout of files: a file has the name of its first route, and reasons are in notes, because editors keep
 * these.
 */
final class LayoutRules implements FileRule {

    /** What may be a comment; most files have nothing like it, and are not read a second time. */
    private static final Pattern HASH = Pattern.compile("(?m)(?:^|\\s)#");

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        comments(file, report);
        name(file, report);
    }

    private static void comments(RouteFile file, Consumer<Finding> report) {
        if (!HASH.matcher(file.text()).find()) {
            return;
        }
        LoaderOptions options = new LoaderOptions();
        options.setProcessComments(true);
        for (Event event : new Yaml(options).parse(new StringReader(file.text()))) {
            if (event instanceof CommentEvent comment && comment.getCommentType() != CommentType.BLANK_LINE) {
                report.accept(new Finding(
                        file.name(),
                        comment.getStartMark().getLine() + 1,
                        "yaml-comment",
                        "Editors of routes drop comments when they save",
                        "Write it as the note: of the step or of the route"));
            }
        }
    }

    private static void name(RouteFile file, Consumer<Finding> report) {
        String stem = file.name().replaceFirst(".*/", "").replace(RouteTree.ROUTES, "");
        List<Route> first = file.routes().isEmpty() ? file.configurations() : file.routes();
        Stream.of(first)
                .filter(routes -> !routes.isEmpty())
                .map(routes -> routes.get(0))
                .filter(route -> !route.id().isEmpty() && !route.id().equals(stem))
                .forEach(route -> report.accept(new Finding(
                        file.name(),
                        route.element().line("id"),
                        "file-name",
                        "The file is not named after " + route.id() + ", with which it begins",
                        "Name it " + route.id() + RouteTree.ROUTES + ", or begin it with " + stem)));
    }
}
