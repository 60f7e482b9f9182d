package caravana.checks;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.tooling.model.ComponentModel;

/**
 * Checks names of headers: constants of Camel must exist, and values must be valid for HTTP and the OpenAPI document.
 */
final class HeaderRules implements Rule {

    private static final String CAMEL = "Camel";
    private static final String STATUS = "CamelHttpResponseCode";
    private static final String DIRECT = "direct:";

    /** What a path, a query or a field of JSON names: every request may have headers of HTTP. */
    private static final Pattern OF_CALL = Pattern.compile("[a-z][a-z0-9_]*");

    private static final Set<String> BELOW = Set.of("steps", "when", "otherwise", "doCatch", "doFinally");
    private static final Set<String> REMOVING = Set.of("removeHeader", "removeHeaders");

    /** Names of our own begin with a small letter. */
    private static final String OF_HTTP = "[A-Z][\\w-]{5,}";

    private static final Set<String> HTTP = http();

    private final Set<String> known = new TreeSet<>();

    private static Set<String> http() {
        Vocabulary web = Vocabulary.of(AppFolders.WEB);
        Set<String> names = new TreeSet<>(web.names(Vocabulary.Kind.ANSWER_HEADERS));
        web.parameters().values().forEach(names::addAll);
        names.removeIf(name -> !name.matches(OF_HTTP));
        return names;
    }

