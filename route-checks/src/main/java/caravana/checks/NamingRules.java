package caravana.checks;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Checks that routes and steps have unique names, since logs, metrics and tests use them. */
final class NamingRules implements Rule {

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        tree.files().forEach((file, root) -> {
            if (AppFolders.loading(file).isEmpty()) {
                report.accept(new Finding(
                        file,
                        1,
                        "not-loaded",
                        "No app loads this file",
                        "Put it into one of the folders " + AppFolders.allFolders() + ", not below them"));
            }
        });
        Map<String, String> owners = new HashMap<>();
        Map<String, String> handlers = new HashMap<>();
        for (Route route : tree.routes()) {
            if (route.element().text("description").isBlank()) {
                report.accept(new Finding(
                        route.file(),
                        route.element().line(),
                        "description-missing",
                        "The route " + route.id() + " has no description",
                        "Say in one sentence what it does, under description:"));
            }
            named(route.file(), "route", route.element(), owners, report);
            for (Route.Step step : route.steps()) {
                named(route.file(), step.kind(), step.element(), owners, report);
            }
        }
        for (Route configuration : tree.configurations()) {
            named(configuration.file(), "routeConfiguration", configuration.element(), owners, report);
            configuration
                    .element()
                    .all()
                    .forEach(element -> element.get("onException")
                            .filter(Element::isMapping)
                            .ifPresent(
                                    handler -> named(configuration.file(), "onException", handler, handlers, report)));
        }
        tree.steps().stream()
                .filter(placed -> tree.configurations().contains(placed.owner()))
                .forEach(placed ->
                        named(placed.file(), placed.step().kind(), placed.step().element(), owners, report));
    }

    private static void named(
            String file, String kind, Element element, Map<String, String> owners, Consumer<Finding> report) {
        if (element.isText()) {
            // Compact notation, which has no place for one and is reported as such.
            return;
        }
        String id = element.text("id");
        if (id.isBlank()) {
            report.accept(new Finding(
                    file, element.line(), "id-missing", "This " + kind + " has no id", "Give it one under id:"));
            return;
        }
        String before = owners.putIfAbsent(id, file + ":" + element.line());
        if (before != null) {
            report.accept(new Finding(
                    file,
                    element.line(),
                    "id-duplicate",
                    "The id " + id + " is there already, at " + before,
                    "Choose another"));
        }
    }
}
