package caravana.checks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A route or an error handler in a file. Results that are needed often are cached. */
final class Route {

    /** What is no step, though it stands where steps do. */
    private static final Set<String> PARTS = Set.of("when", "otherwise", "doCatch", "doFinally");

    private final String file;
    private final Element element;
    private Step from;
    private List<Step> steps;
    private Set<Step> everyStep;
    private List<ContractRules.Section> sections;
    private Set<String> words;
    private Set<String> reads;
    private Set<String> required;

    /**
     * One of a file.
     *
     * @param file path of the file, below the folder that is checked
     * @param element what stands under {@code route:}
     */
    Route(String file, Element element) {
        this.file = file;
        this.element = element;
    }

    String file() {
        return file;
    }

    Element element() {
        return element;
    }

    /**
     * A step of a route, or the consumer that it begins with. Its kind is {@code to}, {@code bean}, {@code from}, and so on.
     */
    static final class Step {

        /** Steps whose expression names endpoints, and those that take several. */
        private static final Set<String> NAMING =
                Set.of("enrich", "pollEnrich", "recipientList", "routingSlip", "dynamicRouter");

        private static final Set<String> LISTING = Set.of("recipientList", "routingSlip", "dynamicRouter");
        private static final Pattern OPTIONS = Pattern.compile("^((?:\\$\\{[^}]*}|[^?])*+)\\?.*");

        private final String kind;
        private final Element element;
        private String uri;

        Step(String kind, Element element) {
            this.kind = kind;
            this.element = element;
        }

        String kind() {
            return kind;
        }

        Element element() {
            return element;
        }

        /** The endpoint without the options behind its question mark; one within a function is none. */
        String uri() {
            uri = uri == null ? withoutOptions(whole()) : uri;
            return uri;
        }

        static String withoutOptions(String whole) {
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

        /** The endpoints that its expression names, when that is what the step's expression is for: each as a text with its line. */
        Map<String, Integer> named() {
            Map<String, Integer> named = new LinkedHashMap<>();
            if (NAMING.contains(kind)) {
                String delimiter = element.text("delimiter").isEmpty() ? "," : element.text("delimiter");
                element.get("expression")
                        .flatMap(expression -> expression.get("constant").or(() -> expression.get("simple")))
                        .flatMap(Element::expression)
                        .ifPresent(text -> {
                            String[] endpoints = LISTING.contains(kind)
                                    ? text.text().split(Pattern.quote(delimiter))
                                    : new String[] {text.text()};
                            for (String endpoint : endpoints) {
                                named.putIfAbsent(endpoint.strip(), text.line());
                            }
                        });
            }
            return named;
        }

        boolean uses(String scheme) {
            return uri().startsWith(scheme) && uri().length() > scheme.length() && uri().charAt(scheme.length()) == ':';
        }

        /** A step is the same when it stands at the same place. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Step step && step.kind.equals(kind) && step.element.equals(element);
        }

        @Override
        public int hashCode() {
            return element.hashCode();
        }
    }

    String id() {
        return element.text("id");
    }

    Step from() {
        from = from == null ? new Step("from", element.get("from").orElse(element)) : from;
        return from;
    }

    /** Whether it is there for other routes to call: it begins with {@code direct:}, and is no operation of the API. */
    boolean isCalledByRoutes() {
        String uri = from().uri();
        return uri.startsWith(OrderRules.DIRECT)
                && AppFolders.loading(file).stream()
                        .noneMatch(app ->
                                Vocabulary.of(app).operations().containsKey(uri.substring(OrderRules.DIRECT.length())));
    }

    /** All steps, those within others included, from top to bottom. */
    List<Step> steps() {
        if (steps == null) {
            steps = new ArrayList<>();
            element.get("from").ifPresent(from -> collect(from, steps));
        }
        return steps;
    }

    /** Each step that stands anywhere in it, those of handlers of failures included. */
    Set<Step> everyStep() {
        if (everyStep == null) {
            everyStep = new LinkedHashSet<>();
            element.all().forEach(part -> everyStep.addAll(stepsOf(part)));
        }
        return everyStep;
    }

    /** As {@link ContractRules#sections} has them. */
    List<ContractRules.Section> sections() {
        sections = sections == null ? ContractRules.sections(this) : sections;
        return sections;
    }

    /** As {@link ContractRules#words} has them. */
    Set<String> words() {
        words = words == null ? ContractRules.words(element) : words;
        return words;
    }

    /** As {@link ContractRules#reads} has them. */
    Set<String> reads() {
        reads = reads == null ? ContractRules.reads(element) : reads;
        return reads;
    }

    /** As {@link ContractRules#required} has them. */
    Set<String> required() {
        required = required == null ? ContractRules.required(this) : required;
        return required;
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
