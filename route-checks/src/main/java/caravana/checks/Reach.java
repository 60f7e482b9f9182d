package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Determines the effects of a step: its own, those of the steps inside it, and those of the routes that they call. */
final class Reach {

    private final RouteTree tree;
    private final Predicate<Route> followed;

    /** By endpoint, the names of what is done there, each with the first place. */
    private final Map<String, Map<String, String>> called = new HashMap<>();

    Reach(RouteTree tree) {
        this(tree, route -> true);
    }

    /** @param followed which of the routes that are called count */
    Reach(RouteTree tree, Predicate<Route> followed) {
        this.tree = tree;
        this.followed = followed;
    }

    /** The names of all that an item in a list of steps does. */
    Set<String> of(Element item) {
        Set<String> names = new HashSet<>(lines(item).keySet());
        item.fields().forEach((kind, element) -> {
            names.addAll(called(new Route.Step(kind, element).uri()).keySet());
            Route.stepsOf(element)
                    .forEach(step -> names.addAll(called(step.uri()).keySet()));
        });
        return names;
    }

    /** The names of all that a route does. */
    Set<String> of(Route route) {
        Set<String> names = new HashSet<>();
        route.steps().forEach(step -> {
            names.add(name(step));
            names.addAll(called(step.uri()).keySet());
        });
        return names;
    }

    /** Where the routes that an item calls do something, as {@code file:line}; empty when they do not. */
    Optional<String> place(Element item, String name) {
        return item.fields().entrySet().stream()
                .flatMap(entry -> Stream.concat(
                        Stream.of(new Route.Step(entry.getKey(), entry.getValue())),
                        Route.stepsOf(entry.getValue()).stream()))
                .map(step -> called(step.uri()).get(name))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private Map<String, String> called(String uri) {
        if (!uri.startsWith(OrderRules.DIRECT)) {
            return Map.of();
        }
        Map<String, String> known = called.get(uri);
        if (known == null) {
            known = new HashMap<>();
            Set<String> seen = new LinkedHashSet<>(Set.of(uri));
            List<String> open = new ArrayList<>(seen);
            for (int i = 0; i < open.size(); i++) {
                for (Route route :
                        tree.consumers(open.get(i)).stream().filter(followed).toList()) {
                    for (Route.Step step : route.steps()) {
                        known.putIfAbsent(
                                name(step), route.file() + ":" + step.element().line());
                        if (step.uri().startsWith(OrderRules.DIRECT) && seen.add(step.uri())) {
                            open.add(step.uri());
                        }
                    }
                }
            }
            called.put(uri, known);
        }
        return known;
    }

    /** The names of an item in a list of steps and of the steps within it, its own as the first, with their lines. */
    static Map<String, Integer> lines(Element item) {
        Map<String, Integer> lines = new LinkedHashMap<>();
        item.fields().forEach((kind, element) -> {
            lines.put(name(new Route.Step(kind, element)), element.line());
            Route.stepsOf(element)
                    .forEach(
                            step -> lines.putIfAbsent(name(step), step.element().line()));
        });
        return lines;
    }

    /** The name of an item in a list of steps. */
    static String name(Element item) {
        return item.fields().entrySet().stream()
                .findFirst()
                .map(step -> name(new Route.Step(step.getKey(), step.getValue())))
                .orElse("");
    }

    /** Where an item in a list of steps begins. */
    static int line(Element item) {
        return item.fields().values().stream().findFirst().map(Element::line).orElse(item.line());
    }

    /** What a step is known by: its endpoint, a statement's file wherever it lies, a bean's method, or else its id. */
    static String name(Route.Step step) {
        if (step.kind().equals("bean")) {
            return "bean:" + step.element().text("ref") + "."
                    + step.element().text("method").replaceFirst("\\(.*", "");
        }
        if (step.uses("bean")) {
            return step.uri() + "." + step.parameter("method").replaceFirst("\\(.*", "");
        }
        return step.uri().isEmpty()
                ? step.kind() + ":" + step.element().text("id")
                : step.uri().replaceFirst("^statement:.*/", "statement:");
    }
}
