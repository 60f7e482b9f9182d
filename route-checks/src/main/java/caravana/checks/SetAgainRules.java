package caravana.checks;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Finds properties and variables that are set again before anything can have read them. */
final class SetAgainRules implements FileRule {

    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");

    /** Steps that read what their expressions name, and nothing else. */
    private static final Set<String> READING_BY_NAME = Set.of(
            "setProperty", "setVariable", "setHeader", "setHeaders", "setBody", "removeHeader", "removeHeaders", "log");

    /** Expressions that may read anything. */
    private static final Set<String> READING_ALL = Set.of("method", "ref", "language", "spel", "jsonpath");

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements()
                .forEach(element -> element.get("steps").map(Element::items).ifPresent(items -> {
                    for (int i = 0; i < items.size(); i++) {
                        for (String kind : SETTERS) {
                            Element setter = items.get(i).get(kind).orElse(null);
                            if (setter != null) {
                                again(file.name(), kind, setter, items.subList(i + 1, items.size()), report);
                            }
                        }
                    }
                }));
    }

    private static void again(String file, String kind, Element setter, List<Element> next, Consumer<Finding> report) {
        String name = setter.text("name");
        for (Element item : next) {
            if (mayRead(item, name)) {
                return;
            }
            Element other = item.get(kind).orElse(null);
            if (other != null && other.text("name").equals(name)) {
                report.accept(new Finding(
                        file,
                        other.line(),
                        "name-set-twice",
                        "This sets " + name + " again, and nothing has read what " + setter.text("id") + " has set",
                        "Delete one of them, or read the first before it is set again"));
                return;
            }
        }
    }

    private static boolean mayRead(Element item, String name) {
        for (Map.Entry<String, Element> step : item.fields().entrySet()) {
            boolean any = !READING_BY_NAME.contains(step.getKey())
                    || step.getValue().all().stream()
                            .anyMatch(
                                    part -> part.fields().keySet().stream().anyMatch(READING_ALL::contains)
                                            || part.readings().stream()
                                                    .anyMatch(reading -> reading.name()
                                                                    .equals(name)
                                                            || reading.name().isEmpty()
                                                                    && !reading.from()
                                                                            .equals("body"))
                                            || part.text().contains("${")
                                                    && part.text()
                                                            .matches(
                                                                    "(?s).*\\$\\{(?:bean:|exchange\\b|ref:|variables|.*\\$\\{).*"));
            if (any) {
                return true;
            }
        }
        return false;
    }
}
