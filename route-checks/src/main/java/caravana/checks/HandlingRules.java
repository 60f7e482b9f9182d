package caravana.checks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Checks that each route has a configuration for failures that fits its kind. */
final class HandlingRules implements Rule {

    /** What a request begins, by the step that does, and the configurations that undo it when the request fails. */
    static final Map<String, Set<String>> UNDOING = undoing();

    /** Kinds of steps that leave the answer as it is. */
    private static final Set<String> WITHOUT_ANSWER = Set.of(
            "setProperty", "setVariable", "removeProperty", "removeVariable", "log", "removeHeader", "removeHeaders");

    private static Map<String, Set<String>> undoing() {
        Map<String, Set<String>> undoing = new LinkedHashMap<>();
        undoing.put("bean:multipartUpload.receive", Set.of("upload-failures"));
        undoing.put("bean:rawUpload.receive", Set.of("upload-failures"));
        undoing.put("bean:tusUpload.opened", Set.of("creation-failures"));
        undoing.put("bean:tusUpload.append", Set.of("piece-failures"));
        undoing.put("direct:open-upload", Set.of("upload-failures", "creation-failures"));
        undoing.put("bean:accounts.enter", Set.of("log-in-failures"));
        undoing.put("bean:passwordChanges.check", Set.of("log-in-failures"));
        undoing.put("bean:passwordResets.check", Set.of("log-in-failures"));
        return undoing;
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, Route> configurations = new HashMap<>();
        tree.configurations().forEach(configuration -> {
            configurations.put(configuration.id(), configuration);
            configuration
                    .element()
                    .all()
                    .forEach(element -> element.get("onException")
                            .filter(Element::isMapping)
                            .filter(handler -> handler.get("handled").isEmpty()
                                    && handler.get("continued").isEmpty())
                            .ifPresent(handler -> report.accept(new Finding(
                                    configuration.file(),
                                    handler.line(),
                                    "handled-missing",
                                    "The handler " + handler.text("id") + " does not say whether the failure ends here",
                                    "Set handled: or continued: with constant: \"true\""))));
            if (tree.routes().stream()
                    .noneMatch(route ->
                            route.element().text("routeConfigurationId").equals(configuration.id()))) {
                report.accept(new Finding(
                        configuration.file(),
                        configuration.element().line(),
                        "error-handling-unused",
                        "No route has the error handling " + configuration.id(),
                        "Name it under routeConfigurationId: of the routes that it is for, or delete it"));
            }
        });
        Reach reach = new Reach(tree);
        // A request's route that another calls undoes what it has begun, and its failure ends there.
        Reach ownReach = new Reach(tree, route -> !isRequest(route));
        tapped(tree, configurations, report);
        tree.routes().stream()
                .filter(HandlingRules::isRequest)
                .map(route -> configurations.get(route.element().text("routeConfigurationId")))
                .filter(configuration -> configuration != null)
                .distinct()
                .forEach(configuration -> unanswered(configuration, reach, report));
        for (Route route : tree.routes()) {
            Route configuration = configurations.get(route.element().text("routeConfigurationId"));
            if (configuration != null) {
                String wrong = wrong(route, configuration, tree);
                if (wrong != null) {
                    unfit(route, wrong, "Name one of the others under routeConfigurationId:", report);
                } else if (isRequest(route)) {
                    undoing(route, configuration.id(), ownReach.of(route), report);
                }
            }
        }
    }

    /** Behind a wire tap there is no caller that a failure could be left to. */
    private static void tapped(RouteTree tree, Map<String, Route> configurations, Consumer<Finding> report) {
        for (RouteTree.Placed placed : tree.steps()) {
            if (!placed.step().kind().equals("wireTap")) {
                continue;
            }
            for (Route route : tree.consumers(placed.step().uri())) {
                Route configuration = configurations.get(route.element().text("routeConfigurationId"));
                if (configuration != null
                        && configuration.element().all().stream()
                                .anyMatch(
                                        element -> element.get("noErrorHandler").isPresent())) {
                    report.accept(new Finding(
                            placed.file(),
                            placed.line(),
                            "error-handling-unfit",
                            "Failures of " + route.id() + " would be lost: " + configuration.id()
                                    + " leaves them to the caller, and behind wireTap there is none",
                            "Call it by to:, or tap a route whose error handling handles them"));
                }
            }
        }
    }

    /** A handler that ends the failure of a request answers it: with a body, or by what it calls. */
    private static void unanswered(Route configuration, Reach reach, Consumer<Finding> report) {
        configuration.element().all().stream()
                .flatMap(element -> element.get("onException").stream())
                .filter(handler -> handler.get("handled").isPresent())
                .filter(handler -> handler.get("steps").map(Element::items).orElse(List.of()).stream()
                        .flatMap(item -> reach.of(item).stream())
                        .allMatch(step -> WITHOUT_ANSWER.contains(step.replaceFirst(":.*", ""))))
                .forEach(handler -> report.accept(new Finding(
                        configuration.file(),
                        handler.line(),
                        "error-handling-unfit",
                        "A request whose failure ends in the handler " + handler.text("id")
                                + " would be answered as if nothing had failed",
                        "Call direct:answer-failure with the property failure")));
    }

