package caravana.checks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Checks names along the way of an exchange: something must set a name before a step reads it, on at least one way to
 * the step, and something must read each name that a route sets.
 */
final class FlowRules implements Rule {

    private static final String DIRECT = "direct:";
    private static final String STATEMENT = "statement:";
    private static final String BODY = "body";
    private static final String HEADER = "header";
    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");

    /** Steps that name what something else has set. */
    private static final Set<String> NAMING = Set.of("removeProperty", "removeVariable", "convertVariableTo");

    private static final Set<String> PARTS = Set.of("steps", "when", "otherwise", "doCatch", "doFinally");
    private static final Pattern BEAN_FUNCTION = Pattern.compile("\\$\\{bean:([\\w-]+)(?:\\?method=|\\.)(\\w+)");

    private List<Walk> walks = List.of();

    /**
     * What is read and set in one place.
     *
     * @param calls by name, the route that is called and reads it
     */
    private record Place(
            String file, int line, Map<FlowName, Integer> reads, Map<String, String> calls, Set<FlowName> sets) {}

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<Finding> findings = new LinkedHashSet<>();
        walks = Stream.of(AppFolders.values()).map(app -> new Walk(tree, app)).toList();
        walks.forEach(walk -> walk.run(findings::add));
        neverRead(tree, findings::add);
        findings.forEach(report);
    }

    /** Whether notes name what routes need and leave; after {@link #check}, when nothing else is wrong. */
    void contracts(Consumer<Finding> report) {
        Set<Finding> findings = new LinkedHashSet<>();
        walks.forEach(walk -> walk.contracts(findings::add));
        findings.forEach(report);
    }

    /** All ways of the exchanges of one app. */
    private static final class Walk {

        private final RouteTree tree;
        private final Vocabulary vocabulary;
        private final AppFolders app;
        private final Map<String, List<Route>> byUri = new HashMap<>();
        private final Map<String, Set<FlowName>> leaves = new HashMap<>();
        private final Map<Route, Set<FlowName>> enters = new HashMap<>();
        private final Map<Node, Place> places = new IdentityHashMap<>();
        private final Map<Node, Set<FlowName>> before = new LinkedHashMap<>();
        private final Set<FlowName> everywhere = new HashSet<>();

        /** What the app's code sets before a route begins. */
        private final Set<FlowName> fromOutside = new HashSet<>();

        Walk(RouteTree tree, AppFolders app) {
            this.tree = tree;
            this.app = app;
            this.vocabulary = Vocabulary.of(app);
            fromOutside.addAll(properties(vocabulary.names(Vocabulary.Kind.PROPERTIES)));
            vocabulary.beans().values().stream()
                    .flatMap(List::stream)
                    .filter(method -> method.takes().stream().anyMatch(type -> type.endsWith("Exchange")))
                    .forEach(method -> fromOutside.removeAll(properties(method.sets())));
            for (Route route : tree.routes()) {
                if (AppFolders.loading(route.file()).contains(app)) {
                    byUri.computeIfAbsent(route.from().uri(), first -> new ArrayList<>())
                            .add(route);
                }
            }
        }

        void contracts(Consumer<Finding> report) {
            new ContractNames(tree, said())
                    .check(byUri.values().stream().flatMap(List::stream).toList(), texts(fromOutside), report);
        }

        void run(Consumer<Finding> report) {
            everywhere.addAll(properties(vocabulary.names(Vocabulary.Kind.PROPERTIES)));
            tree.steps().stream()
                    .filter(placed -> AppFolders.loading(placed.file()).contains(app))
                    .forEach(placed -> everywhere.addAll(
                            place(placed.file(), placed.step()).sets()));
            byUri.values().stream()
                    .flatMap(List::stream)
                    .filter(this::isEntry)
                    .forEach(route -> enter(route, fromOutside));
            for (Route configuration : tree.configurations()) {
                if (AppFolders.loading(configuration.file()).contains(app)) {
                    Set<FlowName> known = new HashSet<>(fromOutside);
                    byUri.values().stream()
                            .flatMap(List::stream)
                            .filter(route ->
                                    route.element().text("routeConfigurationId").equals(configuration.id()))
                            .forEach(route -> known.addAll(leaves(route.from().uri())));
                    handlers(configuration, known);
                }
            }
            parameters(report);
            before.forEach((node, set) -> {
                Place place = places.get(node);
                place.reads().forEach((name, line) -> {
                    if (!name.isIn(set) && !isOptional(place.file(), name.text())) {
                        report.accept(unset(place, line, name, set));
                    }
                });
            });
        }

        /** What statements need is set on each way to them, and not on one alone. */
        private void parameters(Consumer<Finding> report) {
            Set<String> missing = new HashSet<>();
            before.forEach((node, set) -> {
                Place place = places.get(node);
                place.reads().keySet().stream()
                        .filter(name -> !name.isIn(set))
                        .forEach(name -> missing.add(place.file() + place.line()));
            });
            ParameterWays.check(
                    tree,
                    said(),
                    byUri.values().stream()
                            .flatMap(List::stream)
                            .filter(this::isEntry)
                            .toList(),
                    tree.configurations().stream()
                            .filter(configuration ->
                                    AppFolders.loading(configuration.file()).contains(app))
                            .toList(),
                    texts(fromOutside),
                    finding -> {
                        // What is set on no way is said below.
                        if (!missing.contains(finding.file() + finding.line())) {
                            report.accept(finding);
                        }
                    });
        }

        private ParameterWays.Steps said() {
            return new ParameterWays.Steps() {
                @Override
                public ParameterWays.Step of(String file, Route.Step step) {
                    return said(file, step);
                }

                @Override
                public Set<String> leaves(String uri) {
                    return texts(Walk.this.leaves(uri));
                }

                @Override
                public List<Route> consumers(String uri) {
                    return byUri.getOrDefault(uri, List.of());
                }
            };
        }

        /** What a step sets, and of a step that calls beans, which may refuse what they are given, what these read. */
        private ParameterWays.Step said(String file, Route.Step step) {
            Place place = place(file, step);
            Set<String> reads = texts(place.reads().keySet());
            Set<String> asks = new HashSet<>();
            texts(step.element(), "", (key, text) -> {
                if (text.text().matches("(?s).*\\b(body|bodyAs|exchange)\\b.*")) {
                    reads.add(BODY);
                }
                if (text.readings().stream().anyMatch(reading -> reading.from().equals(HEADER))) {
                    reads.add(HEADER);
                }
                if (text.text().contains("${bean:")) {
                    asks.addAll(reads);
                }
            });
            for (String[] call : called(step).values()) {
                asks.addAll(reads);
                vocabulary.methods(call[0], call[1].replaceFirst("\\(.*", "")).stream()
                        .flatMap(method -> method.takes().stream())
                        .filter(type -> type.startsWith("@"))
                        .forEach(type -> asks.addAll(Set.of(BODY, HEADER)));
            }
            return new ParameterWays.Step(texts(place.sets()), reads, asks);
        }

        /** A file that both apps load may go by what one of them sets, if it asks for it or its contract says so. */
        private boolean isOptional(String file, String name) {
            return AppFolders.loading(file).size() > 1
                    && tree.files().get(file).all().stream()
                            .anyMatch(text -> text.text().contains("." + name + "} != null")
                                    || text.text().contains("`" + name + "`, if any"));
        }

        private Finding unset(Place place, int line, FlowName name, Set<FlowName> set) {
            String file = place.file();
            String call = place.calls().get(name.text());
            String reader = call == null ? "" : ", which enters " + call + " by its note";
            FlowName other = name.other();
            if (other.isIn(set)) {
                return new Finding(
                        file,
                        line,
                        "name-of-other-kind",
                        name.text() + " is set as the " + other.words() + " of that name, and this reads the "
                                + name.words(),
                        "Write " + other.function() + ", or what this step has for it");
            }
            return name.isIn(everywhere)
                    ? new Finding(
                            file,
                            line,
                            "name-set-later",
                            "On no way to this step anything has set " + name.text() + reader,
                            "Set it before, or read one that is set by then" + Nearest.to(name.text(), texts(set)))
                    : new Finding(
                            file,
                            line,
                            "name-not-set",
                            "Nothing in " + app.label() + " sets " + name.text() + reader,
                            "Read a property or variable that is set" + Nearest.to(name.text(), texts(everywhere)));
        }

        private boolean isEntry(Route route) {
            String uri = route.from().uri();
            return !uri.startsWith(DIRECT) || vocabulary.operations().containsKey(uri.substring(DIRECT.length()));
        }

        private void handlers(Route configuration, Set<FlowName> known) {
            for (Element element : configuration.element().all()) {
                element.get("onException").filter(Element::isMapping).ifPresent(handler -> {
                    visit(configuration.file(), new Route.Step("onException", handler), known);
                    steps(configuration.file(), handler, new HashSet<>(known));
                });
            }
        }

        /** Goes through a route with what may be set when it begins; not again with nothing new. */
        private void enter(Route route, Set<FlowName> known) {
            Set<FlowName> all = enters.computeIfAbsent(route, first -> new HashSet<>());
            boolean first = all.isEmpty();
            if (all.addAll(known) || first) {
                Set<FlowName> now = new HashSet<>(all);
                visit(route.file(), route.from(), now);
                steps(route.file(), route.from().element(), now);
            }
        }

        /** Goes through the steps below an element, and adds to what is known what they set. */
        private void steps(String file, Element parent, Set<FlowName> known) {
            parent.get("steps")
                    .ifPresent(steps -> steps.items()
                            .forEach(item ->
                                    item.fields().forEach((kind, element) -> step(file, kind, element, known))));
        }

        private void step(String file, String kind, Element element, Set<FlowName> known) {
            Route.Step step = new Route.Step(kind, element);
            visit(file, step, known);
            known.addAll(place(file, step).sets());
            if (step.uri().startsWith(DIRECT)) {
                byUri.getOrDefault(step.uri(), List.of()).forEach(route -> enter(route, known));
                known.addAll(leaves(step.uri()));
            }
            Set<FlowName> after = new HashSet<>(known);
            element.get("when")
                    .ifPresent(when -> when.items().forEach(branch -> {
                        visit(file, new Route.Step("when", branch), known);
                        branch(file, branch, known, after);
                    }));
            element.get("otherwise").ifPresent(branch -> branch(file, branch, known, after));
            branch(file, element, known, after);
            // What was tried may have come to its end but for the last step.
            Set<FlowName> tried = new HashSet<>(after);
            element.get("doCatch").ifPresent(caught -> {
                caught.items().forEach(branch -> branch(file, branch, tried, after));
                branch(file, caught, tried, after);
            });
            element.get("doFinally").ifPresent(branch -> branch(file, branch, tried, after));
            known.addAll(after);
        }

        private void branch(String file, Element branch, Set<FlowName> known, Set<FlowName> after) {
            Set<FlowName> own = new HashSet<>(known);
            steps(file, branch, own);
            after.addAll(own);
        }

        private void visit(String file, Route.Step step, Set<FlowName> known) {
            place(file, step);
            before.computeIfAbsent(step.element().node(), first -> new HashSet<>())
                    .addAll(known);
        }

        /** What a route and all that it calls may set. */
        private Set<FlowName> leaves(String uri) {
            Set<FlowName> known = leaves.get(uri);
            if (known == null) {
                known = new HashSet<>();
                leaves.put(uri, known);
                Set<String> open = new LinkedHashSet<>(Set.of(uri));
                List<String> queue = new ArrayList<>(open);
                for (int i = 0; i < queue.size(); i++) {
                    for (Route route : byUri.getOrDefault(queue.get(i), List.of())) {
                        known.addAll(place(route.file(), route.from()).sets());
                        for (Route.Step step : route.steps()) {
                            known.addAll(place(route.file(), step).sets());
                            if (step.uri().startsWith(DIRECT) && open.add(step.uri())) {
                                queue.add(step.uri());
                            }
                        }
                    }
                }
            }
            return known;
        }

        private Place place(String file, Route.Step step) {
            return places.computeIfAbsent(step.element().node(), node -> {
                Place place =
                        new Place(file, step.element().line(), new LinkedHashMap<>(), new HashMap<>(), new HashSet<>());
                texts(step.element(), "", (key, text) -> {
                    names(text).forEach(name -> place.reads().putIfAbsent(name, text.line()));
                    Matcher function = BEAN_FUNCTION.matcher(text.text());
                    while (function.find()) {
                        call(place, text.line(), function.group(1), function.group(2));
                    }
                });
                called(step).forEach((line, call) -> call(place, line, call[0], call[1]));
                statement(step, place);
                if (step.uri().startsWith(DIRECT) && !step.kind().equals("from")) {
                    // What other callers of the route set is not set by this one.
                    byUri.getOrDefault(step.uri(), List.of()).stream()
                            .flatMap(route -> route.required().stream())
                            .forEach(name -> {
                                place.reads().putIfAbsent(FlowName.either(name), place.line());
                                place.calls().put(name, step.uri());
                            });
                }
                if (NAMING.contains(step.kind()) && !step.element().text("name").contains("*")) {
                    step.element()
                            .get("name")
                            .ifPresent(name -> place.reads().putIfAbsent(named(step, name.text()), name.line()));
                }
                if (SETTERS.contains(step.kind())) {
                    place.sets().add(named(step, step.element().text("name")));
                }
                step.element()
                        .get("variableReceive")
                        .ifPresent(name -> place.sets().add(FlowName.variable(name.text())));
                step.element()
                        .get("variableSend")
                        .ifPresent(name -> place.reads().putIfAbsent(FlowName.variable(name.text()), name.line()));
                step.element()
                        .get("parameters")
                        .ifPresent(parameters -> parameters.fields().values().stream()
                                .filter(value -> value.text().startsWith("#"))
                                .flatMap(value ->
                                        vocabulary
                                                .beans()
                                                .getOrDefault(value.text().substring(1), List.of())
                                                .stream())
                                .forEach(method -> place.sets().addAll(properties(method.sets()))));
                return place;
            });
        }

        private void call(Place place, int line, String bean, String call) {
            for (BeanMethod method : vocabulary.methods(bean, call.replaceFirst("\\(.*", ""))) {
                method.reads().stream()
                        .filter(name ->
                                !name.startsWith("Camel") && !method.sets().contains(name))
                        .forEach(name -> place.reads().putIfAbsent(byCode(vocabulary, name), line));
                place.sets().addAll(properties(method.sets()));
            }
        }

        private void statement(Route.Step step, Place place) {
            if (step.uri().startsWith(STATEMENT)) {
                SqlFile file = tree.statements().get(step.uri().substring(STATEMENT.length()));
                if (file != null) {
                    SqlText text = file.sql();
                    text.parameters().stream()
                            .map(SqlText.Parameter::name)
                            .filter(name -> !text.defaults().containsKey(name))
                            .map(name -> FlowName.either(name.replaceFirst("\\..*", "")))
                            .forEach(name -> place.reads().putIfAbsent(name, place.line()));
                }
            }
        }
    }

    /** The beans' methods that a step calls itself, by line. */
    private static Map<Integer, String[]> called(Route.Step step) {
        Map<Integer, String[]> called = new LinkedHashMap<>();
        Stream.concat(
                        step.kind().equals("bean") ? Stream.of(step.element()) : Stream.empty(),
                        own(step.element())
                                .flatMap(element -> element.get("method").stream())
                                .filter(Element::isMapping))
                .forEach(bean -> called.put(
                        bean.get("method").map(Element::line).orElse(bean.line()),
                        new String[] {bean.text("ref"), bean.text("method")}));
        if (step.uses("bean")) {
            called.put(
                    step.element().line(),
                    new String[] {step.uri().substring("bean:".length()), step.parameter("method")});
        }
        return called;
    }

    /** What stands in a step, but not in the steps below it. */
    private static Stream<Element> own(Element element) {
        return Stream.concat(
                Stream.of(element),
                Stream.concat(
                        element.fields().entrySet().stream()
                                .filter(field -> !PARTS.contains(field.getKey()))
                                .flatMap(field -> own(field.getValue())),
                        element.items().stream().flatMap(FlowRules::own)));
    }

    private interface Texts {
        void at(String key, Element text);
    }

    private static void texts(Element element, String key, Texts texts) {
        if (element.isText()) {
            texts.at(key, element);
        }
        element.fields().forEach((name, value) -> {
            if (!PARTS.contains(name) && !Set.of("description", "note").contains(name)) {
                texts(value, name, texts);
            }
        });
        element.items().forEach(item -> texts(item, key, texts));
    }

    private static Set<FlowName> names(Element text) {
        return text.readings().stream()
                .filter(reading -> Set.of("exchangeProperty", "variable").contains(reading.from()))
                .filter(reading -> !reading.name().isEmpty() && !reading.name().startsWith("Camel"))
                .map(FlowName::read)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<FlowName> properties(Collection<String> names) {
        return names.stream().map(FlowName::property).collect(Collectors.toCollection(HashSet::new));
    }

    private static Set<String> texts(Set<FlowName> names) {
        return names.stream().map(FlowName::text).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a step of a kind such as {@code setVariable} names. */
    private static FlowName named(Route.Step step, String name) {
        return step.kind().contains("Variable") ? FlowName.variable(name) : FlowName.property(name);
    }

    /** What the app's code reads by a name. */
    private static FlowName byCode(Vocabulary vocabulary, String name) {
        return vocabulary.has(Vocabulary.Kind.VARIABLES, name) ? FlowName.variable(name) : FlowName.property(name);
    }

    /** The properties and variables that a file reads. */
    static Set<FlowName> read(RouteFile file) {
        Set<FlowName> read = new HashSet<>();
        file.expressions().forEach(text -> read.addAll(names(text)));
        file.elements().forEach(element -> read.add(FlowName.variable(element.text("variableSend"))));
        return read;
    }

    private static void neverRead(RouteTree tree, Consumer<Finding> report) {
        Set<FlowName> read = new HashSet<>();
        tree.routeFiles().forEach(file -> read.addAll(file.read()));
        tree.statements()
                .values()
                .forEach(file -> file.read().forEach(name -> {
                    read.add(FlowName.property(name));
                    read.add(FlowName.variable(name));
                }));
        for (AppFolders app : AppFolders.values()) {
            Vocabulary vocabulary = Vocabulary.of(app);
            vocabulary.reads().forEach(name -> read.add(byCode(vocabulary, name)));
        }
        for (RouteTree.Placed placed : tree.steps()) {
            Element step = placed.step().element();
            boolean setter = SETTERS.contains(placed.step().kind());
            Stream.of(setter ? step.get("name") : step.get("variableReceive"))
                    .flatMap(Optional::stream)
                    .filter(name -> !name.text().contains("$"))
                    .forEach(element -> {
                        FlowName name =
                                setter ? named(placed.step(), element.text()) : FlowName.variable(element.text());
                        if (!name.isIn(read)) {
                            report.accept(neverRead(placed.file(), element.line(), name, read));
                        }
                    });
        }
    }

    private static Finding neverRead(String file, int line, FlowName name, Set<FlowName> read) {
        return name.other().isIn(read)
                ? new Finding(
                        file,
                        line,
                        "name-of-other-kind",
                        "This sets the " + name.words() + " " + name.text() + ", and what reads that name reads the "
                                + name.other().words(),
                        "Set the " + name.other().words() + ", or read " + name.function())
                : new Finding(
                        file,
                        line,
                        "name-never-read",
                        "Nothing reads " + name.text(),
                        "Write the name that is read" + Nearest.to(name.text(), texts(read)) + ", or delete the step");
    }
}