    HeaderRules() {
        for (AppFolders app : AppFolders.values()) {
            for (String component : Vocabulary.of(app).names(Vocabulary.Kind.COMPONENTS)) {
                ComponentModel model = CatalogRule.CATALOG.componentModel(component);
                if (model != null) {
                    model.getEndpointHeaders().forEach(header -> known.add(header.getName()));
                }
            }
        }
        for (Field constant : Exchange.class.getFields()) {
            try {
                if (constant.getType() == String.class) {
                    known.add((String) constant.get(null));
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<String> set = new HashSet<>(known);
        tree.steps().forEach(placed -> headers(placed.step()).forEach(header -> set.add(header.text("name"))));
        for (Route route : tree.routes()) {
            for (String name : route.from().parameter("attributeNames").split(",")) {
                set.add(name.strip());
            }
        }
        if (tree.routes().stream()
                .anyMatch(route -> AppFolders.loading(route.file()).contains(AppFolders.WEB))) {
            set.addAll(Vocabulary.of(AppFolders.WEB).names(Vocabulary.Kind.FIELDS));
        }
        Map<Route, Set<String>> codes = codes(tree);
        Set<String> all = new TreeSet<>();
        Vocabulary.of(AppFolders.WEB).operations().values().forEach(all::addAll);
        Set<String> attributes = attributes(tree);
        for (RouteTree.Placed placed : tree.steps()) {
            headers(placed.step()).forEach(header -> {
                attribute(placed, header, attributes, report);
                name(placed, header, "name", report);
                value(placed, header, codes.getOrDefault(placed.owner(), all), report);
            });
            if (REMOVING.contains(placed.step().kind())) {
                name(placed, placed.step().element(), "name", report);
                name(placed, placed.step().element(), "pattern", report);
                name(placed, placed.step().element(), "excludePattern", report);
            }
        }
        tree.routeFiles()
                .forEach(file -> file.expressions()
                        .forEach(text -> text.readings().stream()
                                .filter(reading -> reading.from().equals("header"))
                                .filter(reading -> !reading.name().isEmpty() && !set.contains(reading.name()))
                                .forEach(reading -> report.accept(new Finding(
                                        file.name(),
                                        text.line(),
                                        "header-unknown",
                                        "Nothing sets the header " + reading.name(),
                                        "Read one that is set" + Nearest.to(reading.name(), set))))));
        ofOtherCalls(tree, report);
    }

    /** What a call's path or query gives is there for that call alone: of another one it is null. */
    private void ofOtherCalls(RouteTree tree, Consumer<Finding> report) {
        Set<String> set = new HashSet<>(known);
        tree.steps().forEach(placed -> headers(placed.step()).forEach(header -> set.add(header.text("name"))));
        Set<Route> further = further(tree);
        operations(tree).forEach((route, operations) -> {
            if (!further.contains(route)) {
                Set<Element> always = new HashSet<>();
                route.from()
                        .element()
                        .get("steps")
                        .ifPresent(steps -> steps.items()
                                .forEach(item -> item.fields().values().forEach(step -> alone(step, always))));
                route.from().element().all().stream()
                        .filter(Element::isText)
                        .forEach(text -> text.readings().stream()
                                .filter(reading -> reading.from().equals("header"))
                                .map(SimpleText.Reading::name)
                                .filter(name -> !set.contains(name)
                                        && OF_CALL.matcher(name).matches())
                                .map(name -> lacking(route, text, name, operations, always.contains(text)))
                                .filter(Objects::nonNull)
                                .forEach(report));
            }
        });
    }

    /** What stands in a step, but not in the steps below it, which a condition may choose. */
    private static void alone(Element element, Set<Element> all) {
        all.add(element);
        element.fields().forEach((key, value) -> {
            if (!BELOW.contains(key)) {
                alone(value, all);
            }
        });
        element.items().forEach(item -> alone(item, all));
    }

    /** The finding about a name that not every call that comes to a route has; null when all is well. */
    private static Finding lacking(Route route, Element text, String name, Set<String> operations, boolean always) {
        Map<String, List<String>> parameters = Vocabulary.of(AppFolders.WEB).parameters();
        Set<String> lacking = new TreeSet<>(operations);
        lacking.removeIf(operation -> has(parameters.getOrDefault(operation, List.of()), name));
        boolean inEveryPath = operations.stream()
                .filter(operation -> !lacking.contains(operation))
                .allMatch(operation -> parameters.get(operation).contains("{" + name + "}"));
        boolean asked = route.element().all().stream()
                .anyMatch(other -> other.text().matches("(?s).*header\\." + name + "}\\s*[!=]=\\s*(null|\\$).*"));
        boolean isNull = lacking.size() == operations.size() || inEveryPath && always && !asked;
        if (lacking.isEmpty() || !isNull) {
            return null;
        }
        Set<String> given = new TreeSet<>();
        lacking.forEach(operation -> parameters
                .getOrDefault(operation, List.of())
                .forEach(parameter -> given.add(parameter.replaceAll("[{}]", ""))));
        return new Finding(
                route.file(),
                text.line(),
                "header-unknown",
                "The call " + String.join(", ", lacking) + " has no parameter " + name + ": the header is null",
                given.isEmpty() ? "Read what the call has" : "Read one that it has" + Nearest.orOneOf(name, given));
    }

    private static boolean has(List<String> parameters, String name) {
        return parameters.stream()
                .anyMatch(parameter -> parameter.replaceAll("[{}]", "").equalsIgnoreCase(name));
    }

    /** Routes that something else than an operation comes to as well, whose headers are its own. */
    private static Set<Route> further(RouteTree tree) {
        Map<String, List<String>> operations = Vocabulary.of(AppFolders.WEB).operations();
        Set<Route> further = new HashSet<>();
        Deque<Route> open = new ArrayDeque<>(tree.configurations());
        tree.routes().stream()
                .filter(route -> {
                    String uri = route.from().uri();
                    // One that only the app's code calls has no parameters.
                    return !uri.startsWith(DIRECT)
                            || operations.containsKey(uri.substring(DIRECT.length()))
                                    && operations
                                            .get(uri.substring(DIRECT.length()))
                                            .isEmpty();
                })
                .forEach(open::push);
        while (!open.isEmpty()) {
            Route route = open.pop();
            if (further.add(route)) {
                route.everyStep().forEach(step -> tree.consumers(step.uri()).forEach(open::push));
            }
        }
        return further;
    }

    /** What messages carry besides their body has the names that the apps have for the same things. */
    private static Set<String> attributes(RouteTree tree) {
        Set<String> names = new HashSet<>();
        for (AppFolders app : AppFolders.values()) {
            names.addAll(Vocabulary.of(app).names(Vocabulary.Kind.PROPERTIES));
            names.addAll(Vocabulary.of(app).names(Vocabulary.Kind.READ));
            names.addAll(Vocabulary.of(app).names(Vocabulary.Kind.FIELDS));
            names.addAll(Vocabulary.of(app).names(Vocabulary.Kind.ANSWER_HEADERS));
        }
        tree.steps().stream()
                .filter(placed -> placed.step().kind().equals("setProperty"))
                .forEach(placed -> names.add(placed.step().element().text("name")));
        tree.statements().values().forEach(file -> names.addAll(file.names()));
        return names;
    }

    private static void attribute(
            RouteTree.Placed placed, Element header, Set<String> attributes, Consumer<Finding> report) {
        String name = header.text("name");
        if (!name.startsWith(CAMEL)
                && name.length() > 6
                && AppFolders.loading(placed.file()).size() > 1) {
            String near = attributes.contains(name) ? "" : Nearest.to(name, attributes);
            if (!near.isEmpty()) {
                report.accept(new Finding(
                        placed.file(),
                        header.get("name").orElse(header).line(),
                        "header-unknown",
                        "Nothing that reads a message knows the attribute " + name,
                        "Write the name that is read" + near));
            }
        }
    }

    /** Each header that a step sets, with its name and its expression. */
    static Stream<Element> headers(Route.Step step) {
        return switch (step.kind()) {
            case "setHeader" -> Stream.of(step.element());
            case "setHeaders" -> step.element().get("headers").stream().flatMap(headers -> headers.items().stream());
            default -> Stream.empty();
        };
    }

    private static void nameOfHttp(RouteTree.Placed placed, Element element, String key, Consumer<Finding> report) {
        String name = element.text(key);
        String meant = name.matches(OF_HTTP) && !HTTP.contains(name) ? Nearest.to(name, HTTP) : "";
        if (!meant.isEmpty()) {
            report.accept(new Finding(
                    placed.file(),
                    element.get(key).orElse(element).line(),
                    "header-unknown",
                    "Neither a call nor an answer has a header " + name,
                    "Write one that they have" + meant));
        }
    }

    private void name(RouteTree.Placed placed, Element element, String key, Consumer<Finding> report) {
        String name = element.text(key);
        if (!name.regionMatches(true, 0, CAMEL, 0, CAMEL.length())) {
            // Those that a route sets, AnswerRules looks at.
            if (REMOVING.contains(placed.step().kind())) {
                nameOfHttp(placed, element, key, report);
            }
            return;
        }
        boolean found = name.endsWith("*")
                ? known.stream().anyMatch(header -> header.startsWith(name.substring(0, name.length() - 1)))
                        || name.startsWith("CamelRedeliver")
                : known.contains(name);
        if (!found) {
            report.accept(new Finding(
                    placed.file(),
                    element.get(key).orElse(element).line(),
                    "header-unknown",
                    "Camel and its components have no header " + name,
                    "Write one that they have" + Nearest.to(name, known)));
        }
    }

    /** What is said of a header as a constant. */
    private static void value(RouteTree.Placed placed, Element header, Set<String> codes, Consumer<Finding> report) {
        Element constant = header.get("expression")
                .flatMap(expression -> expression.get("constant"))
                .flatMap(Element::expression)
                .orElse(null);
        if (constant == null || constant.text().contains("{{")) {
            return;
        }
        String text = constant.text();
        if (header.text("name").equals(STATUS) && !codes.contains(text)) {
            report.accept(new Finding(
                    placed.file(),
                    constant.line(),
                    "answer-not-in-contract",
                    "The contract has no answer with the status " + text + " for the calls that come here",
                    "Write one of " + Nearest.list(codes)));
        }
        Set<String> types = new TreeSet<>(Vocabulary.of(AppFolders.WEB).names(Vocabulary.Kind.MEDIA_TYPES));
        if (header.text("name").equalsIgnoreCase("Content-Type")
                && AppFolders.loading(placed.file()).contains(AppFolders.WEB)
                && !types.contains(text.replaceFirst("\\s*;.*", ""))) {
            report.accept(new Finding(
                    placed.file(),
                    constant.line(),
                    "answer-not-in-contract",
                    "The contract has no answer of the type " + text,
                    "Write one that it has" + Nearest.orOneOf(text, types)));
        }
    }

    /** For each route of web, the status codes of all operations that it is a part of. */
    private static Map<Route, Set<String>> codes(RouteTree tree) {
        Map<Route, Set<String>> codes = new HashMap<>();
        operations(tree).forEach((route, operations) -> {
            Set<String> all = new TreeSet<>();
            operations.forEach(operation ->
                    all.addAll(Vocabulary.of(AppFolders.WEB).operations().get(operation)));
            codes.put(route, all);
        });
        return codes;
    }

    /** For each route of web, the operations that it is a part of. */
    private static Map<Route, Set<String>> operations(RouteTree tree) {
        Map<Route, Set<String>> operations = new HashMap<>();
        Vocabulary.of(AppFolders.WEB).operations().keySet().forEach(operation -> {
            Deque<String> open = new ArrayDeque<>(Set.of(DIRECT + operation));
            Set<String> done = new HashSet<>();
            while (!open.isEmpty()) {
                String uri = open.pop();
                if (done.add(uri)) {
                    tree.consumers(uri).forEach(route -> {
                        operations
                                .computeIfAbsent(route, first -> new TreeSet<>())
                                .add(operation);
                        route.steps().stream()
                                .map(Route.Step::uri)
                                .filter(called -> called.startsWith(DIRECT))
                                .forEach(open::push);
                    });
                }
            }
        });
        return operations;
    }
}
