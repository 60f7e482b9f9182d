package caravana.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Finds steps that do something else than they appear to do. */
final class StepRules implements Rule, FileRule {

    private static final Set<String> ASYNCHRONOUS = Set.of("delay", "threads", "wireTap", "throttle", "aggregate");
    static final Set<String> EVERYTHING = Set.of("java.lang.Throwable", "java.lang.Exception");
    private static final Set<String> CATCHING = Set.of("doCatch", "doFinally");
    private static final Set<String> EXPRESSIONS = Set.of("simple", "constant", "jsonpath");

    private static final String RECEIPT_HANDLE = "CamelAwsSqsReceiptHandle";

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<Route> onPollersThread = withWhatTheyCall(tree);
        for (Route route : tree.routes()) {
            if (onPollersThread.contains(route)) {
                route.steps().forEach(step -> asynchronous(route, step, report));
            }
            if (route.from().uses("aws2-sqs")) {
                receiptHandle(route, tree, report);
            }
        }
    }

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        for (Route route : file.routes()) {
            route.steps().forEach(step -> anywhere(route, step, report));
            compact(route.file(), route.element(), report);
            swallowed(route.file(), route.element(), report);
            stopped(route, report);
        }
        source(file, report);
        for (Route configuration : file.configurations()) {
            swallowed(configuration.file(), configuration.element(), report);
        }
    }

    private static void source(RouteFile file, Consumer<Finding> report) {
        file.elements().forEach(element -> {
            if (element.text("disabled").equals("true") && element.get("id").isPresent()) {
                report.accept(new Finding(
                        file.name(),
                        element.line("disabled"),
                        "step-disabled",
                        "Camel leaves out " + element.text("id") + ", and continues as if it had been done",
                        "Delete the step, or the line"));
            }
            List<Element> steps = element.get("steps").map(Element::items).orElse(List.of());
            for (int i = 0; i + 1 < steps.size(); i++) {
                Element stop = steps.get(i).get("stop").orElse(null);
                if (stop != null) {
                    report.accept(new Finding(
                            file.name(),
                            stop.line(),
                            "stop-early",
                            "The exchange ends here, and no step behind this one ever runs",
                            "Delete stop, or the steps behind it"));
                }
            }
        });
    }

    /** In a route that others call, it ends them as well. */
    private static void stopped(Route route, Consumer<Finding> report) {
        if (route.isCalledByRoutes()) {
            route.steps().stream()
                    .filter(step -> step.kind().equals("stop"))
                    .forEach(step -> report.accept(finding(
                            route,
                            step,
                            "stop-early",
                            "This ends the exchange, and the routes that call " + route.id() + " with it",
                            "Put the steps that are not to run into the other branch of a choice")));
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
        // One that waits for its threads continues by the poller's.
        boolean parallel = !step.element().text("synchronous").equals("true")
                && (step.element().text("parallelProcessing").equals("true")
                        || step.element().get("executorService").isPresent());
        if (ASYNCHRONOUS.contains(step.kind()) || step.uses("seda") || parallel) {
            report.accept(finding(
                    route,
                    step,
                    "asynchronous-in-consumer",
                    step.kind() + (parallel ? " by other threads" : "")
                            + " leaves the poller's thread, and with it the bound on jobs at once",
                    parallel
                            ? "Write synchronous: true beside it, by which a split waits for its threads"
                            : "Do without; delays are the message's visibility"));
        }
    }

    /** Only before something has read it, and so can keep it. */
    private static void receiptHandle(Route route, RouteTree tree, Consumer<Finding> report) {
        for (Route.Step step : route.steps()) {
            if (tree.consumers(step.uri()).stream()
                            .anyMatch(called -> called.words().contains(RECEIPT_HANDLE))
                    || ContractRules.words(step.element()).contains(RECEIPT_HANDLE)) {
                return;
            }
            if (step.kind().equals("removeHeaders")
                    && step.element().text("pattern").equals("*")
                    && !step.element().text("excludePattern").contains("CamelAwsSqs")) {
                report.accept(finding(
                        route,
                        step,
                        "receipt-handle-removed",
                        "This removes the receipt handle, without which no message can be acknowledged",
                        "Set excludePattern: CamelAwsSqs*, or put it behind the step that reads the handle"));
            }
        }
    }

    private static void anywhere(Route route, Route.Step step, Consumer<Finding> report) {
        if (CATCHING.contains(step.kind())) {
            report.accept(finding(
                    route,
                    step,
                    "schema",
                    step.kind() + " is a part of doTry, and no step of its own: Camel would not start the route",
                    "Write it under doTry, beside its steps: and not behind it"));
        }
        if (step.kind().equals("doTry")
                && CATCHING.stream().allMatch(part -> step.element().get(part).isEmpty())) {
            report.accept(finding(
                    route,
                    step,
                    "schema",
                    "doTry has neither doCatch nor doFinally, and Camel would not start the route",
                    "Add doCatch with the exceptions that are meant, or do without doTry"));
        }
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
