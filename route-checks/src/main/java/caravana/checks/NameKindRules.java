package caravana.checks;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A name is an exchange property or a variable, throughout an app, and is read as what it is: Camel gives null otherwise. SQL
 * takes either.
 */
final class NameKindRules implements Rule {

    private enum Kind {
        PROPERTY("an exchange property", "exchangeProperty", "setProperty"),
        VARIABLE("a variable", "variable", "setVariable or variableReceive");

        final String words;
        final String function;
        final String setter;

        Kind(String words, String function, String setter) {
            this.words = words;
            this.function = function;
            this.setter = setter;
        }

        Kind other() {
            return this == PROPERTY ? VARIABLE : PROPERTY;
        }
    }

    private static final Map<String, Kind> SETTERS = Map.of("setProperty", Kind.PROPERTY, "setVariable", Kind.VARIABLE);
    private static final Map<String, Kind> REMOVERS = Map.of(
            "removeProperty", Kind.PROPERTY, "removeVariable", Kind.VARIABLE, "convertVariableTo", Kind.VARIABLE);

    /** Where a name stands. */
    private record Use(String file, int line) implements Comparable<Use> {

        @Override
        public int compareTo(Use other) {
            return Comparator.comparing(Use::file).thenComparing(Use::line).compare(this, other);
        }
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<Finding> findings = new LinkedHashSet<>();
        for (AppFolders app : AppFolders.values()) {
            check(tree, app, findings::add);
        }
        findings.forEach(report);
    }

    private static void check(RouteTree tree, AppFolders app, Consumer<Finding> report) {
        Vocabulary vocabulary = Vocabulary.of(app);
        List<RouteTree.Placed> steps = tree.steps().stream()
                .filter(placed -> AppFolders.loading(placed.file()).contains(app))
                .toList();
        Map<Kind, Map<String, Use>> set = Map.of(Kind.PROPERTY, new TreeMap<>(), Kind.VARIABLE, new TreeMap<>());
        Set<String> byCode = Set.copyOf(vocabulary.names(Vocabulary.Kind.PROPERTIES));
        for (RouteTree.Placed placed : steps) {
            setters(
                    placed,
                    (kind, name) -> set.get(kind).putIfAbsent(name.text(), new Use(placed.file(), name.line())));
        }
        set.get(Kind.VARIABLE).forEach((name, variable) -> {
            Use property = set.get(Kind.PROPERTY).get(name);
            if (property != null) {
                boolean isFirst = variable.compareTo(property) < 0;
                Use here = isFirst ? property : variable;
                Use there = isFirst ? variable : property;
                report.accept(new Finding(
                        here.file(),
                        here.line(),
                        "name-of-two-kinds",
                        name + " is set as " + (isFirst ? Kind.PROPERTY : Kind.VARIABLE).words + " here and as "
                                + (isFirst ? Kind.VARIABLE : Kind.PROPERTY).words + " in " + there.file() + ":"
                                + there.line(),
                        "Set it as the same everywhere, or take another name"));
            }
        });
        Map<String, Set<Kind>> kinds = new LinkedHashMap<>();
        set.forEach((kind, names) -> names.keySet()
                .forEach(name -> kinds.computeIfAbsent(name, first -> EnumSet.noneOf(Kind.class))
                        .add(kind)));
        byCode.forEach(name ->
                kinds.computeIfAbsent(name, first -> EnumSet.noneOf(Kind.class)).add(Kind.PROPERTY));
        readings(tree, app, steps, (kind, name) -> {
            Set<Kind> known = kinds.getOrDefault(name.getKey(), Set.of());
            if (known.contains(kind.other()) && !known.contains(kind)) {
                report.accept(new Finding(
                        name.getValue().file(),
                        name.getValue().line(),
                        "name-of-other-kind",
                        name.getKey() + " is " + kind.other().words + ", and this reads " + kind.words,
                        "Write ${" + kind.other().function + "." + name.getKey() + "}, or what the step has for "
                                + kind.other().words));
            }
        });
        Set<String> variables = Set.copyOf(vocabulary.names(Vocabulary.Kind.VARIABLES));
        Set<String> properties = vocabulary.reads();
        properties.removeAll(variables);
        set.forEach((kind, names) -> names.forEach((name, use) -> {
            boolean readsOther = (kind == Kind.PROPERTY ? variables : properties).contains(name);
            if (readsOther && !kinds.get(name).contains(kind.other())) {
                report.accept(new Finding(
                        use.file(),
                        use.line(),
                        "name-of-other-kind",
                        "The app's code reads " + name + " as " + kind.other().words + ", and this sets " + kind.words,
                        "Set it by " + kind.other().setter));
            }
        }));
    }

    private static void setters(RouteTree.Placed placed, BiConsumer<Kind, Element> found) {
        Element step = placed.step().element();
        Kind kind = SETTERS.get(placed.step().kind());
        if (kind != null) {
            step.get("name").filter(NameKindRules::isFixed).ifPresent(name -> found.accept(kind, name));
        }
        step.get("variableReceive").filter(NameKindRules::isFixed).ifPresent(name -> found.accept(Kind.VARIABLE, name));
    }

    private static void readings(
            RouteTree tree,
            AppFolders app,
            List<RouteTree.Placed> steps,
            BiConsumer<Kind, Map.Entry<String, Use>> found) {
        tree.routeFiles().stream()
                .filter(file -> AppFolders.loading(file.name()).contains(app))
                .forEach(file -> file.expressions()
                        .forEach(text -> text.readings().forEach(reading -> {
                            for (Kind kind : Kind.values()) {
                                if (reading.from().equals(kind.function)) {
                                    found.accept(kind, Map.entry(reading.name(), new Use(file.name(), text.line())));
                                }
                            }
                        })));
        for (RouteTree.Placed placed : steps) {
            Element step = placed.step().element();
            step.get("variableSend")
                    .filter(NameKindRules::isFixed)
                    .ifPresent(name ->
                            found.accept(Kind.VARIABLE, Map.entry(name.text(), new Use(placed.file(), name.line()))));
            Kind kind = REMOVERS.get(placed.step().kind());
            if (kind != null) {
                step.get("name")
                        .filter(NameKindRules::isFixed)
                        .ifPresent(name ->
                                found.accept(kind, Map.entry(name.text(), new Use(placed.file(), name.line()))));
            }
        }
    }

    private static boolean isFixed(Element name) {
        return !name.text().contains("$") && !name.text().contains("*");
    }
}
