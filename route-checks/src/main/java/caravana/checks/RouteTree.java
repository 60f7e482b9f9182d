package caravana.checks;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

    private final Map<String, Element> files = new LinkedHashMap<>();
    private final Map<String, String> statements = new LinkedHashMap<>();

    /**
     * Reads a folder.
     *
     * @param report gets what is no YAML, and keys that are there twice
     * @throws IOException when it cannot be read
     */
    static RouteTree read(Path folder, Consumer<Finding> report) throws IOException {
        return of(RouteFiles.read(folder), report);
    }

    /** That of files which were found to be strict YAML before. */
    static RouteTree of(Map<String, String> files) {
        return of(files, nothing -> {});
    }

    /** @param report gets what is no YAML, and keys that are there twice */
    static RouteTree of(Map<String, String> files, Consumer<Finding> report) {
        RouteTree tree = new RouteTree();
        files.forEach((name, text) -> {
            if (name.endsWith(ROUTES)) {
                tree.parse(name, text, report);
            } else {
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
            report.accept(new Finding(
                    name, line, "yaml-syntax", "This is no YAML: " + e.getProblem(), "Mend indentation or quotes"));
        }
    }

    private static void duplicates(String name, Node node, Consumer<Finding> report) {
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

    List<Route> routes() {
        return entries("route");
    }

    /** Each named error handling, as what stands under {@code routeConfiguration:}. */
    List<Route> configurations() {
        return entries("routeConfiguration");
    }

    private List<Route> entries(String kind) {
        List<Route> entries = new ArrayList<>();
        files.forEach((file, root) -> root.items()
                .forEach(item -> item.get(kind).ifPresent(element -> entries.add(new Route(file, element)))));
        return entries;
    }
}
