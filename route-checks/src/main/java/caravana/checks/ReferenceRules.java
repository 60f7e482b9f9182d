package caravana.checks;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Checks that the routes and error handlers that a route names exist. */
final class ReferenceRules implements Rule {

    private static final String DIRECT = "direct:";

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        List<Route> configurations = tree.configurations();
        Set<String> called = new HashSet<>();
        for (Route route : tree.routes()) {
            String configuration = route.element().text("routeConfigurationId");
            if (configuration.isBlank()) {
                report.accept(new Finding(
                        route.file(),
                        route.element().line(),
                        "error-handling-missing",
                        "The route " + route.id() + " does not say what becomes of its failures",
                        "Name one under routeConfigurationId: " + named(configurations, route.file())));
            } else if (configurations.stream()
                    .noneMatch(
                            c -> c.id().equals(configuration) && AppFolders.loadedWherever(route.file(), c.file()))) {
                report.accept(new Finding(
                        route.file(),
                        route.element()
                                .get("routeConfigurationId")
                                .orElseThrow()
                                .line(),
                        "error-handling-unknown",
                        "There is no routeConfiguration " + configuration
                                + ", and Camel would run the route without any error handling",
                        "Name one that exists" + Nearest.orOneOf(configuration, named(configurations, route.file()))));
            }
            route.steps().forEach(step -> calls(route.file(), step, tree, called, report));
        }
        operations(tree, report);
        for (Route configuration : tree.configurations()) {
            configuration.everyStep().forEach(step -> calls(configuration.file(), step, tree, called, report));
            configuration
                    .element()
                    .all()
                    .forEach(element -> element.get(CatalogRule.DEAD_LETTERS)
                            .ifPresent(
                                    uri -> call(configuration.file(), uri.line(), uri.text(), tree, called, report)));
        }
        for (Route route : tree.routes()) {
            String uri = route.from().uri();
            // Operations of the contract are called by Camel, which stops the start when one has no route.
            boolean operation = AppFolders.loading(route.file()).stream()
                    .anyMatch(app -> uri.startsWith(DIRECT)
                            && Vocabulary.of(app).operations().containsKey(uri.substring(DIRECT.length())));
            if (uri.startsWith(DIRECT) && !called.contains(uri) && !operation) {
                report.accept(new Finding(
                        route.file(),
                        route.from().element().line(),
                        "direct-never-called",
                        "Nothing calls " + uri,
                        "Call it from a route, or delete this one"));
            }
        }
    }

    /** Where the contract is bound, Camel stops the start when one of its operations has no route. */
    private static void operations(RouteTree tree, Consumer<Finding> report) {
        for (RouteFile file : tree.routeFiles()) {
            file.elements().stream()
                    .flatMap(element -> element.get("openApi").stream())
                    .filter(contract -> contract.text("missingOperation").equals("fail"))
                    .forEach(contract -> AppFolders.loading(file.name()).stream()
                            .flatMap(app -> Vocabulary.of(app).operations().keySet().stream())
                            .filter(operation ->
                                    tree.consumers(DIRECT + operation).isEmpty())
                            .forEach(operation ->
                                    report.accept(withoutRoute(operation, file.name(), contract.line(), tree))));
        }
    }

    /** At the route of that name, where there is one; else where the contract is bound. */
    private static Finding withoutRoute(String operation, String file, int line, RouteTree tree) {
        Route named = tree.routes().stream()
                .filter(route -> route.id().equals(operation))
                .findFirst()
                .orElse(null);
        return new Finding(
                named == null ? file : named.file(),
                named == null ? line : named.from().element().line(),
                "operation-without-route",
                "No route begins with " + DIRECT + operation + ", which the app calls, and it would not start",
                named == null
                        ? "Put the route back; a call of the contract ends with its operation, in a new version of web"
                        : "Begin this one with " + DIRECT + operation);
    }

    private static void calls(
            String file, Route.Step step, RouteTree tree, Set<String> called, Consumer<Finding> report) {
        call(file, step.element().line(), step.uri(), tree, called, report);
        step.named().forEach((whole, line) -> call(file, line, Route.Step.withoutOptions(whole), tree, called, report));
    }

    private static void call(
            String file, int line, String uri, RouteTree tree, Set<String> called, Consumer<Finding> report) {
        if (!uri.startsWith(DIRECT)) {
            return;
        }
        called.add(uri);
        boolean there = tree.consumers(uri).stream().anyMatch(route -> AppFolders.loadedWherever(file, route.file()));
        if (!there) {
            report.accept(new Finding(
                    file,
                    line,
                    "direct-without-route",
                    "No route that is loaded with this one begins with " + uri
                            + ", and the call would wait for one and fail",
                    "Call one that exists"
                            + Nearest.to(
                                    uri,
                                    tree.routes().stream()
                                            .filter(route -> AppFolders.loadedWherever(file, route.file()))
                                            .map(route -> route.from().uri())
                                            .toList())
                            + ", or write it"));
        }
    }

    /** The error handlings that a file's routes may name. */
    private static List<String> named(List<Route> configurations, String file) {
        return configurations.stream()
                .filter(c -> AppFolders.loadedWherever(file, c.file()))
                .map(Route::id)
                .sorted()
                .toList();
    }
}
