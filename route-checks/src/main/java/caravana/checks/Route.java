package caravana.checks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A route as it stands in a file.
 *
 * @param file path of the file, below the folder that is checked
 * @param element what stands under {@code route:}
 */
record Route(String file, Element element) {

    /** What is no step, though it stands where steps do. */
    private static final Set<String> PARTS = Set.of("when", "otherwise", "doCatch", "doFinally");

    /**
     * A step of a route, or the consumer that it begins with.
     *
     * @param kind {@code to}, {@code bean}, {@code from}, …
     */
    record Step(String kind, Element element) {

        private static final Pattern OPTIONS = Pattern.compile("^((?:\\$\\{[^}]*}|[^?])*)\\?.*");

        /** The endpoint without the options behind its question mark; one within a function is none. */
        String uri() {
            String whole = whole();
            return whole.contains("?") ? OPTIONS.matcher(whole).replaceFirst("$1") : whole;
        }

        /** As it is written. */
        String whole() {
            return element.isText() ? element.text() : element.text("uri");
        }

        String parameter(String name) {
            return element.get("parameters")
                    .map(parameters -> parameters.text(name))
                    .filter(text -> !text.isEmpty())
                    .orElseGet(() -> inUri(name));
        }

        /** The value of an option that stands behind the question mark; empty when none does. */
        private String inUri(String name) {
            String query = whole().substring(Math.min(whole().length(), uri().length() + 1));
            return Arrays.stream(query.split("&"))
                    .filter(pair -> pair.startsWith(name + "="))
                    .map(pair -> pair.substring(name.length() + 1))
                    .findFirst()
                    .orElse("");
        }

        boolean uses(String scheme) {
            return uri().startsWith(scheme + ":");
        }
    }

    String id() {
        return element.text("id");
    }

    Step from() {
        return new Step("from", element.get("from").orElse(element));
    }

    /** All steps, those within others included, from top to bottom. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        element.get("from").ifPresent(from -> collect(from, steps));
        return steps;
    }

    /** The steps of anything that has some: a route configuration's handlers as well. */
    static List<Step> stepsOf(Element parent) {
        List<Step> steps = new ArrayList<>();
        collect(parent, steps);
        return steps;
    }

    private static void collect(Element parent, List<Step> steps) {
        parent.fields().forEach((key, value) -> {
            if (key.equals("steps")) {
                value.items()
                        .forEach(item -> item.fields().forEach((kind, step) -> {
                            steps.add(new Step(kind, step));
                            collect(step, steps);
                        }));
            } else if (PARTS.contains(key)) {
                collect(value, steps);
                value.items().forEach(part -> collect(part, steps));
            }
        });
    }
}
