package caravana.checks;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Each route's note says what enters the route, what it leaves and how it fails, and what it says is so. Under
 * {@code Enters:} stand, in backquotes, the names of properties and variables that it reads, and under {@code Leaves:}
 * those that it sets; it, the routes that it calls, and the app's beans.
 */
final class ContractRules implements Rule {

    private static final Pattern SECTION = Pattern.compile(
            "^\\s*(Enters|Leaves|Fails):(.*?)(?=^\\s*(?:Enters|Leaves|Fails):|\\z)",
            Pattern.MULTILINE | Pattern.DOTALL);

    private static final List<String> SECTIONS = List.of("Enters:", "Leaves:", "Fails:");
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final Pattern READ = Pattern.compile("(?:exchangeProperty|variable)[.\\[]\"?'?(\\w+)");

    /** Of a clause whose names need not be set, or are none of properties and variables. */
    private static final Pattern CONDITIONAL =
            Pattern.compile("\\b(?:for|if|when|optional|or|unless|as far|null|headers?|parameters?|rows?|body)\\b|/");

    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");
    private static final String STATEMENT = "statement:";

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, Route> byUri = tree.routes().stream()
                .collect(Collectors.toMap(route -> route.from().uri(), route -> route, (one, other) -> one));
        Map<AppFolders, Vocabulary> vocabularies = new HashMap<>();
        for (AppFolders app : AppFolders.values()) {
            vocabularies.put(app, Vocabulary.of(app));
        }
        Map<Route, Set<String>> wordsOf = new HashMap<>();
        Map<Route, Set<String>> readsOf = new HashMap<>();
        for (Route route : tree.routes()) {
            complete(route, report);
            Element note = route.element().get("note").orElse(null);
            if (note == null) {
                continue;
            }
            Set<Route> reached = reached(route, byUri);
            if (callsWhatIsMissing(reached, byUri, tree)) {
                // Which is a finding of its own, and may read or set any name.
                continue;
            }
            List<Vocabulary> beans = AppFolders.loading(route.file()).stream()
                    .map(vocabularies::get)
                    .toList();
            Matcher section = SECTION.matcher(note.text());
            while (section.find()) {
                Set<String> names = NAME.matcher(section.group(2))
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
                if (names.isEmpty()) {
                    continue;
                }
                Set<String> words = reached.stream()
                        .flatMap(one -> wordsOf.computeIfAbsent(one, first -> words(first, tree)).stream())
                        .collect(Collectors.toSet());
                if (section.group(1).equals("Enters")) {
                    Set<String> read = reached.stream()
                            .flatMap(one -> readsOf.computeIfAbsent(one, first -> reads(first, tree)).stream())
                            .collect(Collectors.toSet());
                    names.removeAll(read);
                    beans.forEach(vocabulary ->
                            names.removeAll(byCode(vocabulary, Vocabulary.Kind.READ, BeanMethod::reads, words)));
                    names.forEach(name -> report.accept(finding(route, note, name, "enters", "reads", read)));
                } else if (section.group(1).equals("Leaves")) {
                    Set<String> set = sets(reached);
                    names.removeAll(set);
                    beans.forEach(vocabulary ->
                            names.removeAll(byCode(vocabulary, Vocabulary.Kind.PROPERTIES, BeanMethod::sets, words)));
                    names.forEach(name -> report.accept(finding(route, note, name, "leaves", "sets", set)));
                }
            }
        }
    }

    private static void complete(Route route, Consumer<Finding> report) {
        Set<String> missing = new LinkedHashSet<>(SECTIONS);
        SECTION.matcher(route.element().text("note"))
                .results()
                .filter(section -> !section.group(2).isBlank())
                .forEach(section -> missing.remove(section.group(1) + ":"));
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
        if (!(note.node() instanceof ScalarNode scalar)
                || scalar.getScalarStyle() != DumperOptions.ScalarStyle.LITERAL) {
            return note.line();
        }
        String before = note.text().substring(0, note.text().indexOf("`" + name + "`"));
        return note.line() + 1 + (int) before.chars().filter(c -> c == '\n').count();
    }

    /** The properties and variables that are set whenever a route is called, as its note says. */
    static Set<String> required(Route route) {
        return SECTION.matcher(route.element().text("note"))
                .results()
                .filter(section -> section.group(1).equals("Enters"))
                .flatMap(section -> Arrays.stream(section.group(2).split("[;.](?:\\s|$)")))
                .filter(clause -> !CONDITIONAL.matcher(clause).find())
                .flatMap(clause -> NAME.matcher(clause).results())
                .map(name -> name.group(1))
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

    /**
     * What the app's code reads or sets in these routes: the methods that they call, and what is no bean. A misspelt bean or
     * method is a finding of its own, so that one of the two names is enough.
     *
     * @param words of the routes, the names of beans and methods among them
     */
    private static Set<String> byCode(
            Vocabulary vocabulary, Vocabulary.Kind kind, Function<BeanMethod, List<String>> names, Set<String> words) {
        Set<String> byCode = new HashSet<>(vocabulary.names(kind));
        vocabulary
                .beans()
                .values()
                .forEach(methods -> methods.forEach(method -> byCode.removeAll(names.apply(method))));
        vocabulary
                .beans()
                .forEach((bean, methods) -> methods.stream()
                        .filter(method -> words.contains(bean) || words.contains(method.name()))
                        .forEach(method -> byCode.addAll(names.apply(method))));
        return byCode;
    }

    private static Set<String> words(Route route, RouteTree tree) {
        Stream<String> texts =
                route.element().all().stream().filter(Element::isText).map(Element::text);
        return Stream.concat(texts, statements(route, tree))
                .flatMap(text -> WORD.matcher(text).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static Stream<String> statements(Route route, RouteTree tree) {
        return route.steps().stream()
                .filter(step -> step.uri().startsWith(STATEMENT))
                .map(step -> tree.statements().get(step.uri().substring(STATEMENT.length())))
                .filter(sql -> sql != null);
    }

    private static Set<String> reads(Route route, RouteTree tree) {
        Stream<String> inExpressions = route.element().all().stream()
                .filter(Element::isText)
                .flatMap(element -> READ.matcher(element.text()).results())
                .map(MatchResult::group)
                .map(read -> read.replaceFirst("^\\w+[.\\[]\"?'?", ""));
        Stream<String> inStatements = statements(route, tree)
                .flatMap(sql -> tree.sql(sql).parameters().stream())
                .map(parameter -> parameter.name().replaceFirst("\\..*", ""));
        return Stream.concat(inExpressions, inStatements).collect(Collectors.toSet());
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
