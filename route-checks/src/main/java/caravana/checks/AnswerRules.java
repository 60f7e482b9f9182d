package caravana.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Headers that routes of web set reach the client. */
final class AnswerRules implements Rule {

    /** Components that pass headers on to others. */
    private static final List<String> TAKING_HEADERS = List.of("http", "https", "aws2-sqs");

    private final Set<String> answerHeaders = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final Set<String> operations;

    AnswerRules() {
        Vocabulary web = Vocabulary.of(AppFolders.WEB);
        answerHeaders.addAll(web.names(Vocabulary.Kind.ANSWER_HEADERS));
        operations = web.operations().keySet();
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        for (Map.Entry<Route, Set<Route.Step>> part : answering(tree).entrySet()) {
            // A header may be for what the route calls.
            if (part.getValue().stream()
                    .noneMatch(step -> TAKING_HEADERS.stream().anyMatch(step::uses))) {
                part.getValue().forEach(step -> headers(step).forEach(header -> check(part.getKey(), header, report)));
            }
        }
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
