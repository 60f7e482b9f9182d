package caravana.checks;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.tooling.model.ComponentModel;

/** Headers by their names: constants of Camel that exist, values that HTTP and the contract have. */
final class HeaderRules implements Rule {

    private static final String CAMEL = "Camel";
    private static final String STATUS = "CamelHttpResponseCode";
    private static final Set<String> REMOVING = Set.of("removeHeader", "removeHeaders");

    private final Set<String> known = new TreeSet<>();

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

    private void name(RouteTree.Placed placed, Element element, String key, Consumer<Finding> report) {
        String name = element.text(key);
        if (!name.regionMatches(true, 0, CAMEL, 0, CAMEL.length())) {
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
        Vocabulary.of(AppFolders.WEB).operations().forEach((operation, statuses) -> {
            Deque<String> open = new ArrayDeque<>(Set.of("direct:" + operation));
            Set<String> done = new HashSet<>();
            while (!open.isEmpty()) {
                String uri = open.pop();
                if (done.add(uri)) {
                    tree.consumers(uri).forEach(route -> {
                        codes.computeIfAbsent(route, first -> new TreeSet<>()).addAll(statuses);
                        route.steps().stream()
                                .map(Route.Step::uri)
                                .filter(called -> called.startsWith("direct:"))
                                .forEach(open::push);
                    });
                }
            }
        });
        return codes;
    }
}
