package caravana.checks;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Checks that each route has a note with what enters the route, what it leaves, and how it fails, and that the note is
 * true. Under {@code Enters:} it has, in backquotes, the names of properties and variables that are read, and under
 * {@code Leaves:} those that are set, by the route, the routes that it calls, and the app's beans.
 */
final class ContractRules implements Rule, FileRule {

    private static final Pattern SECTION = Pattern.compile(
            "^\\s*(Enters|Leaves|Fails):(.*?)(?=^\\s*(?:Enters|Leaves|Fails):|\\z)",
            Pattern.MULTILINE | Pattern.DOTALL);

    private static final List<String> SECTIONS = List.of("Enters:", "Leaves:", "Fails:");
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern STATUS = Pattern.compile("\\s*([1-5]\\d\\d)\\b");
    private static final Pattern MEANT = Pattern.compile("\\$?\\{?(?:exchangeProperty|variable)\\.(\\w+)");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    /** Of a clause whose names need not be set, or are none of properties and variables. */
    private static final Pattern CONDITIONAL =
            Pattern.compile("\\b(?:for|if|when|optional|or|unless|as far|null|headers?|parameters?|rows?|body)\\b|/");

    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");
    private static final String STATEMENT = "statement:";

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, Route> byUri = tree.routes().stream()
                .collect(Collectors.toMap(route -> route.from().uri(), route -> route, (one, other) -> one));
        for (Route route : tree.routes()) {
            Element note = route.element().get("note").orElse(null);
            if (note == null) {
                continue;
            }
            Set<Route> reached = reached(route, byUri);
            if (callsWhatIsMissing(reached, byUri, tree)) {
                // Which is a finding of its own, and may read or set any name.
                continue;
            }
            for (Section section : route.sections()) {
                if (section.names().isEmpty()) {
                    continue;
                }
                if (section.is("Enters")) {
                    Set<String> read = reads(reached, tree);
                    Set<String> unread = new LinkedHashSet<>(section.names());
                    unread.removeAll(read);
                    withoutCode(unread, route, reached, tree, Vocabulary.Kind.READ, BeanMethod::reads);
                    unread.forEach(name -> report.accept(finding(route, note, name, "enters", "reads", read)));
                } else if (section.is("Leaves")) {
                    Set<String> set = sets(reached);
                    Set<String> unset = new LinkedHashSet<>(section.names());
                    unset.removeAll(set);
                    withoutCode(unset, route, reached, tree, Vocabulary.Kind.PROPERTIES, BeanMethod::sets);
                    unset.forEach(name -> report.accept(finding(route, note, name, "leaves", "sets", set)));
                }
            }
        }
    }

    /**
     * Removes the names that the code of the apps reads or sets in these routes: the methods that they call, and what is no
     * bean. A misspelt bean or method is a finding of its own, so that one of the two names is enough.
     */
    private static void withoutCode(
            Set<String> names,
            Route route,
            Set<Route> reached,
            RouteTree tree,
            Vocabulary.Kind kind,
            Function<BeanMethod, List<String>> ofMethod) {
        if (names.isEmpty()) {
            return;
        }
        Predicate<String> isWord = word -> reached.stream()
                .anyMatch(one -> one.words().contains(word)
                        || statements(one, tree)
                                .anyMatch(file -> file.allWords().contains(word)));
        for (AppFolders app : AppFolders.loading(route.file())) {
            Set<String> byBeans = new HashSet<>();
            Set<String> byCalled = new HashSet<>();
            Vocabulary.of(app)
                    .beans()
                    .forEach((bean, methods) -> methods.forEach(method -> {
                        for (String name : ofMethod.apply(method)) {
                            if (names.contains(name) && !byCalled.contains(name)) {
                                byBeans.add(name);
                                if (isWord.test(bean) || isWord.test(method.name())) {
                                    byCalled.add(name);
                                }
                            }
                        }
                    }));
            names.removeIf(name -> byCalled.contains(name)
                    || !byBeans.contains(name) && Vocabulary.of(app).has(kind, name));
        }
    }

    /**
     * A part of a note.
     *
     * @param kind {@code Enters}, {@code Leaves} or {@code Fails}
     * @param names those in backquotes
     */
    record Section(String kind, String text, Set<String> names) {

        boolean is(String other) {
            return kind.equals(other);
        }
    }

    /** The parts of a route's note. */
    static List<Section> sections(Route route) {
        return SECTION.matcher(route.element().text("note"))
                .results()
                .map(section -> new Section(section.group(1), section.group(2), names(section.group(2))))
                .toList();
    }

    private static Set<String> names(String text) {
        return NAME.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.routes().forEach(route -> {
            complete(route, report);
            answer(route, report);
        });
    }

    /** The status that a note begins with under {@code Leaves:} is one that the contract has for the operation. */
    private static void answer(Route route, Consumer<Finding> report) {
        for (AppFolders app : AppFolders.loading(route.file())) {
            List<String> codes = Vocabulary.of(app)
                    .operations()
                    .getOrDefault(route.from().uri().replaceFirst("^direct:", ""), List.of());
            for (Section section : route.sections()) {
                Matcher status = STATUS.matcher(section.text());
                if (section.is("Leaves")
                        && !codes.isEmpty()
                        && status.lookingAt()
                        && !codes.contains(status.group(1))) {
                    report.accept(new Finding(
                            route.file(),
                            line(route.element().get("note").orElseThrow(), "Leaves: " + status.group(1), ""),
                            "contract-leaves",
                            "The note of " + route.id() + " says that it answers " + status.group(1)
                                    + ", which the contract does not have for it",
                            "Write the status that it sets, one of " + Nearest.list(codes)));
                }
            }
        }
    }

    private static void complete(Route route, Consumer<Finding> report) {
        Set<String> missing = new LinkedHashSet<>(SECTIONS);
        route.sections().stream()
                .filter(section -> !section.text().isBlank())
                .forEach(section -> missing.remove(section.kind() + ":"));
        if (!missing.isEmpty()) {
            report.accept(new Finding(
                    route.file(),
                    route.element().line(route.element().get("note").isPresent() ? "note" : "id"),
                    "contract-missing",
                    "The note of " + route.id() + " does not have " + String.join(" and ", missing),
                    "Write under note: what enters the route, what it leaves and how it fails, as Enters:, Leaves: and"
                            + " Fails:, each with at least one word, such as nothing"));
        }
    }

    private static Finding finding(
            Route route, Element note, String name, String section, String does, Set<String> known) {
        return new Finding(
                route.file(),
                line(note, name),
                "contract-" + section,
                "The note of " + route.id() + " names " + name + ", which neither it nor what it calls " + does,
                "Name what it " + does + Nearest.to(name, known) + ", or remove the name");
    }

    /** Of a text whose lines are kept, that of the name. */
    private static int line(Element note, String name) {
        return line(note, name, "`");
    }

    private static int line(Element note, String name, String quote) {
        if (!(note.node() instanceof ScalarNode scalar)
                || scalar.getScalarStyle() != DumperOptions.ScalarStyle.LITERAL) {
            return note.line();
        }
        String before = note.text().substring(0, Math.max(0, note.text().indexOf(quote + name + quote)));
        return note.line() + 1 + (int) before.chars().filter(c -> c == '\n').count();
    }

    /** The properties and variables that are set whenever a route is called, as its note says. */
    static Set<String> required(Route route) {
        return route.sections().stream()
                .filter(section -> section.is("Enters"))
                .flatMap(section -> Arrays.stream(section.text().split("[;.](?:\\s|$)")))
                .filter(clause -> !CONDITIONAL.matcher(clause).find())
                .flatMap(clause -> names(clause).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The route and all that it calls, directly or not. */
    private static Set<Route> reached(Route route, Map<String, Route> byUri) {
        Set<Route> reached = new LinkedHashSet<>();
        Deque<Route> open = new ArrayDeque<>(List.of(route));
        while (!open.isEmpty()) {
            Route next = open.pop();
            if (reached.add(next)) {
                next.steps().stream()
                        .map(step -> byUri.get(step.uri()))
                        .filter(called -> called != null)
                        .forEach(open::push);
            }
        }
        return reached;
    }

    private static boolean callsWhatIsMissing(Set<Route> reached, Map<String, Route> byUri, RouteTree tree) {
        return reached.stream()
                .flatMap(route -> route.steps().stream())
                .anyMatch(step -> step.uses("direct") && !byUri.containsKey(step.uri())
                        || step.uri().startsWith(STATEMENT)
                                && !tree.statements().containsKey(step.uri().substring(STATEMENT.length())));
    }

    /** All words of a route. */
    static Set<String> words(Element route) {
        return route.all().stream()
                .filter(Element::isText)
                .flatMap(element -> WORD.matcher(element.text()).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    /** The properties and variables that expressions of a route read. */
    static Set<String> reads(Element route) {
        Set<String> reads = new HashSet<>();
        for (Element element : route.all()) {
            if (element.isText()) {
                element.readings().stream()
                        .filter(reading ->
                                Set.of("exchangeProperty", "variable").contains(reading.from()))
                        .forEach(reading -> reads.add(reading.name()));
                // Without its braces it is a finding of its own.
                MEANT.matcher(element.text()).results().forEach(found -> reads.add(found.group(1)));
            }
        }
        return reads;
    }

    private static Stream<SqlFile> statements(Route route, RouteTree tree) {
        return route.steps().stream()
                .filter(step -> step.uri().startsWith(STATEMENT))
                .map(step -> tree.statements().get(step.uri().substring(STATEMENT.length())))
                .filter(file -> file != null);
    }

    private static Set<String> reads(Set<Route> routes, RouteTree tree) {
        Set<String> reads = new HashSet<>();
        for (Route route : routes) {
            reads.addAll(route.reads());
            statements(route, tree).forEach(file -> reads.addAll(file.read()));
        }
        return reads;
    }

    private static Set<String> sets(Set<Route> routes) {
        Set<String> names = new HashSet<>();
        for (Route route : routes) {
            for (Route.Step step : route.steps()) {
                if (SETTERS.contains(step.kind())) {
                    names.add(step.element().text("name"));
                }
                names.add(step.element().text("variableReceive"));
            }
        }
        return names;
    }
}
