package caravana.checks;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A file with routes. Reading it is the first check: strict YAML. */
final class RouteFile extends SourceFile {

    /** A value that begins with a brace is a mapping in YAML, and nothing may follow it: a function or a placeholder is meant. */
    private static final Pattern BRACE_FIRST =
            Pattern.compile("^\\s*(?:- )?(?:[\\w-]+: +)?(\\{(?:" + TextRules.FUNCTIONS + ")[^{}]*}|\\{\\{[^{}]*}}).*");

    private final Element root;
    private final List<Finding> unreadable = new ArrayList<>();
    private final List<Route> routes;
    private final List<Route> configurations;
    private List<Element> expressions;
    private Set<FlowName> read;
    private List<RouteTree.Placed> steps;
    private List<RouteTree.Placed> handlingSteps;

    RouteFile(String name, String text) {
        super(name, text);
        this.root = parse(name, text, unreadable::add);
        this.routes = entries("route");
        this.configurations = entries("routeConfiguration");
    }

    private static Element parse(String name, String text, Consumer<Finding> report) {
        try {
            LoaderOptions options = new LoaderOptions();
            Node root = new Yaml(options).compose(new StringReader(text));
            if (root == null) {
                report.accept(new Finding(name, 1, "yaml-empty", "The file has no routes", "Write some, or delete it"));
                return null;
            }
            duplicates(name, root, report);
            return new Element(root);
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
            return null;
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

    private List<Route> entries(String kind) {
        List<Route> entries = new ArrayList<>();
        if (root != null) {
            root.items().forEach(item -> item.get(kind).ifPresent(entry -> entries.add(new Route(name(), entry))));
        }
        return entries;
    }

    /** What keeps it from being read, and keys that are there twice. */
    List<Finding> unreadable() {
        return unreadable;
    }

    /** Its document; empty when it cannot be read. */
    Optional<Element> root() {
        return Optional.ofNullable(root);
    }

    /** The entries of its document. */
    List<Element> items() {
        return root == null ? List.of() : root.items();
    }

    /** Everything in its document, from top to bottom. */
    List<Element> elements() {
        return root == null ? List.of() : root.all();
    }

    /** As {@link TextRules#expressions} has them. */
    List<Element> expressions() {
        if (expressions == null) {
            expressions = root == null ? List.of() : TextRules.expressions(root);
        }
        return expressions;
    }

    /** As {@link FlowRules#read} has it. */
    Set<FlowName> read() {
        read = read == null ? FlowRules.read(this) : read;
        return read;
    }

    List<Route> routes() {
        return routes;
    }

    /** Each named error handling, as what stands under {@code routeConfiguration:}. */
    List<Route> configurations() {
        return configurations;
    }

    /** All steps of its routes. */
    List<RouteTree.Placed> steps() {
        if (steps == null) {
            steps = new ArrayList<>();
            for (Route route : routes) {
                route.steps().forEach(step -> steps.add(new RouteTree.Placed(route, step)));
            }
        }
        return steps;
    }

    /** All steps of its error handling, each once. */
    List<RouteTree.Placed> handlingSteps() {
        if (handlingSteps == null) {
            handlingSteps = new ArrayList<>();
            for (Route configuration : configurations) {
                configuration.everyStep().forEach(step -> handlingSteps.add(new RouteTree.Placed(configuration, step)));
            }
        }
        return handlingSteps;
    }

    /** Those of its routes, and those of its error handling. */
    List<RouteTree.Placed> allSteps() {
        List<RouteTree.Placed> all = new ArrayList<>(steps());
        all.addAll(handlingSteps());
        return all;
    }

    @Override
    void check(FileRule rule, Consumer<Finding> report) {
        rule.check(this, report);
    }
}
