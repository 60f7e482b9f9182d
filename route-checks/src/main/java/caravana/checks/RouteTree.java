package caravana.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All routes below a folder, with their SQL. */
final class RouteTree {

    static final String ROUTES = ".camel.yaml";
    static final String SQL = ".sql";

    private final Map<String, RouteFile> routeFiles = new LinkedHashMap<>();
    private final Map<String, Element> files = new LinkedHashMap<>();
    private final Map<String, SqlFile> statements = new LinkedHashMap<>();

    /** Collected when they are first asked for, since every rule asks. */
    private List<Route> routes;

    private List<Route> configurations;
    private List<Placed> steps;
    private Map<String, List<Route>> consumers;
    private Set<String> called;

    /**
     * Reads a folder.
     *
     * @param report gets what is invalid YAML, and keys that are there twice
     * @throws IOException when it cannot be read
     */
    static RouteTree read(Path folder, Consumer<Finding> report) throws IOException {
        return of(RouteFiles.read(folder), new RouteTree(), report);
    }

    /** That of files which were found to be strict YAML before. */
    static RouteTree of(Map<String, String> files) {
        return of(files, new RouteTree(), nothing -> {});
    }

    /**
     * That of some files.
     *
     * @param before of it, files with the same text are taken over as they are
     * @param report gets what is invalid YAML, and keys that are there twice
     */
    static RouteTree of(Map<String, String> files, RouteTree before, Consumer<Finding> report) {
        RouteTree tree = new RouteTree();
        files.forEach((name, text) -> {
            if (name.endsWith(ROUTES)) {
                RouteFile known = before.routeFiles.get(name);
                tree.add(known != null && known.text().equals(text) ? known : new RouteFile(name, text), report);
            } else if (name.endsWith(SQL)) {
                SqlFile known = before.statements.get(name);
                tree.statements.put(name, known != null && known.text().equals(text) ? known : new SqlFile(name, text));
            }
        });
        return tree;
    }

    private void add(RouteFile file, Consumer<Finding> report) {
        file.unreadable().forEach(report);
        routeFiles.put(file.name(), file);
        file.root().ifPresent(root -> files.put(file.name(), root));
    }

    Collection<RouteFile> routeFiles() {
        return routeFiles.values();
    }

    /** The documents by file. */
    Map<String, Element> files() {
        return files;
    }

    /** The SQL by file. */
    Map<String, SqlFile> statements() {
        return statements;
    }

    /** What a rule finds in each file alone. */
    void check(FileRule rule, Consumer<Finding> report) {
        routeFiles.values().forEach(file -> file.findings(rule).forEach(report));
        statements.values().forEach(file -> file.findings(rule).forEach(report));
    }

    List<Route> routes() {
        routes = routes == null ? all(RouteFile::routes) : routes;
        return routes;
    }

    /** Each named error handling, as what stands under {@code routeConfiguration:}. */
    List<Route> configurations() {
        configurations = configurations == null ? all(RouteFile::configurations) : configurations;
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
            steps = all(RouteFile::steps);
            steps.addAll(all(RouteFile::handlingSteps));
        }
        return steps;
    }

    private <T> List<T> all(Function<RouteFile, Collection<T>> part) {
        List<T> all = new ArrayList<>();
        routeFiles.values().forEach(file -> all.addAll(part.apply(file)));
        return all;
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
}
