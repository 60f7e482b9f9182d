package caravana.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Checks that clients receive the headers that routes of web set. */
final class AnswerRules implements Rule {

    /** Components that pass headers on to others. */
    private static final List<String> TAKING_HEADERS = List.of("http", "https", "aws2-sqs");

    /** Of what beans give, what marshal is for. */
    private static final Set<String> OBJECTS = Set.of("Map", "List", "Set");

    /** Steps that leave the body as it is. */
    private static final Set<String> KEEPING = Set.of(
            "log",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "setVariables",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable",
            "wireTap");

    private final Set<String> answerHeaders = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final Set<String> operations;

    AnswerRules() {
        Vocabulary web = Vocabulary.of(AppFolders.WEB);
        answerHeaders.addAll(web.names(Vocabulary.Kind.ANSWER_HEADERS));
        operations = web.operations().keySet();
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        unmarshalled(tree, report);
        for (Map.Entry<Route, Set<Route.Step>> part : answering(tree).entrySet()) {
            // A header may be for what the route calls.
            if (part.getValue().stream()
                    .noneMatch(step -> TAKING_HEADERS.stream().anyMatch(step::uses))) {
                part.getValue().forEach(step -> headers(step).forEach(header -> check(part.getKey(), header, report)));
            }
        }
    }

    /** What a bean composes is an object, and a client gets its text only by marshal. */
    private void unmarshalled(RouteTree tree, Consumer<Finding> report) {
        for (Route route : tree.routes()) {
            boolean isCall = route.from().uses("platform-http")
                    || operations.contains(route.from().uri().replace("direct:", ""));
            if (isOfWeb(route) && isCall) {
                Route.Step last = composed(route.from().element(), null, tree, new HashSet<>());
                if (last != null) {
                    report.accept(new Finding(
                            route.file(),
                            last.element().line(),
                            "answer-not-in-contract",
                            "What this composes is no text, and the answer would be how Java prints it",
                            "Add marshal: with json: behind it"));
                }
            }
        }
    }

    /**
     * The step whose object is the body behind some steps; null when the body is something else, or nobody knows.
     *
     * @param before the one whose object it is before them
     */
    private static Route.Step composed(Element parent, Route.Step before, RouteTree tree, Set<Route> seen) {
        Route.Step now = before;
        for (Element item : parent.get("steps").map(Element::items).orElse(List.of())) {
            for (Map.Entry<String, Element> entry : item.fields().entrySet()) {
                Route.Step step = new Route.Step(entry.getKey(), entry.getValue());
                now = composed(step, now, tree, seen);
            }
        }
        return now;
    }

    private static Route.Step composed(Route.Step step, Route.Step before, RouteTree tree, Set<Route> seen) {
        if (KEEPING.contains(step.kind())
                || step.element().get("variableReceive").isPresent()) {
            return before;
        }
        if (step.kind().equals("bean") || step.kind().equals("setBody")) {
            Element call = step.kind().equals("bean")
                    ? step.element()
                    : step.element()
                            .get("expression")
                            .flatMap(expression -> expression.get("method"))
                            .orElse(null);
            String gives = call == null
                    ? ""
                    : gives(call.text("ref"), call.text("method").replaceFirst("\\(.*", ""));
            return OBJECTS.contains(gives) ? step : gives.equals("void") ? before : null;
        }
        Route.Step now = before;
        List<Route> called = step.uri().startsWith("direct:") ? tree.consumers(step.uri()) : List.of();
        for (Route route : called) {
            now = seen.add(route) ? composed(route.from().element(), now, tree, seen) : null;
            seen.remove(route);
        }
        // What branches do to it depends on the message, and what other endpoints do, on them.
        return called.isEmpty() ? null : now;
    }

    /** The type that a bean's method gives; empty when it has several. */
    private static String gives(String bean, String method) {
        List<String> types = Vocabulary.of(AppFolders.WEB).methods(bean, method).stream()
                .map(BeanMethod::gives)
                .distinct()
                .toList();
        return types.size() == 1 ? types.get(0) : "";
    }

    private void check(Route route, Element header, Consumer<Finding> report) {
        String name = header.text("name");
        // Those are instructions to Camel and its components.
        if (!name.startsWith("Camel") && !answerHeaders.contains(name)) {
            report.accept(new Finding(
                    route.file(),
                    header.line(),
                    "answer-header-dropped",
                    "The header " + name + " does not reach the client: only " + answerHeaders + " do",
                    "Set one of those, or a property if it is not for the client"));
        }
    }

    private static Stream<Element> headers(Route.Step step) {
        return switch (step.kind()) {
            case "setHeader" -> Stream.of(step.element());
            case "setHeaders" -> step.element().get("headers").stream().flatMap(headers -> headers.items().stream());
            default -> Stream.empty();
        };
    }

    /** The routes of web that requests come to, those that handle failures, and all that they call, with their steps. */
    private Map<Route, Set<Route.Step>> answering(RouteTree tree) {
        Map<Route, Set<Route.Step>> found = new LinkedHashMap<>();
        Deque<Route> open = new ArrayDeque<>();
        tree.configurations().stream().filter(AnswerRules::isOfWeb).forEach(open::push);
        tree.routes().stream()
                .filter(AnswerRules::isOfWeb)
                .filter(route -> route.from().uses("platform-http")
                        || operations.contains(route.from().uri().replace("direct:", "")))
                .forEach(open::push);
        while (!open.isEmpty()) {
            Route route = open.pop();
            if (!found.containsKey(route)) {
                Set<Route.Step> steps = route.everyStep();
                found.put(route, steps);
                steps.stream()
                        .flatMap(step -> tree.consumers(step.uri()).stream())
                        .filter(AnswerRules::isOfWeb)
                        .forEach(open::push);
            }
        }
        return found;
    }

    private static boolean isOfWeb(Route route) {
        return AppFolders.loading(route.file()).equals(List.of(AppFolders.WEB));
    }
}
