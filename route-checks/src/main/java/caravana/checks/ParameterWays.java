package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Checks parameters of statements on each way that leads to them: a call fails if one way sets no value for a parameter
 * without a default, even if other ways do. Each way begins with a call, a timer, a message, or the handler of a
 * failure. A value that is set under a condition counts as set wherever the same condition may have been evaluated
 * again. So does everything behind a condition of a route with several callers, because the condition may distinguish
 * them.
 */
final class ParameterWays {

    private static final String DIRECT = "direct:";
    private static final String STATEMENT = "statement:";

    /** These end the way. */
    private static final Set<String> ENDING = Set.of("throwException", "stop", "rollback");

    /** These neither end the way nor refuse to continue. */
    private static final Set<String> PLAIN = Set.of(
            "log",
            "setBody",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable");

    /** What is known of a name that something on the way sets. */
    private enum Known {
        /** On each way so far, or on those that may come this far. */
        SET,
        /** In a branch, by a condition. */
        SOMETIMES
    }

    /**
     * What a step says.
     *
     * @param sets names that it sets
     * @param reads names that it reads, {@code body} when it may read that, and {@code header} for any header
     * @param asks those of them that a bean gets, which may refuse what lacks something
     */
    record Step(Set<String> sets, Set<String> reads, Set<String> asks) {}

    /** What the walk asks. */
    interface Steps {

        Step of(String file, Route.Step step);

        /** The names that a route and all that it calls may set. */
        Set<String> leaves(String uri);

        List<Route> consumers(String uri);
    }

    /**
     * The names on a way.
     *
     * @param conditions of each that is set sometimes, what the condition reads
     */
    private record State(Map<String, Known> names, Map<String, Set<String>> conditions) {

        State() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        State copy() {
            return new State(new TreeMap<>(names), new TreeMap<>(conditions));
        }

        void set(String name) {
            names.put(name, Known.SET);
            conditions.remove(name);
        }

        /** What is true in a branch may be what a name was set by. */
        State branch() {
            State branch = new State();
            names.keySet().forEach(branch::set);
            return branch;
        }

        /** What asks for the same may not let pass the ways on which a name is not set. */
        void asked(Set<String> reads) {
            List.copyOf(conditions.keySet()).stream()
                    .filter(name -> reads.contains(name)
                            || conditions.get(name).stream().anyMatch(reads::contains))
                    .forEach(this::set);
        }
    }

    private record Visit(Route route, State state, boolean shared) {}

    private final RouteTree tree;
    private final Steps steps;
    private final Map<Visit, State> left = new HashMap<>();
    private final Set<Visit> open = new HashSet<>();
    private final Map<Route, Set<String>> entered = new HashMap<>();
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    private final List<String> way = new ArrayList<>();

    /** The parameters of all statements. */
    private final Set<String> parameters = new HashSet<>();

    /** How often each endpoint is called. */
    private final Map<String, Integer> calls = new HashMap<>();

    /** How many routes of the way so far others come to as well. */
    private int shared;

    private ParameterWays(RouteTree tree, Steps steps) {
        this.tree = tree;
        this.steps = steps;
        tree.statements().values().forEach(statement -> parameters.addAll(statement.read()));
        tree.steps().forEach(placed -> calls.merge(placed.step().uri(), 1, Integer::sum));
    }

    /**
     * Walks all ways of an app.
     *
     * @param entries the routes that ways begin with
     * @param configurations of the app
     * @param outside names that code sets before
     */
    static void check(
            RouteTree tree,
            Steps steps,
            List<Route> entries,
            List<Route> configurations,
            Set<String> outside,
            Consumer<Finding> report) {
        ParameterWays ways = new ParameterWays(tree, steps);
        entries.forEach(entry -> ways.calls.merge(entry.from().uri(), 1, Integer::sum));
        for (Route entry : entries) {
            State state = new State();
            outside.forEach(state::set);
            ways.enter(entry, state);
        }
        Map<Route, Set<String>> entered = new HashMap<>(ways.entered);
        entered.forEach((route, names) -> configurations.stream()
                .filter(configuration ->
                        configuration.id().equals(route.element().text("routeConfigurationId")))
                .forEach(configuration -> ways.handlers(configuration, route, names)));
        ways.findings.values().forEach(report);
    }

    private void handlers(Route configuration, Route route, Set<String> names) {
        for (Element element : configuration.element().all()) {
            element.get("onException").filter(Element::isMapping).ifPresent(handler -> {
                // The failure may have come at any step.
                State state = new State();
                names.forEach(state::set);
                steps.leaves(route.from().uri()).forEach(state::set);
                way.add(handler.text("id"));
                shared++;
                steps(configuration.file(), handler, state);
                shared--;
                way.remove(way.size() - 1);
            });
        }
    }

    /** Goes through a route; null when no way comes to its end. */
    private State enter(Route route, State state) {
        entered.computeIfAbsent(route, first -> new HashSet<>())
                .addAll(state.names().keySet());
        boolean isShared = route.from().uri().startsWith(DIRECT)
                && calls.getOrDefault(route.from().uri(), 0) > 1;
        Visit visit = new Visit(route, state.copy(), shared > 0 || isShared);
        if (left.containsKey(visit)) {
            State known = left.get(visit);
            return known == null ? null : known.copy();
        }
        if (!open.add(visit)) {
            return state;
        }
        way.add(route.id());
        steps.of(route.file(), route.from()).sets().forEach(state::set);
        shared += isShared ? 1 : 0;
        State after = steps(route.file(), route.from().element(), state);
        shared -= isShared ? 1 : 0;
        way.remove(way.size() - 1);
        open.remove(visit);
        left.put(visit, after == null ? null : after.copy());
        return after;
    }

    private State steps(String file, Element parent, State state) {
        State now = state;
        for (Route.Step step : stepsOf(parent)) {
            now = step(file, step, now);
            if (now == null) {
                return null;
            }
        }
        return now;
    }

    private static List<Route.Step> stepsOf(Element parent) {
        return parent.get("steps").map(Element::items).orElse(List.of()).stream()
                .flatMap(item -> item.fields().entrySet().stream())
                .map(step -> new Route.Step(step.getKey(), step.getValue()))
                .toList();
    }

    private State step(String file, Route.Step step, State state) {
        if (ENDING.contains(step.kind())) {
            return null;
        }
        if (step.uri().startsWith(STATEMENT)) {
            statement(file, step, state);
        }
        if (step.kind().equals("filter") || step.kind().equals("choice")) {
            return branches(file, step, state);
        }
        Step says = steps.of(file, step);
        state.asked(says.asks());
        says.sets().forEach(state::set);
        step.named().keySet().forEach(uri -> steps.leaves(uri).forEach(state::set));
        if (step.uri().startsWith(DIRECT)) {
            return call(step, state);
        }
        if (step.kind().equals("doTry")) {
            return tried(file, step.element(), state);
        }
        if (step.element().get("steps").isPresent()) {
            steps(file, step.element(), state.branch());
            sets(file, step).forEach(state::set);
        }
        return state;
    }

    private State call(Route.Step step, State state) {
        if (!step.kind().equals("to")) {
            // Another exchange, or one that may continue when the call has failed.
            steps.consumers(step.uri()).forEach(route -> enter(route, state.copy()));
            steps.leaves(step.uri()).forEach(state::set);
            return state;
        }
        State now = state;
        for (Route route : steps.consumers(step.uri())) {
            State before = now;
            now = enter(route, before.copy());
            if (now == null) {
                return null;
            }
        }
        return now;
    }

    private State tried(String file, Element element, State state) {
        Set<String> sets = sets(file, new Route.Step("doTry", element));
        // What was tried may have come to its end but for the last step.
        State tried = state.branch();
        sets.forEach(tried::set);
        boolean goesOn = steps(file, element, state.copy()) != null;
        for (Element caught : element.get("doCatch").map(Element::items).orElse(List.of())) {
            goesOn |= steps(file, caught, tried.copy()) != null;
        }
        element.get("doFinally").ifPresent(last -> steps(file, last, tried.copy()));
        sets.forEach(state::set);
        return goesOn ? state : null;
    }

    /** The names that a step sets, and those within it. */
    private Set<String> sets(String file, Route.Step step) {
        Set<String> sets = new HashSet<>(steps.of(file, step).sets());
        sets.addAll(steps.leaves(step.uri()));
        Route.stepsOf(step.element()).forEach(inner -> {
            sets.addAll(steps.of(file, inner).sets());
            sets.addAll(steps.leaves(inner.uri()));
        });
        return sets;
    }

    /** A branch of a choice, with what the names are behind it; null when it ends the way. */
    private record Branch(Element element, Set<String> reads, State end) {}

    private State branches(String file, Route.Step step, State state) {
        List<Branch> branches = new ArrayList<>();
        if (step.kind().equals("filter")) {
            branches.add(branch(file, step.element(), "filter", state));
        }
        step.element()
                .get("when")
                .ifPresent(when -> when.items().forEach(item -> branches.add(branch(file, item, "when", state))));
        boolean isComplete = step.element().get("otherwise").isPresent();
        int asked = branches.size();
        step.element().get("otherwise").ifPresent(item -> branches.add(branch(file, item, "otherwise", state)));
        List<Branch> going =
                branches.stream().filter(branch -> branch.end() != null).toList();
        if (going.isEmpty() && isComplete) {
            return null;
        }
        State after = state.copy();
        Set<String> reads =
                branches.stream().flatMap(branch -> branch.reads().stream()).collect(Collectors.toSet());
        if (going.size() < branches.size()) {
            // What ends there may be all the ways on which a name is not set.
            after.asked(reads);
        }
        Set<String> gained = going.stream()
                .flatMap(branch -> stepsOf(branch.element()).stream())
                .flatMap(inner -> sets(file, inner).stream())
                .filter(name -> !state.names().containsKey(name))
                .collect(Collectors.toSet());
        for (String name : gained) {
            boolean everywhere =
                    going.stream().allMatch(branch -> branch.end().names().get(name) == Known.SET || mayRefuse(branch));
            // A condition that a bean evaluates without a name cannot be recognised elsewhere.
            boolean isUnknown = reads.isEmpty() || shared > 0;
            boolean isDefault = reads.contains(name);
            boolean sure = isComplete || asked > 1 || going.size() < branches.size();
            if (isUnknown || isDefault || everywhere && sure) {
                after.set(name);
            } else {
                after.names().put(name, Known.SOMETIMES);
                Set<String> conditions = new HashSet<>(reads);
                going.forEach(
                        branch -> conditions.addAll(branch.end().conditions().getOrDefault(name, Set.of())));
                after.conditions().put(name, conditions);
            }
        }
        // Set by a second condition, which may be what the first one is not.
        going.forEach(branch -> stepsOf(branch.element()).stream()
                .flatMap(inner -> sets(file, inner).stream())
                .filter(after.names()::containsKey)
                .filter(name -> !gained.contains(name))
                .forEach(after::set));
        return after;
    }

    private Branch branch(String file, Element element, String kind, State state) {
        Set<String> reads = steps.of(file, new Route.Step(kind, element)).reads();
        State begun = state.branch();
        reads.forEach(begun::set);
        if (shared > 0) {
            parameters.forEach(begun::set);
        }
        return new Branch(element, reads, steps(file, element, begun));
    }

    /** Whether a branch that does not set a name may be there to refuse what lacks it. */
    private static boolean mayRefuse(Branch branch) {
        return stepsOf(branch.element()).stream()
                .anyMatch(step -> !PLAIN.contains(step.kind())
                        || step.element()
                                .get("expression")
                                .flatMap(expression -> expression.get("method"))
                                .isPresent());
    }

    private void statement(String file, Route.Step step, State state) {
        String name = step.uri().substring(STATEMENT.length());
        SqlFile statement = tree.statements().get(name);
        if (statement == null) {
            return;
        }
        SqlText text = statement.sql();
        text.parameters().stream()
                .map(SqlText.Parameter::name)
                .filter(parameter -> !text.defaults().containsKey(parameter))
                .forEach(parameter -> {
                    String root = parameter.replaceFirst("\\..*", "");
                    Known known = state.names().get(root);
                    if (known != Known.SET) {
                        String how = known == null
                                ? "On the way " + String.join(", ", way) + " nothing sets " + root
                                : "On the way " + String.join(", ", way) + " only a condition sets " + root;
                        findings.putIfAbsent(
                                file + step.element().line() + root,
                                new Finding(
                                        file,
                                        step.element().line(),
                                        "sql-parameter-not-set",
                                        how + ", and " + name + " fails without it",
                                        "Set it on that way, or give a default: -- :?" + parameter + " = null"));
                    }
                });
    }
}
