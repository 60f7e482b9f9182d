package caravana.checks;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Checks what happens to the message of a job: every way through the job acknowledges or keeps it, and nothing follows
 * after it is settled.
 */
final class SettlingRules implements Rule {

    /** What settles a message, by the names of steps: one that is hidden has come to its end on this worker as well. */
    private static final List<String> SETTLING = List.of(OrderRules.ACKNOWLEDGE, "bean:jobLease.postpone");

    /** Steps that can fail, or that a job is not done without, by the beginnings of their names. */
    private static final List<String> WORK =
            List.of("statement:", "aws2-s3:", "aws2-sqs:", "exec:", "file:", "throwException:");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        unsettled(tree, report);
        Reach reach = new Reach(tree);
        tree.files()
                .forEach((file, root) -> root.all().stream()
                        .flatMap(element -> element.get("steps").stream())
                        .forEach(steps -> {
                            behind(file, steps.items(), reach, report);
                            steps.items().forEach(item -> swallowed(file, item, reach, report));
                        }));
    }

    /** What the message is settled for is tried, and a failure of it is no more than logged. */
    private static void swallowed(String file, Element item, Reach reach, Consumer<Finding> report) {
        for (Element caught : item.get("doTry")
                .flatMap(tried -> tried.get("doCatch"))
                .map(Element::items)
                .orElse(List.of())) {
            boolean everything = caught.get("exception").map(Element::items).orElse(List.of()).stream()
                    .map(Element::text)
                    .anyMatch(StepRules.EVERYTHING::contains);
            if (everything && onlyLogs(caught.get("steps").map(Element::items).orElse(List.of()))) {
                reach.of(item).stream()
                        .filter(name -> OrderRules.behind(name).contains(OrderRules.ACKNOWLEDGE))
                        .sorted()
                        .findFirst()
                        .ifPresent(needed -> report.accept(new Finding(
                                file,
                                caught.line(),
                                "failure-swallowed",
                                "A failure of " + needed + " ends here, and the job continues to its acknowledgement",
                                "Let the failure pass, so that the route's error handling decides")));
            }
        }
    }

    private static boolean onlyLogs(List<Element> items) {
        return !items.isEmpty() && items.stream().allMatch(item -> item.fields().containsKey("log"));
    }

    /** Once a message is settled it does not come back, so that a failure would lose what is left to do. */
    private static void behind(String file, List<Element> items, Reach reach, Consumer<Finding> report) {
        for (int i = 0; i < items.size(); i++) {
            Set<String> names = reach.of(items.get(i));
            String settling =
                    SETTLING.stream().filter(names::contains).findFirst().orElse(null);
            if (settling == null) {
                continue;
            }
            Set<String> allowed = OrderRules.behind(settling);
            allowed.removeAll(SETTLING);
            for (Element later : items.subList(i + 1, items.size())) {
                if (Reach.lines(later).keySet().stream().noneMatch(allowed::contains)
                        && reach.of(later).stream().anyMatch(SettlingRules::isWork)) {
                    Integer line = Reach.lines(items.get(i)).get(settling);
                    report.accept(new Finding(
                            file,
                            line == null ? Reach.line(items.get(i)) : line,
                            "step-order",
                            Reach.name(items.get(i)) + " settles the message"
                                    + (line == null
                                            ? " at "
                                                    + reach.place(items.get(i), settling)
                                                            .orElse("")
                                            : "")
                                    + ", and " + Reach.name(later)
                                    + " comes behind it: what fails from there on is not tried again",
                            "Settle the message in the last step of each way, and only there"));
                    return;
                }
            }
        }
    }

    private static boolean isWork(String name) {
        return SETTLING.contains(name) || WORK.stream().anyMatch(name::startsWith);
    }

    /** Every way of a job ends in a step that acknowledges its message, replaces it, or hides it for a while. */
    private static void unsettled(RouteTree tree, Consumer<Finding> report) {
        Map<String, Boolean> settling = new HashMap<>();
        Set<String> handlings = new LinkedHashSet<>();
        for (Route route : tree.routes()) {
            if (route.from().uses("aws2-sqs")
                    && route.from().parameter("deleteAfterRead").equals("false")) {
                handlings.add(route.element().text("routeConfigurationId"));
                if (!settles(route.from().element(), tree, settling, false)) {
                    report.accept(unsettled(route.file(), route.from().element().line(), "the route " + route.id()));
                }
            }
        }
        for (Route configuration : tree.configurations()) {
            if (handlings.contains(configuration.id())) {
                configuration
                        .element()
                        .all()
                        .forEach(element -> element.get("onException")
                                .filter(Element::isMapping)
                                .filter(handler -> !settles(handler, tree, settling, true))
                                .ifPresent(handler -> report.accept(unsettled(
                                        configuration.file(), handler.line(), "the handler " + handler.text("id")))));
            }
        }
    }

    private static Finding unsettled(String file, int line, String what) {
        return new Finding(
                file,
                line,
                "not-acknowledged",
                "On one way through " + what + " nothing becomes of the message, and it comes back until it is dead",
                "End each way with " + OrderRules.ACKNOWLEDGE
                        + ", or with one of the routes that retry, requeue or fail the job");
    }

    /**
     * Whether all ways through the steps below an element settle the message.
     *
     * @param mayComeBack whether a branch that only logs is meant to leave the message alone
     */
    private static boolean settles(Element parent, RouteTree tree, Map<String, Boolean> known, boolean mayComeBack) {
        List<Element> items = parent.get("steps").map(Element::items).orElse(List.of());
        if (mayComeBack && onlyLogs(items)) {
            return true;
        }
        for (Element item : items) {
            if (item.fields().entrySet().stream()
                    .anyMatch(step ->
                            settles(new Route.Step(step.getKey(), step.getValue()), tree, known, mayComeBack))) {
                return true;
            }
            if (Reach.lines(item).keySet().stream().anyMatch(name -> name.startsWith("stop:"))) {
                return false;
            }
        }
        return false;
    }

    private static boolean settles(Route.Step step, RouteTree tree, Map<String, Boolean> known, boolean mayComeBack) {
        Element element = step.element();
        if (SETTLING.contains(Reach.name(step)) || step.kind().equals("throwException")) {
            return true;
        }
        if (step.uri().startsWith(OrderRules.DIRECT)) {
            String key = step.uri() + mayComeBack;
            if (known.putIfAbsent(key, false) == null) {
                known.put(
                        key,
                        tree.consumers(step.uri()).stream()
                                .anyMatch(route -> settles(route.from().element(), tree, known, mayComeBack)));
            }
            return known.get(key);
        }
        if (step.kind().equals("choice")) {
            return element.get("otherwise")
                            .filter(branch -> settles(branch, tree, known, mayComeBack))
                            .isPresent()
                    && element.get("when").map(Element::items).orElse(List.of()).stream()
                            .allMatch(branch -> settles(branch, tree, known, mayComeBack));
        }
        if (step.kind().equals("doTry")) {
            boolean finallySettles = element.get("doFinally")
                    .filter(branch -> settles(branch, tree, known, mayComeBack))
                    .isPresent();
            return finallySettles
                    || settles(element, tree, known, mayComeBack)
                            && element.get("doCatch").map(Element::items).orElse(List.of()).stream()
                                    .allMatch(branch -> settles(branch, tree, known, mayComeBack));
        }
        return false;
    }
}
