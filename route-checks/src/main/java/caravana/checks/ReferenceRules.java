package caravana.checks;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What a route names is there: its error handling, the routes that it calls, the SQL that it runs. */
final class ReferenceRules implements Rule {

    private final Set<String> operations;

    /** @param operations ids of the operations that the contract binds to routes */
    ReferenceRules(Set<String> operations) {
        this.operations = operations;
    }

    private static final String DIRECT = "direct:";

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<String> configurations =
                tree.configurations().stream().map(Route::id).collect(Collectors.toCollection(TreeSet::new));
        Set<String> consumed = tree.routes().stream().map(r -> r.from().uri()).collect(Collectors.toSet());
        Set<String> called = new HashSet<>();
        for (Route route : tree.routes()) {
            String configuration = route.element().text("routeConfigurationId");
            if (configuration.isBlank()) {
                report.accept(new Finding(
                        route.file(),
                        route.element().line(),
                        "error-handling-missing",
                        "The route " + route.id() + " does not say what becomes of its failures",
                        "Name one under routeConfigurationId: " + configurations));
            } else if (!configurations.contains(configuration)) {
                report.accept(new Finding(
                        route.file(),
                        route.element()
                                .get("routeConfigurationId")
                                .orElseThrow()
                                .line(),
                        "error-handling-unknown",
                        "There is no routeConfiguration " + configuration
                                + ", and Camel would run the route without any error handling",
                        "Name one of " + configurations));
            }
            route.steps().forEach(step -> call(route.file(), step, consumed, called, report));
            statements(tree, route, report);
        }
        for (Route configuration : tree.configurations()) {
            configuration.element().all().stream()
                    .flatMap(e -> Route.stepsOf(e).stream())
                    .forEach(step -> call(configuration.file(), step, consumed, called, report));
        }
        for (Route route : tree.routes()) {
            String uri = route.from().uri();
            // Operations of the contract are called by Camel, which stops the start when one has no route.
            boolean operation = operations.contains(uri.substring(Math.min(DIRECT.length(), uri.length())));
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

    private static void call(
            String file, Route.Step step, Set<String> consumed, Set<String> called, Consumer<Finding> report) {
        String uri = step.uri();
        if (uri.startsWith(DIRECT) && called.add(uri) && !consumed.contains(uri)) {
            report.accept(new Finding(
                    file,
                    step.element().line(),
                    "direct-without-route",
                    "No route begins with " + uri + ", and the call would wait for one and fail",
                    "Call one that exists, or write it"));
        }
    }

    private static void statements(RouteTree tree, Route route, Consumer<Finding> report) {
        String prefix = "resource:{{caravana.routes.location}}/";
        route.element().all().stream()
                .filter(e -> e.text().startsWith(prefix) && e.text().endsWith(".sql"))
                .filter(e -> !tree.statements().containsKey(e.text().substring(prefix.length())))
                .forEach(e -> report.accept(new Finding(
                        route.file(),
                        e.line(),
                        "sql-file-missing",
                        "There is no file " + e.text().substring(prefix.length()),
                        "Name one that lies beside the routes")));
    }
}
