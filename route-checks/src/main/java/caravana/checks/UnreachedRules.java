package caravana.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds handlers, catches and branches that are never reached, because an earlier one takes all of their cases, and
 * blocks without steps.
 */
final class UnreachedRules implements FileRule {

    /** Steps that only run the steps within them. */
    private static final Set<String> RUNNING = Set.of("filter", "loop", "split", "doTry", "multicast", "pipeline");

    /**
     * A class that a handler takes.
     *
     * @param type its name
     * @param condition what stands under {@code onWhen:}; empty when it takes all of them
     */
    private record Taken(String type, String condition, String id) {}

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        for (Element element : file.elements()) {
            element.get("onException").ifPresent(handlers -> {
                List<Element> all = handlers.items().stream()
                        .flatMap(item -> item.get("onException").stream())
                        .toList();
                handled(file.name(), all, false, report);
            });
            element.get("doCatch").ifPresent(catches -> handled(file.name(), catches.items(), true, report));
            element.get("when").ifPresent(when -> branches(file.name(), when.items(), report));
        }
        file.allSteps().forEach(placed -> empty(placed, report));
    }

    /**
     * Of handlers, Camel takes the one whose class is nearest, and of the same class the first whose condition holds; of
     * catches, the first one that fits.
     */
    private static void handled(String file, List<Element> handlers, boolean inOrder, Consumer<Finding> report) {
        List<Taken> taken = new ArrayList<>();
        for (Element handler : handlers) {
            String condition = handler.get("onWhen").map(UnreachedRules::text).orElse("");
            List<Element> types = handler.get("exception").map(Element::items).orElse(List.of());
            String id = handler.text("id");
            for (Element type : types) {
                taken.stream()
                        .filter(earlier -> earlier.condition().isEmpty()
                                || earlier.condition().equals(condition))
                        .filter(earlier ->
                                earlier.type().equals(type.text()) || inOrder && isBelow(type.text(), earlier.type()))
                        .findFirst()
                        .ifPresent(earlier -> report.accept(new Finding(
                                file,
                                type.line(),
                                "never-reached",
                                type.text() + " never comes here: "
                                        + (earlier.id().isEmpty() ? "an earlier one" : earlier.id()) + " takes "
                                        + earlier.type() + " before"
                                        + (earlier.condition().isEmpty()
                                                ? ", whatever it is"
                                                : ", on the same condition"),
                                inOrder
                                        ? "Put this one before it, or delete one of them"
                                        : "Give the earlier one onWhen:, or delete one of them")));
            }
            types.forEach(type -> taken.add(new Taken(type.text(), condition, id)));
        }
    }

    /** Whether one class is a subclass of another; of a library's classes, that they are exceptions. */
    private static boolean isBelow(String type, String other) {
        Class<?> above = TypeRules.load(other);
        Class<?> below = TypeRules.load(type);
        if (above == null) {
            return false;
        }
        return below == null
                ? above == Throwable.class || above == Exception.class && type.endsWith("Exception")
                : above.isAssignableFrom(below);
    }

    private static void branches(String file, List<Element> branches, Consumer<Finding> report) {
        List<String> conditions = new ArrayList<>();
        for (Element branch : branches) {
            String condition =
                    branch.get("expression").map(UnreachedRules::text).orElse("");
            if (!condition.isEmpty() && conditions.contains(condition)) {
                report.accept(new Finding(
                        file,
                        branch.line(),
                        "never-reached",
                        "This branch is never taken: an earlier one has the same condition",
                        "Write the condition that is meant, or delete one of them"));
            }
            conditions.add(condition);
        }
    }

    /** A choice all of whose branches are empty, and any other step that is there for the steps within it. */
    private static void empty(RouteTree.Placed placed, Consumer<Finding> report) {
        Element step = placed.step().element();
        boolean empty = placed.step().kind().equals("choice")
                ? java.util.stream.Stream.concat(
                                step.get("when").stream().flatMap(when -> when.items().stream()),
                                step.get("otherwise").stream())
                        .allMatch(UnreachedRules::isEmpty)
                : RUNNING.contains(placed.step().kind()) && step.get("steps").isPresent() && isEmpty(step);
        if (empty) {
            report.accept(new Finding(
                    placed.file(),
                    placed.line(),
                    "steps-empty",
                    "This " + placed.step().kind() + " has no steps, and does nothing",
                    "Put the steps below it that it is for, or delete it"));
        }
    }

    private static boolean isEmpty(Element branch) {
        return branch.get("steps").map(steps -> steps.items().isEmpty()).orElse(true);
    }

    /** An expression as it reads, however it is laid out. */
    private static String text(Element expression) {
        StringBuilder text = new StringBuilder();
        append(expression, text);
        return text.toString();
    }

    private static void append(Element element, StringBuilder text) {
        text.append(element.text().replaceAll("\\s+", " ")).append('\n');
        for (Map.Entry<String, Element> field : element.fields().entrySet()) {
            if (!Set.of("id", "note", "description").contains(field.getKey())) {
                text.append(field.getKey()).append(": ");
                append(field.getValue(), text);
            }
        }
        element.items().forEach(item -> append(item, text));
    }
}
