package caravana.checks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks the notes of called routes for completeness, the opposite direction of {@link ContractRules}: each name that
 * the route reads before anything in it sets it must be under {@code Enters:}, and each name that it sets and its
 * callers read under {@code Leaves:}. So the note alone says what to set before a call, and what to expect after it.
 * The id of another route in a note stands for the names that this route leaves.
 */
final class ContractNames {

    private static final String DIRECT = "direct:";

    /** No names, but what {@link ParameterWays.Step} says of messages. */
    private static final Set<String> OF_MESSAGES = Set.of("body", "header");

    private static final Pattern ID = Pattern.compile("[a-z]+(?:-[a-z]+)+");

    private final RouteTree tree;
    private final ParameterWays.Steps steps;
    private final Map<String, Route> byId;

    ContractNames(RouteTree tree, ParameterWays.Steps steps) {
        this.tree = tree;
        this.steps = steps;
        this.byId = tree.routes().stream().collect(Collectors.toMap(Route::id, route -> route, (one, other) -> one));
    }

    /** @param outside names that the code of the app sets before a route begins */
    void check(List<Route> routes, Set<String> outside, Consumer<Finding> report) {
        Map<Route, Set<String>> readBehind = readBehind(routes);
        for (Route route : routes) {
            if (route.sections().isEmpty()
                    || !route.isCalledByRoutes()
                    || !tree.isCalled(route.from().uri())) {
                continue;
            }
            Map<String, Integer> needs = new LinkedHashMap<>();
            needs(
                    route.file(),
                    route.from().element(),
                    new HashSet<>(steps.of(route.file(), route.from()).sets()),
                    needs);
            needs.keySet().removeAll(names(route, "Enters"));
            needs.keySet().removeAll(outside);
            needs.forEach((name, line) -> report.accept(new Finding(
                    route.file(),
                    line,
                    "contract-enters",
                    route.id() + " reads " + name + " here, nothing in it sets it before, and its note does not name it"
                            + " under Enters:",
                    "Set it before" + Nearest.to(name, names(route, "Enters")) + ", or name `" + name
                            + "` there, with a word such as when or optional if it may be missing")));
            Map<String, Integer> leaves = new LinkedHashMap<>();
            route.steps()
                    .forEach(step -> own(step)
                            .forEach(name ->
                                    leaves.putIfAbsent(name, step.element().line())));
            leaves.keySet().retainAll(readBehind.getOrDefault(route, Set.of()));
            leaves.keySet().removeAll(names(route, "Leaves"));
            leaves.forEach((name, line) -> report.accept(new Finding(
                    route.file(),
                    line,
                    "contract-leaves",
                    route.id() + " sets " + name
                            + " here, what calls it reads that afterwards, and its note does not name"
                            + " it under Leaves:",
                    "Name `" + name + "` there")));
        }
    }

    /** What may be missing when a step reads it; branches may each set what is read behind them. */
    private void needs(String file, Element parent, Set<String> known, Map<String, Integer> needs) {
        for (Element item : parent.get("steps").map(Element::items).orElse(List.of())) {
            item.fields().forEach((kind, element) -> {
                Route.Step step = new Route.Step(kind, element);
                read(file, step, known, needs);
                known.addAll(sets(file, step));
                Set<String> after = new HashSet<>(known);
                Map<Element, String> parts = parts(element);
                // What is tried goes before what catches its failure.
                if (kind.equals("doTry")) {
                    needs(file, element, after, needs);
                    parts.remove(element);
                }
                Set<String> before = kind.equals("doTry") ? Set.copyOf(after) : Set.copyOf(known);
                parts.forEach((one, part) -> {
                    Set<String> own = new HashSet<>(before);
                    if (!part.isEmpty()) {
                        read(file, new Route.Step(part, one), own, needs);
                    }
                    needs(file, one, own, needs);
                    after.addAll(own);
                });
                known.addAll(after);
            });
        }
    }

    private void read(String file, Route.Step step, Set<String> known, Map<String, Integer> needs) {
        steps.of(file, step).reads().stream()
                .filter(name -> !known.contains(name) && !OF_MESSAGES.contains(name))
                .forEach(name -> needs.putIfAbsent(name, step.element().line()));
    }

    private Set<String> sets(String file, Route.Step step) {
        Set<String> sets = new HashSet<>(steps.of(file, step).sets());
        sets.addAll(steps.leaves(step.uri()));
        return sets;
    }

    /** What a step of the routes themselves sets. */
    private static Set<String> own(Route.Step step) {
        Set<String> own = new LinkedHashSet<>();
        if (Set.of("setProperty", "setVariable").contains(step.kind())) {
            own.add(step.element().text("name"));
        }
        step.element().get("variableReceive").ifPresent(name -> own.add(name.text()));
        return own;
    }

    /** Of each route what its callers read behind its call, or leave to theirs. */
    private Map<Route, Set<String>> readBehind(List<Route> routes) {
        Map<Route, Set<String>> behind = new LinkedHashMap<>();
        routes.forEach(caller -> readBehind(caller.file(), caller.from().element(), names(caller, "Leaves"), behind));
        return behind;
    }

    /**
     * Goes through steps from the last to the first.
     *
     * @param read behind them
     * @return what is read behind where they begin
     */
    private Set<String> readBehind(String file, Element parent, Set<String> read, Map<Route, Set<String>> behind) {
        Set<String> now = new HashSet<>(read);
        List<Element> items =
                new ArrayList<>(parent.get("steps").map(Element::items).orElse(List.of()));
        Collections.reverse(items);
        for (Element item : items) {
            item.fields().forEach((kind, element) -> {
                Route.Step step = new Route.Step(kind, element);
                steps.consumers(step.uri())
                        .forEach(called -> behind.computeIfAbsent(called, first -> new HashSet<>())
                                .addAll(now));
                Set<String> before = new HashSet<>();
                parts(element).forEach((one, part) -> {
                    before.addAll(readBehind(file, one, now, behind));
                    before.addAll(steps.of(file, new Route.Step(part, one)).reads());
                });
                before.addAll(steps.of(file, step).reads());
                // Also what it reads only if it is there.
                steps.consumers(step.uri()).forEach(called -> before.addAll(names(called, "Enters")));
                now.addAll(before);
            });
        }
        return now;
    }

    /** What has steps in a step: itself and its branches, each with what kind of part it is. */
    private static Map<Element, String> parts(Element element) {
        Map<Element, String> parts = new LinkedHashMap<>();
        for (String part : List.of("when", "otherwise", "doCatch", "doFinally")) {
            element.get(part)
                    .ifPresent(branch -> (branch.items().isEmpty() ? List.of(branch) : branch.items())
                            .forEach(one -> parts.put(one, part)));
        }
        parts.put(element, "");
        return parts;
    }

    /** The names of a part of a note, and those that the routes leave to which it refers. */
    private Set<String> names(Route route, String section) {
        Set<String> names = new HashSet<>();
        names(route, section, names, new HashSet<>());
        return names;
    }

    private void names(Route route, String kind, Set<String> names, Set<Route> seen) {
        for (ContractRules.Section section : route.sections()) {
            if (section.is(kind)) {
                names.addAll(section.names());
                ID.matcher(section.text())
                        .results()
                        .map(found -> byId.get(found.group()))
                        .filter(referred -> referred != null && referred != route && seen.add(referred))
                        .forEach(referred -> names(referred, "Leaves", names, seen));
            }
        }
    }
}
