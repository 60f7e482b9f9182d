package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that the result of a statement is used according to its type (a row, a list of rows, or a number), and only
 * with columns that it has.
 */
final class ResultRules implements Rule {

    private static final String DIRECT = "direct:";
    private static final String STATEMENT = "statement:";

    /** A property or variable, and nothing else. */
    private static final Pattern WHOLE = Pattern.compile("\\$\\{(?:exchangeProperty|variable)\\.(\\w+)}");

    private static final Pattern IS_NULL = Pattern.compile("\\$\\{body}\\s*[!=]=\\s*(null|\\$\\{null})");

    private static final String LEAVE_ONE = "Run a statement before it that leaves what is read";
    private static final Set<String> KEEPING = Set.of(
            "log",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable",
            "filter",
            "choice",
            "throwException",
            "stop",
            "split",
            "doTry",
            "loop");

    /** Of these, what has no steps of its own. */
    private static final Set<String> KEEPING_ALONE = Set.of(
            "log",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable");

    private static final Set<String> ASKED = Set.of("row", "rows", "count");
    private static final Set<String> NUMBERS = Set.of("int", "long", "double", "Integer", "Long", "Double", "Number");
    private static final Set<String> LISTS = Set.of("List", "Collection", "Iterable");

    private enum Kind {
        ROW("one row"),
        ROWS("a list of rows"),
        COUNT("a number"),
        /** What a call brings, or a component answers. */
        OTHER("no result of a statement");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** @param files the statements that may have left it; of what is no result, what else */
    private record Body(Kind kind, Set<String> files) {

        boolean isResult() {
            return kind != Kind.OTHER;
        }

        /** What it is after one of two ways; null when that is not known. */
        static Body either(Body one, Body other) {
            if (one == null || other == null || one.kind != other.kind) {
                return null;
            }
            Set<String> files = new TreeSet<>(one.files);
            files.addAll(other.files);
            return new Body(one.kind, files);
        }
    }

    private RouteTree tree;
    private Set<Finding> findings;
    private final Map<String, List<String>> columns = new HashMap<>();
    private final Map<Route, Body> enters = new HashMap<>();
    private final Map<Route, Integer> visits = new HashMap<>();

    /** What the body is behind each route. */
    private final Map<Route, Body> left = new HashMap<>();

    private Map<String, Body> held;

    /** What a name holds, whichever route has set it; of one that can be several, nothing. */
    private final Map<String, Body> anywhere = new HashMap<>();

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        this.tree = tree;
        findings = new LinkedHashSet<>();
        tree.statements().forEach((file, statement) -> columns.put(file, statement.columns()));
        walk(tree);
        // Now with what the names hold that other routes set.
        enters.clear();
        visits.clear();
        left.clear();
        findings.clear();
        walk(tree);
        findings.forEach(report);
    }

    private void walk(RouteTree tree) {
        for (Route route : tree.routes()) {
            String uri = route.from().uri();
            if (!uri.startsWith(DIRECT) || !tree.isCalled(uri)) {
                enter(route, brought(route));
            }
        }
        for (Route configuration : tree.configurations()) {
            configuration
                    .element()
                    .all()
                    .forEach(element -> element.get("onException").ifPresent(handler -> {
                        held = new HashMap<>();
                        steps(configuration, handler, null);
                    }));
        }
    }

    /** What the body is when a route begins that no other calls; null when that can be anything. */
    private static Body brought(Route route) {
        String uri = route.from().uri();
        boolean operation = AppFolders.loading(route.file()).stream()
                .anyMatch(app -> uri.startsWith(DIRECT)
                        && !Vocabulary.of(app)
                                .operations()
                                .getOrDefault(uri.substring(DIRECT.length()), List.of())
                                .isEmpty());
        return operation || uri.startsWith("platform-http:") ? new Body(Kind.OTHER, Set.of("the call")) : null;
    }

    private Body held(String name) {
        return held.containsKey(name) ? held.get(name) : anywhere.get(name);
    }

    private void hold(String name, Body body) {
        held.put(name, body);
        Body known = anywhere.containsKey(name) ? Body.either(anywhere.get(name), body) : body;
        anywhere.put(name, known);
    }

    /** A route with the body that a caller gives it; it goes by what all callers have in common. */
    private Body enter(Route route, Body body) {
        Body all = visits.containsKey(route) ? Body.either(enters.get(route), body) : body;
        boolean again = visits.containsKey(route) && java.util.Objects.equals(all, enters.get(route));
        if (again || visits.merge(route, 1, Integer::sum) > 6) {
            return left.get(route);
        }
        enters.put(route, all);
        Map<String, Body> outer = held;
        held = new HashMap<>();
        Body after = steps(route, route.from().element(), all);
        held = outer;
        left.put(route, after);
        return after;
    }

    private Body steps(Route route, Element parent, Body body) {
        Body now = body;
        List<Route.Step> steps = parent.get("steps").map(Element::items).orElse(List.of()).stream()
                .flatMap(item -> item.fields().entrySet().stream())
                .map(step -> new Route.Step(step.getKey(), step.getValue()))
                .toList();
        for (int i = 0; i < steps.size(); i++) {
            Body entering = now;
            now = step(route, steps.get(i), now);
            unasked(route, steps.get(i), entering, steps.subList(i + 1, steps.size()));
            replaced(route, steps.get(i), steps.subList(i + 1, steps.size()));
        }
        return now;
    }

    /** A column of a statement that is not asked for its result, read as if it were. */
    private void unasked(Route route, Route.Step statement, Body entering, List<Route.Step> next) {
        boolean leavesNothing = statement.uri().startsWith(STATEMENT)
                && statement.parameter("result").equals("none");
        if (!leavesNothing || entering != null && entering.kind == Kind.ROW) {
            return;
        }
        List<String> returned = columns.getOrDefault(statement.uri().substring(STATEMENT.length()), List.of());
        for (Route.Step step : next) {
            for (Element text : step.element().all()) {
                for (SimpleText.Reading reading : text.readings()) {
                    boolean reads = reading.from().equals("body")
                            && reading.keys().stream().anyMatch(returned::contains);
                    if (reads) {
                        report(
                                route,
                                text,
                                "the body has no " + reading.keys().get(0) + ": "
                                        + statement.element().text("id") + " does not ask for the result of "
                                        + statement.uri().substring(STATEMENT.length()),
                                "Set result: row at that step");
                        return;
                    }
                }
            }
            if (!KEEPING.contains(step.kind())) {
                return;
            }
        }
    }

    /** A result that a step asks for, and that the next step which touches the body replaces, so that nothing reads it. */
    private void replaced(Route route, Route.Step statement, List<Route.Step> next) {
        boolean leavesBody = statement.uri().startsWith(STATEMENT)
                && ASKED.contains(statement.parameter("result"))
                && statement.element().get("variableReceive").isEmpty();
        if (!leavesBody) {
            return;
        }
        for (Route.Step step : next) {
            boolean receives = step.element().get("variableReceive").isPresent();
            boolean another = step.uri().startsWith(STATEMENT)
                    && !receives
                    && !step.parameter("result").equals("none");
            if (another || step.kind().equals("setBody") && isWithoutBody(step.element())) {
                report(
                        route,
                        statement.element(),
                        "nothing reads what " + statement.uri().substring(STATEMENT.length()) + " leaves: "
                                + step.element().text("id") + " replaces it",
                        "Read it before that step, or set result: none");
                return;
            }
            boolean keeps = KEEPING_ALONE.contains(step.kind()) && isWithoutBody(step.element())
                    || step.uri().startsWith(STATEMENT);
            if (!keeps) {
                return;
            }
        }
    }

    /** Whether no expression of a step can read the body. */
    private static boolean isWithoutBody(Element step) {
        boolean callsBean = step.get("expression")
                .filter(expression -> expression.get("method").isPresent())
                .isPresent();
        return !callsBean
                && step.all().stream()
                        .filter(Element::isText)
                        .noneMatch(text ->
                                text.text().matches("(?s).*\\b(body|bodyAs|in|message|exchange|bean:)\\b.*\\}.*"));
    }

    private Body step(Route route, Route.Step step, Body body) {
        Element element = step.element();
        texts(route, element, body);
        call(route, step, body);
        if (step.uri().startsWith(STATEMENT)) {
            return statement(step, body);
        }
        if (body != null && body.isResult() && sends(step, new HashSet<>())) {
            report(
                    route,
                    element,
                    "the body is " + body.kind.words + ", as " + body.files + " leaves it, and " + step.uri()
                            + " sends it as it is",
                    "Set the body to what is sent before it");
        }
        if (step.uri().startsWith(DIRECT)) {
            Body after = null;
            List<Route> called = called(route, step);
            for (int i = 0; i < called.size(); i++) {
                Body one = enter(called.get(i), body);
                after = i == 0 ? one : Body.either(after, one);
            }
            return element.get("variableReceive").isPresent() ? body : after;
        }
        if (step.uri().startsWith("aws2-")) {
            return element.get("variableReceive").isPresent() ? body : answer(step, body);
        }
        if (step.kind().equals("setProperty") || step.kind().equals("setVariable")) {
            boolean whole = text(element).equals("${body}");
            hold(element.text("name"), whole ? body : null);
        }
        if (step.kind().equals("setBody")) {
            Matcher name = WHOLE.matcher(text(element));
            return name.matches() ? held(name.group(1)) : text(element).equals("${body}") ? body : null;
        }
        if (!KEEPING.contains(step.kind())) {
            boolean silent = step.kind().equals("bean")
                    && AppFolders.loading(route.file()).stream()
                            .flatMap(app ->
                                    Vocabulary.of(app)
                                            .methods(element.text("ref"), name(element.text("method")))
                                            .stream())
                            .allMatch(method -> method.gives().equals("void"))
                    && !name(element.text("method")).isEmpty();
            return silent ? body : null;
        }
        return parts(route, step, body);
    }

    private List<Route> called(Route route, Route.Step step) {
        return tree.consumers(step.uri()).stream()
                .filter(called -> AppFolders.loadedWherever(route.file(), called.file()))
                .toList();
    }

    /** What sending to S3 or SQS makes of the body: nothing, and a deletion has an answer of its own. */
    private static Body answer(Route.Step step, Body body) {
        String operation = step.parameter("operation");
        if (operation.startsWith("delete")) {
            return new Body(Kind.OTHER, Set.of(step.uri().replaceFirst(":.*", "") + " " + operation));
        }
        return operation.isEmpty() ? body : null;
    }

    /** Whether the body, as it is before a step, becomes a message or an object. */
    private boolean sends(Route.Step step, Set<String> seen) {
        if (step.element().get("variableSend").isPresent()) {
            return false;
        }
        if (step.uri().startsWith("aws2-")) {
            return step.parameter("operation").isEmpty();
        }
        if (!step.uri().startsWith(DIRECT) || !seen.add(step.uri())) {
            return false;
        }
        return tree.consumers(step.uri()).stream()
                .map(called -> called.from().element().get("steps").map(Element::items).orElse(List.of()).stream()
                        .flatMap(item -> item.fields().entrySet().stream())
                        .map(next -> new Route.Step(next.getKey(), next.getValue()))
                        .filter(next -> !KEEPING_ALONE.contains(next.kind()))
                        .findFirst())
                .anyMatch(next -> next.filter(one -> sends(one, seen)).isPresent());
    }

    private Body parts(Route route, Route.Step step, Body body) {
        Element element = step.element();
        if (step.kind().equals("split")) {
            steps(route, element, split(route, element, body));
            return body;
        }
        Body after = body;
        for (Element branch : element.get("when").map(Element::items).orElse(List.of())) {
            texts(route, branch, body);
            after = Body.either(after, steps(route, branch, body));
        }
        if (element.get("otherwise").isPresent()) {
            after = Body.either(after, steps(route, element.get("otherwise").get(), body));
        }
        if (element.get("steps").isPresent()) {
            after = Body.either(after, steps(route, element, body));
        }
        for (Element branch : element.get("doCatch").map(Element::items).orElse(List.of())) {
            steps(route, branch, null);
            after = null;
        }
        return after;
    }

    private Body split(Route route, Element element, Body body) {
        String what = text(element);
        Matcher name = WHOLE.matcher(what);
        Body split = what.equals("${body}") ? body : name.matches() ? held(name.group(1)) : null;
        if (split == null || !split.isResult()) {
            return null;
        }
        if (split.kind != Kind.ROWS) {
            report(
                    route,
                    element,
                    what + " is " + split.kind.words + ", as " + split.files + " leaves it, and no list to split",
                    "Set result: rows at the statement");
            return null;
        }
        return new Body(Kind.ROW, split.files);
    }

    private Body statement(Route.Step step, Body body) {
        String file = step.uri().substring(STATEMENT.length());
        String result = step.parameter("result");
        Body left =
                switch (result) {
                    case "row" -> new Body(Kind.ROW, Set.of(file));
                    case "count" -> new Body(Kind.COUNT, Set.of(file));
                    case "none" -> body;
                    default -> new Body(Kind.ROWS, Set.of(file));
                };
        String variable = step.element().text("variableReceive");
        if (variable.isEmpty()) {
            return left;
        }
        hold(variable, left);
        return body;
    }

    private static String name(String call) {
        return call.replaceFirst("\\(.*", "");
    }

    /** The text of a step's expression. */
    private static String text(Element step) {
        Optional<Element> expression = step.get("expression");
        for (String language : List.of("exchangeProperty", "variable")) {
            Optional<Element> name = expression.flatMap(e -> e.get(language)).flatMap(Element::expression);
            if (name.isPresent()) {
                return "${" + language + "." + name.get().text() + "}";
            }
        }
        return expression
                .flatMap(e -> e.get("simple"))
                .flatMap(Element::expression)
                .map(Element::text)
                .orElse("");
    }

    /** Expressions of the step itself. */
    private void texts(Route route, Element step, Body body) {
        List<Element> open = new ArrayList<>(List.of(step));
        for (int i = 0; i < open.size(); i++) {
            Element element = open.get(i);
            if (element.isText()) {
                read(route, element, body);
            }
            element.fields().forEach((key, value) -> {
                if (!Set.of("steps", "when", "otherwise", "doCatch", "doFinally", "description", "note")
                        .contains(key)) {
                    open.add(value);
                }
            });
            open.addAll(element.items());
        }
    }

    private void read(Route route, Element text, Body body) {
        for (SimpleText.Reading reading : text.readings()) {
            Body read = reading.from().equals("body") ? body : held(reading.name());
            if (read == null || reading.from().equals("header")) {
                continue;
            }
            String name = reading.from().equals("body") ? "the body" : reading.name();
            List<String> keys = reading.keys();
            if (!keys.isEmpty() && !keys.get(0).matches("\\d+|last|.*\\$.*")) {
                column(route, text, read, name, keys.get(0));
            } else if (keys.isEmpty()
                    && reading.members().contains("size")
                    && read.isResult()
                    && read.kind != Kind.ROWS) {
                report(
                        route,
                        text,
                        name + " is " + read.kind.words + ", as " + read.files + " leaves it, and has no size",
                        "Set result: rows at the statement"
                                + (read.kind == Kind.COUNT ? ", or read it without size" : ""));
            }
        }
        if (body != null
                && body.isResult()
                && body.kind != Kind.ROW
                && !goesOn(route)
                && IS_NULL.matcher(text.text()).find()) {
            report(
                    route,
                    text,
                    "the body is " + body.kind.words + ", as " + body.files + " leaves it, and never null",
                    "Set result: row at the statement, or ask for ${body.size}");
        }
    }

    /** Whether a statement that fails leaves nothing, and the route continues behind it. */
    private boolean goesOn(Route route) {
        return tree.configurations().stream()
                .filter(configuration ->
                        configuration.id().equals(route.element().text("routeConfigurationId")))
                .flatMap(configuration -> configuration.element().all().stream())
                .anyMatch(element -> element.get("continued").isPresent());
    }

    private void column(Route route, Element text, Body read, String name, String key) {
        if (read.kind != Kind.ROW) {
            report(
                    route,
                    text,
                    name + " is " + read.kind.words + ", as " + read.files + " leaves it, and has no column " + key,
                    read.isResult() ? "Set result: row at the statement, or split the list" : LEAVE_ONE);
            return;
        }
        for (String file : read.files) {
            List<String> known = columns.getOrDefault(file, List.of());
            if (!known.isEmpty() && !known.contains(key)) {
                report(
                        route,
                        text,
                        file + " returns no column " + key,
                        "Read one that it returns" + Nearest.orOneOf(key, known));
            }
        }
    }

    /** The body as what a bean's method takes. */
    private void call(Route route, Route.Step step, Body body) {
        List<Element> calls = new ArrayList<>();
        if (step.kind().equals("bean")) {
            calls.add(step.element());
        }
        step.element()
                .get("expression")
                .flatMap(expression -> expression.get("method"))
                .filter(Element::isMapping)
                .ifPresent(calls::add);
        if (body == null) {
            return;
        }
        for (Element call : calls) {
            List<String> arguments = BeanCalls.arguments(call.text("method"));
            for (AppFolders app : AppFolders.loading(route.file())) {
                List<BeanMethod> methods = Vocabulary.of(app).methods(call.text("ref"), name(call.text("method")));
                if (methods.size() == 1) {
                    call(route, call, methods.get(0), arguments == null ? List.of() : arguments, body);
                }
            }
        }
    }

    private void call(Route route, Element call, BeanMethod method, List<String> arguments, Body body) {
        Element place = call.get("method").orElse(call);
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals("${body}")
                    && NUMBERS.contains(method.type(i))
                    && body.isResult()
                    && body.kind != Kind.COUNT) {
                report(
                        route,
                        place,
                        method.name() + " takes a number, and the body is " + body.kind.words + ", as " + body.files
                                + " leaves it",
                        "Set result: count at the statement");
            }
        }
        if (!arguments.isEmpty() || method.body().isEmpty()) {
            return;
        }
        boolean list = LISTS.contains(method.body());
        boolean row = method.body().equals("Map");
        // What is no result may be converted to a list, but to no row.
        if (list && body.isResult() && body.kind != Kind.ROWS || row && body.kind != Kind.ROW) {
            report(
                    route,
                    place,
                    method.name() + " takes " + (list ? Kind.ROWS.words : Kind.ROW.words) + ", and the body is "
                            + body.kind.words + ", as " + body.files + " leaves it",
                    body.isResult() ? "Set result: " + (list ? "rows" : "row") + " at the statement" : LEAVE_ONE);
        }
        for (String file : body.files) {
            List<String> known = columns.getOrDefault(file, List.of());
            if (row && !known.isEmpty()) {
                method.columns().stream()
                        .filter(column -> !known.contains(column))
                        .forEach(column -> findings.add(new Finding(
                                file,
                                1,
                                "statement-result",
                                call.text("ref") + "." + method.name() + " reads the column " + column
                                        + ", which the statement does not return",
                                "Return a column of that name" + Nearest.to(column, known))));
            }
        }
    }

    private void report(Route route, Element place, String what, String instead) {
        // The name of a file is written as it is.
        String sentence =
                what.matches("(?s)\\S+\\.sql\\b.*") ? what : Character.toUpperCase(what.charAt(0)) + what.substring(1);
        findings.add(new Finding(
                route.file(), place.line(), "statement-result", sentence.replaceAll("[\\[\\]]", ""), instead));
    }
}
