package caravana.checks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Checks numbers against the limits of SQS, which would refuse a call when it sends or receives, and not when the route
 * starts.
 */
final class SqsRules implements Rule {

    private static final String DELAY_HEADER = "CamelAwsSqsDelaySeconds";
    private static final int LONGEST_DELAY = 900;

    /** By option, the most that SQS takes, in seconds. */
    private static final Map<String, Integer> MOST =
            Map.of("waitTimeSeconds", 20, "delaySeconds", LONGEST_DELAY, "visibilityTimeout", 43_200);

    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        for (Route route : tree.routes()) {
            options(route.file(), route.from(), report);
        }
        Map<String, String> delaying = new LinkedHashMap<>();
        for (RouteTree.Placed placed : tree.steps()) {
            options(placed.file(), placed.step(), report);
            HeaderRules.headers(placed.step())
                    .filter(header -> header.text("name").equals(DELAY_HEADER))
                    .forEach(header -> {
                        constant(placed.file(), header, DELAY_HEADER, report);
                        TextRules.text(header).stream()
                                .flatMap(text -> text.readings().stream())
                                .forEach(reading -> delaying.put(Reach.name(placed.step()), reading.name()));
                    });
        }
        Reach reach = new Reach(tree);
        tree.files()
                .forEach((file, root) -> root.all().stream()
                        .flatMap(element -> element.get("steps").stream())
                        .forEach(steps -> properties(file, steps.items(), delaying, reach, report)));
    }

    private static void options(String file, Route.Step step, Consumer<Finding> report) {
        if (step.uses("aws2-sqs")) {
            step.element()
                    .get("parameters")
                    .ifPresent(parameters -> MOST.forEach((name, most) ->
                            parameters.get(name).ifPresent(value -> tooMuch(file, value, name, most, report))));
        }
    }

    /** Constants of which a later step, or a route that one calls, makes the delay of a message. */
    private static void properties(
            String file, List<Element> items, Map<String, String> delaying, Reach reach, Consumer<Finding> report) {
        for (int i = 0; i < items.size(); i++) {
            for (String kind : SETTERS) {
                Element setter = items.get(i).get(kind).orElse(null);
                if (setter == null) {
                    continue;
                }
                String name = setter.text("name");
                boolean delays = items.subList(i + 1, items.size()).stream()
                        .flatMap(item -> reach.of(item).stream())
                        .anyMatch(step -> name.equals(delaying.get(step)));
                if (delays) {
                    constant(file, setter, name, report);
                }
            }
        }
    }

    private static void constant(String file, Element setter, String name, Consumer<Finding> report) {
        TextRules.text(setter).ifPresent(text -> tooMuch(file, text, name, LONGEST_DELAY, report));
    }

    private static void tooMuch(String file, Element value, String name, int most, Consumer<Finding> report) {
        if (value.text().matches("\\d{1,9}") && Integer.parseInt(value.text()) > most) {
            report.accept(new Finding(
                    file,
                    value.line(),
                    "sqs-limit",
                    name + " is in seconds, and SQS takes " + most + " at most: " + value.text() + " is refused",
                    "Write " + most + " or less"));
        }
    }
}
