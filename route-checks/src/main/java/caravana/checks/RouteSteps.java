package caravana.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** All steps of the routes, including those of error handlers. */
public final class RouteSteps {

    private RouteSteps() {}

    /**
     * Where each step stands, as {@code file:line}, by its id.
     *
     * @param folder holds the routes, which were found to be right before
     * @throws IOException when it cannot be read
     */
    public static Map<String, String> of(Path folder) throws IOException {
        RouteTree tree = RouteTree.of(RouteFiles.read(folder));
        Map<String, String> steps = new TreeMap<>();
        tree.routes().forEach(route -> route.steps().forEach(step -> add(route, step, steps)));
        tree.configurations()
                .forEach(configuration -> configuration.element().all().stream()
                        .flatMap(element -> Route.stepsOf(element).stream())
                        .forEach(step -> add(configuration, step, steps)));
        return steps;
    }

    private static void add(Route route, Route.Step step, Map<String, String> steps) {
        steps.put(step.element().text("id"), route.file() + ":" + step.element().line());
    }
}
