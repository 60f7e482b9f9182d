package caravana.checks;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.support.PatternHelper;

/** Finds headers that a later step removes or overwrites before anything uses them. */
final class LostHeaderRules implements FileRule {

    private static final String CONTENT_TYPE = "Content-Type";

    /** Steps that use no header, unless an expression of theirs reads it. */
    private static final Set<String> WITHOUT_USE = Set.of(
            "setHeader",
            "setHeaders",
            "setBody",
            "setProperty",
            "setVariable",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable",
            "log",
            "choice",
            "filter");

    /** Expressions that read the whole message, or may. */
    private static final Set<String> READING_ALL = Set.of("method", "header", "ref", "language", "spel");

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements()
                .forEach(element -> element.get("steps").map(Element::items).ifPresent(items -> {
                    for (int i = 0; i < items.size(); i++) {
                        for (Map.Entry<String, Element> entry :
                                items.get(i).fields().entrySet()) {
                            loses(
                                    file.name(),
                                    new Route.Step(entry.getKey(), entry.getValue()),
                                    items.subList(0, i),
                                    report);
                        }
                    }
                }));
    }

    private static void loses(String file, Route.Step step, List<Element> before, Consumer<Finding> report) {
        boolean removes = step.kind().equals("removeHeader") || step.kind().equals("removeHeaders");
        boolean overwrites = step.kind().equals("marshal")
                && step.element()
                        .get("json")
                        .filter(json -> json.text("contentTypeHeader").isEmpty()
                                && json.text("library").matches("|[Jj]ackson"))
                        .isPresent();
        if (!removes && !overwrites) {
            return;
        }
        for (int i = before.size() - 1; i >= 0; i--) {
            Element item = before.get(i);
            if (usesHeaders(item)) {
                return;
            }
            for (Element part : item.all()) {
                for (Map.Entry<String, Element> entry : part.fields().entrySet()) {
                    if (entry.getValue().isMapping()) {
                        HeaderRules.headers(new Route.Step(entry.getKey(), entry.getValue()))
                                .filter(header -> removes
                                        ? removes(step, header.text("name"))
                                        : header.text("name").equalsIgnoreCase(CONTENT_TYPE) && !isJson(header))
                                .findFirst()
                                .ifPresent(
                                        header -> report.accept(lost(file, step, entry.getValue(), header, removes)));
                    }
                }
            }
        }
    }

    private static Finding lost(String file, Route.Step step, Element setter, Element header, boolean removes) {
        String name = header.text("name");
        String id = setter.text("id");
        return new Finding(
                file,
                step.element().line(),
                "header-lost",
                removes
                        ? "This removes the header " + name + ", which " + id + " has set and nothing has used yet"
                        : "marshal sets the header " + name + " as well, and what " + id + " has set is lost",
                "Put " + id + " behind this step");
    }

    private static boolean isJson(Element header) {
        return TextRules.text(header)
                .filter(text -> text.text().equals("application/json"))
                .isPresent();
    }

    private static boolean removes(Route.Step step, String name) {
        if (step.kind().equals("removeHeader")) {
            return step.element().text("name").equalsIgnoreCase(name);
        }
        String kept = step.element().text("excludePattern");
        return PatternHelper.matchPattern(name, step.element().text("pattern"))
                && (kept.isEmpty() || !PatternHelper.matchPattern(name, kept));
    }

    /** Whether an item in a list of steps, or a step within it, takes headers along or may read one. */
    private static boolean usesHeaders(Element item) {
        boolean steps = item.fields().keySet().stream().allMatch(WITHOUT_USE::contains)
                && item.fields().values().stream()
                        .flatMap(element -> Route.stepsOf(element).stream())
                        .allMatch(step -> WITHOUT_USE.contains(step.kind()));
        return !steps
                || item.all().stream()
                        .anyMatch(
                                part -> part.fields().keySet().stream().anyMatch(READING_ALL::contains)
                                        || part.text()
                                                .matches(
                                                        "(?s).*\\$\\{[^}]*(?:[Hh]eader|bean:|messageHistory|in\\.|exchange\\b).*"));
    }
}
