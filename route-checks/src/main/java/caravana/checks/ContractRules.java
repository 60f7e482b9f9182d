package caravana.checks;

import java.util.ArrayDeque;
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

/**
 * What a route's note says of it is so. Under {@code Enters:} stand, in backquotes, the names of properties and variables
 * that it reads, and under {@code Leaves:} those that it sets; it, the routes that it calls, and the app's beans.
 */
final class ContractRules implements Rule {

    private static final Pattern SECTION = Pattern.compile(
            "^\\s*(Enters|Leaves|Fails):(.*?)(?=^\\s*(?:Enters|Leaves|Fails):|\\z)",
            Pattern.MULTILINE | Pattern.DOTALL);

    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final Pattern READ = Pattern.compile("(?:exchangeProperty|variable)[.\\[]\"?'?(\\w+)");
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
        for (Route route : tree.routes()) {
            Element note = route.element().get("note").orElse(null);
            if (note == null) {
                continue;
            }
            Set<Route> reached = reached(route, byUri);
            List<Vocabulary> beans = AppFolders.loading(route.file()).stream()
                    .map(vocabularies::get)
                    .toList();
            Set<String> words = words(reached, tree);
            Matcher section = SECTION.matcher(note.text());
            while (section.find()) {
                Set<String> names = NAME.matcher(section.group(2))
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
                if (section.group(1).equals("Enters")) {
                    names.removeAll(reads(reached, tree));
                    beans.forEach(vocabulary ->
                            names.removeAll(byCode(vocabulary, Vocabulary.Kind.READ, BeanMethod::reads, words)));
                    names.forEach(
                            name -> report.accept(finding(route, note, name, "enters", "reads", reads(reached, tree))));
                } else if (section.group(1).equals("Leaves")) {
                    names.removeAll(sets(reached));
                    beans.forEach(vocabulary ->
                            names.removeAll(byCode(vocabulary, Vocabulary.Kind.PROPERTIES, BeanMethod::sets, words)));
                    names.forEach(name -> report.accept(finding(route, note, name, "leaves", "sets", sets(reached))));
                }
            }
        }
    }

    private static Finding finding(
            Route route, Element note, String name, String section, String does, Set<String> known) {
        return new Finding(
                route.file(),
                note.line(),
                "contract-" + section,
                "The note of " + route.id() + " names " + name + ", which neither it nor what it calls " + does,
                "Name what it " + does + Nearest.to(name, known) + ", or remove the name");
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

    private static Set<String> words(Set<Route> routes, RouteTree tree) {
        Stream<String> texts = routes.stream()
                .flatMap(route -> route.element().all().stream())
                .filter(Element::isText)
                .map(Element::text);
        Stream<String> statements = statements(routes, tree);
        return Stream.concat(texts, statements)
                .flatMap(text -> WORD.matcher(text).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static Stream<String> statements(Set<Route> routes, RouteTree tree) {
        return routes.stream()
                .flatMap(route -> route.steps().stream())
                .filter(step -> step.uri().startsWith(STATEMENT))
                .map(step -> tree.statements().get(step.uri().substring(STATEMENT.length())))
                .filter(sql -> sql != null);
    }

    private static Set<String> reads(Set<Route> routes, RouteTree tree) {
        Stream<String> inExpressions = routes.stream()
                .flatMap(route -> route.element().all().stream())
                .filter(Element::isText)
                .flatMap(element -> READ.matcher(element.text()).results())
                .map(MatchResult::group)
                .map(read -> read.replaceFirst("^\\w+[.\\[]\"?'?", ""));
        Stream<String> inStatements = statements(routes, tree)
                .flatMap(sql -> SqlText.of(sql).parameters().stream())
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
