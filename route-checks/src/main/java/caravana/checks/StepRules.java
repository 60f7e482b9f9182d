package caravana.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Steps that do something else than they seem to. */
final class StepRules implements Rule, FileRule {

    private static final Set<String> ASYNCHRONOUS = Set.of("delay", "threads", "wireTap", "throttle", "aggregate");
    private static final Set<String> EVERYTHING = Set.of("java.lang.Throwable", "java.lang.Exception");
    private static final Set<String> EXPRESSIONS = Set.of("simple", "constant", "jsonpath");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<Route> onPollersThread = withWhatTheyCall(tree);
        for (Route route : tree.routes()) {
            if (onPollersThread.contains(route)) {
                route.steps().forEach(step -> asynchronous(route, step, report));
            }
        }
    }

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        for (Route route : file.routes()) {
            boolean takesJobs = route.from().uses("aws2-sqs");
            for (Route.Step step : route.steps()) {
                if (takesJobs) {
                    receiptHandle(route, step, report);
                }
                anywhere(route, step, report);
            }
            compact(route.file(), route.element(), report);
            swallowed(route.file(), route.element(), report);
        }
        for (Route configuration : file.configurations()) {
            swallowed(configuration.file(), configuration.element(), report);
        }
    }

    /** The consumers of jobs, and all routes that they call, directly or not. */
    private static Set<Route> withWhatTheyCall(RouteTree tree) {
        Set<Route> found = new LinkedHashSet<>();
        Deque<Route> open = new ArrayDeque<>(tree.routes().stream()
                .filter(route -> route.from().uses("aws2-sqs"))
                .toList());
        while (!open.isEmpty()) {
            Route route = open.pop();
            if (found.add(route)) {
                route.steps().forEach(step -> tree.consumers(step.uri()).forEach(open::push));
            }
        }
        return found;
    }

    private static void asynchronous(Route route, Route.Step step, Consumer<Finding> report) {
        if (ASYNCHRONOUS.contains(step.kind()) || step.uses("seda")) {
            report.accept(finding(
                    route,
                    step,
                    "asynchronous-in-consumer",
                    step.kind() + " leaves the poller's thread, and with it the bound on jobs at once",
                    "Do without; delays are the message's visibility"));
        }
    }

    private static void receiptHandle(Route route, Route.Step step, Consumer<Finding> report) {
        if (step.kind().equals("removeHeaders")
                && step.element().text("pattern").equals("*")
                && !step.element().text("excludePattern").contains("CamelAwsSqs")) {
            report.accept(finding(
                    route,
                    step,
                    "receipt-handle-removed",
                    "This removes the receipt handle, without which no message can be acknowledged",
                    "Set excludePattern: CamelAwsSqs*"));
        }
    }

    private static void anywhere(Route route, Route.Step step, Consumer<Finding> report) {
        if (step.kind().equals("transacted")) {
            report.accept(finding(
                    route,
                    step,
                    "transacted-statements",
                    "transacted does not reach statements: each is a transaction of its own",
                    "Put what belongs together into one statement"));
        }
        if (step.kind().equals("rollback")
                && step.element().text("markRollbackOnly").equals("true")) {
            report.accept(finding(
                    route,
                    step,
                    "rollback-only",
                    "markRollbackOnly lets the consumer delete the message of a job that failed",
                    "Throw an exception, which the route's error handling knows"));
        }
    }

    /** A handler of everything that ends the failure there, and does nothing else about it. */
    private static void swallowed(String file, Element parent, Consumer<Finding> report) {
        for (Element element : parent.all()) {
            boolean everything = element.get("exception")
                    .map(e -> e.items().stream().map(Element::text).anyMatch(EVERYTHING::contains))
                    .orElse(false);
            if (everything && element.get("steps").map(s -> s.items().isEmpty()).orElse(true)) {
                report.accept(new Finding(
                        file,
                        element.line(),
                        "failure-swallowed",
                        "Every failure ends here without a word, our own mistakes included",
                        "Name the exceptions that are meant, or log and pass on what happened"));
            }
        }
    }

    private static void compact(String file, Element parent, Consumer<Finding> report) {
        for (Element element : parent.all()) {
            for (Map.Entry<String, Element> field : element.fields().entrySet()) {
                boolean step = List.of("to", "toD").contains(field.getKey())
                        && field.getValue().isText();
                boolean expression = EXPRESSIONS.contains(field.getKey())
                        && field.getValue().isText()
                        && (element.get("id").isPresent()
                                || element.get("steps").isPresent());
                if (step || expression) {
                    report.accept(new Finding(
                            file,
                            field.getValue().line(),
                            "compact-notation",
                            "The compact notation of " + field.getKey() + " is on its way out, and editors lose it",
                            step ? "Write uri: under it" : "Write expression: with " + field.getKey() + ": under it"));
                }
            }
        }
    }

    private static Finding finding(Route route, Route.Step step, String id, String what, String instead) {
        return new Finding(route.file(), step.element().line(), id, what, instead);
    }
}