    /** A request's handling undoes what the request has begun, and nothing else. */
    private static void undoing(Route route, String configuration, Set<String> steps, Consumer<Finding> report) {
        for (Map.Entry<String, Set<String>> begun : UNDOING.entrySet()) {
            if (steps.contains(begun.getKey()) && !begun.getValue().contains(configuration)) {
                String undoing = String.join(" or ", new TreeSet<>(begun.getValue()));
                unfit(
                        route,
                        "What " + begun.getKey() + " has begun in the route " + route.id()
                                + " would stay when it fails: " + configuration + " does not undo it",
                        "Write routeConfigurationId: " + undoing,
                        report);
                return;
            }
        }
        boolean undoes = UNDOING.values().stream().anyMatch(undoing -> undoing.contains(configuration));
        if (undoes
                && UNDOING.entrySet().stream()
                        .noneMatch(
                                begun -> begun.getValue().contains(configuration) && steps.contains(begun.getKey()))) {
            unfit(
                    route,
                    configuration + " undoes what the route " + route.id() + " does not begin",
                    "Name the handling of other requests, such as web-failures, under routeConfigurationId:",
                    report);
        }
    }

    private static void unfit(Route route, String wrong, String instead, Consumer<Finding> report) {
        report.accept(new Finding(
                route.file(), route.element().line("routeConfigurationId"), "error-handling-unfit", wrong, instead));
    }

    /** For each handler that says what becomes of its failure, whether it is this: {@code handled} or {@code continued}. */
    private static List<Boolean> says(Route configuration, String key) {
        return configuration.element().all().stream()
                .flatMap(element -> element.get("onException").stream())
                .filter(handler -> handler.get("handled").isPresent()
                        || handler.get("continued").isPresent())
                .map(handler -> handler.get(key)
                        .filter(answer -> answer.all().stream()
                                .noneMatch(text -> text.isText() && text.text().equals("false")))
                        .isPresent())
                .toList();
    }

    /** Whether each failure ends in a handler, and the route with it. */
    private static boolean endsAll(Route configuration) {
        List<Boolean> handled = says(configuration, "handled");
        return !handled.isEmpty() && !handled.contains(false);
    }

    /** Whether the route continues after each failure that has a handler. */
    private static boolean continuesAll(Route configuration) {
        List<Boolean> continued = says(configuration, "continued");
        return !continued.isEmpty() && !continued.contains(false);
    }

    private static boolean reaches(Route configuration, String what) {
        return configuration.element().all().stream()
                .flatMap(element -> Route.stepsOf(element).stream())
                .anyMatch(step -> step.uri().contains(what));
    }

    /** Whether a route answers a request: by its endpoint, or as an operation of the contract. */
    private static boolean isRequest(Route route) {
        String uri = route.from().uri();
        return uri.startsWith("platform-http:")
                || AppFolders.loading(route.file()).stream()
                        .anyMatch(app -> uri.startsWith(OrderRules.DIRECT)
                                && !Vocabulary.of(app)
                                        .operations()
                                        .getOrDefault(uri.substring(OrderRules.DIRECT.length()), List.of())
                                        .isEmpty());
    }

    /** Why an error handling is not for a route; null when it is. */
    private static String wrong(Route route, Route configuration, RouteTree tree) {
        String uri = route.from().uri();
        boolean own = route.file().equals(configuration.file());
        if (!own && tree.routes().stream().anyMatch(other -> other.file().equals(configuration.file()))) {
            return configuration.id() + " is for the routes of its file, " + configuration.file() + ", and not for "
                    + route.id();
        }
        if (isRequest(route)) {
            return endsAll(configuration) && !reaches(configuration, "acknowledge")
                    ? null
                    : "A request that fails in the route " + route.id() + " would not be answered: "
                            + configuration.id() + " answers none";
        }
        if (uri.startsWith("aws2-sqs:")) {
            return endsAll(configuration) && reaches(configuration, "acknowledge")
                    ? null
                    : "A job that fails in the route " + route.id() + " would not be ended: " + configuration.id()
                            + " knows no messages";
        }
        if (uri.startsWith("timer:")) {
            return continuesAll(configuration)
                    ? null
                    : "A failure in the route " + route.id() + " would end the rest of its round: " + configuration.id()
                            + " does not continue";
        }
        boolean called = route.isCalledByRoutes();
        if (called && says(configuration, "handled").contains(true)) {
            return "The route " + route.id() + " is called by others, and " + configuration.id()
                    + " would end its failures without them: they would continue as if nothing had failed";
        }
        return called && !own && says(configuration, "continued").contains(true) && isWaitedFor(uri, tree)
                ? "The route " + route.id() + " is called by others, and behind a failure " + configuration.id()
                        + " would continue: they would do so as if nothing had failed"
                : null;
    }

    /** Whether a route's caller continues when it has ended; behind a wire tap nobody waits for it. */
    private static boolean isWaitedFor(String uri, RouteTree tree) {
        return tree.steps().stream()
                .anyMatch(placed ->
                        placed.step().uri().equals(uri) && !placed.step().kind().equals("wireTap"));
    }
}
