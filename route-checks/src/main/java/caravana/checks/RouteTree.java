package caravana.checks;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** All routes below a folder, with their SQL. Reading them is the first check: strict YAML. */
final class RouteTree {

    static final String ROUTES = ".camel.yaml";
    static final String SQL = ".sql";

    /** A value that begins with a brace is a mapping in YAML, and nothing may follow it: a function or a placeholder is meant. */
    private static final Pattern BRACE_FIRST =
            Pattern.compile("^\\s*(?:- )?(?:[\\w-]+: +)?(\\{(?:" + TextRules.FUNCTIONS + ")[^{}]*}|\\{\\{[^{}]*}}).*");

    private final Map<String, Element> files = new LinkedHashMap<>();
    private final Map<String, String> statements = new LinkedHashMap<>();

    /** Collected when they are first asked for, since every rule asks. */
    private List<Route> routes;

    private List<Route> configurations;
    private List<Placed> steps;
    private Map<String, List<Route>> consumers;
    private Set<String> called;
    private final Map<String, SqlText> sql = new HashMap<>();
    private final Map<String, String> numbered = new HashMap<>();

    /**
     * Reads a folder.
     *
     * @param report gets what is invalid YAML, and keys that are there twice
     * @throws IOException when it cannot be read
     */
    static RouteTree read(Path folder, Consumer<Finding> report) throws IOException {
        return of(RouteFiles.read(folder), report);
    }

    /** That of files which were found to be strict YAML before. */
    static RouteTree of(Map<String, String> files) {
        return of(files, nothing -> {});
    }

    /** @param report gets what is invalid YAML, and keys that are there twice */
    static RouteTree of(Map<String, String> files, Consumer<Finding> report) {
        RouteTree tree = new RouteTree();
        files.forEach((name, text) -> {
            if (name.endsWith(ROUTES)) {
                tree.parse(name, text, report);
            } else if (name.endsWith(SQL)) {
                tree.statements.put(name, text);
            }
        });
        return tree;
    }

    private void parse(String name, String text, Consumer<Finding> report) {
        try {
            LoaderOptions options = new LoaderOptions();
            Node root = new Yaml(options).compose(new StringReader(text));
            if (root == null) {
                report.accept(new Finding(name, 1, "yaml-empty", "The file has no routes", "Write some, or delete it"));
                return;
            }
            duplicates(name, root, report);
            files.put(name, new Element(root));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            Matcher brace =
                    BRACE_FIRST.matcher(text.lines().skip(line - 1L).findFirst().orElse(""));
            if (brace.matches()) {
                report.accept(new Finding(
                        name,
                        line,
                        "placeholder",
                        "Invalid YAML: " + brace.group(1)
                                + " is taken as a mapping, which ends before the rest of the line",
                        brace.group(1).startsWith("{{")
                                ? "Write the whole value in quotes"
                                : "Write ${…}, with a dollar before the brace"));
            } else {
                report.accept(new Finding(
                        name, line, "yaml-syntax", "Invalid YAML: " + e.getProblem(), "Check indentation and quoting"));
            }
        }
    }

    static void duplicates(String name, Node node, Consumer<Finding> report) {
        if (node instanceof MappingNode mapping) {
            Set<String> keys = new HashSet<>();
            for (NodeTuple tuple : mapping.getValue()) {
                Element key = new Element(tuple.getKeyNode());
                if (!keys.add(key.text())) {
                    report.accept(new Finding(
                            name,
                            key.line(),
                            "yaml-duplicate-key",
                            "The key " + key.text() + " is there twice, and Camel would silently take the last",
                            "Keep one of them"));
                }
                duplicates(name, tuple.getValueNode(), report);
            }
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> duplicates(name, item, report));
        }
    }

    /** The documents by file. */
    Map<String, Element> files() {
        return files;
    }

    /** The SQL by file. */
    Map<String, String> statements() {
        return statements;
    }

    /** What the text of one of these files says. */
    SqlText sql(String text) {
        return sql.computeIfAbsent(text, SqlText::of);
    }

    /** The text of one of these files as {@link SqlText#numbered} has it. */
    String numbered(String text) {
        return numbered.computeIfAbsent(text, SqlText::numbered);
    }

    List<Route> routes() {
        routes = routes == null ? entries("route") : routes;
        return routes;
    }

    /** Each named error handling, as what stands under {@code routeConfiguration:}. */
    List<Route> configurations() {
        configurations = configurations == null ? entries("routeConfiguration") : configurations;
        return configurations;
    }

    /**
     * A step where it stands.
     *
     * @param owner the route, or the error handling
     */
    record Placed(Route owner, Route.Step step) {

        String file() {
            return owner.file();
        }

        int line() {
            return step.element().line();
        }
    }

    /** All steps, those of error handling included, each once. */
    List<Placed> steps() {
        if (steps == null) {
            steps = collect();
        }
        return steps;
    }

    /** The routes that begin with an endpoint, as {@link Route.Step#uri} has it. */
    List<Route> consumers(String uri) {
        if (consumers == null) {
            consumers = routes().stream()
                    .collect(Collectors.groupingBy(route -> route.from().uri()));
        }
        return consumers.getOrDefault(uri, List.of());
    }

    /** Whether a step names an endpoint, as {@link Route.Step#uri} has it. */
    boolean isCalled(String uri) {
        if (called == null) {
            called = steps().stream().map(placed -> placed.step().uri()).collect(Collectors.toSet());
        }
        return called.contains(uri);
    }

    private List<Placed> collect() {
        List<Placed> steps = new ArrayList<>();
        for (Route route : routes()) {
            route.steps().forEach(step -> steps.add(new Placed(route, step)));
        }
        for (Route configuration : configurations()) {
            Set<Route.Step> own = new LinkedHashSet<>();
            configuration.element().all().forEach(element -> own.addAll(Route.stepsOf(element)));
            own.forEach(step -> steps.add(new Placed(configuration, step)));
        }
        return steps;
    }

    private List<Route> entries(String kind) {
        List<Route> entries = new ArrayList<>();
        files.forEach((file, root) -> root.items()
                .forEach(item -> item.get(kind).ifPresent(element -> entries.add(new Route(file, element)))));
        return entries;
    }
}
