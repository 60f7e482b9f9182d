package caravana.checks;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.catalog.LanguageValidationResult;

/** What stands in expressions, predicates and messages, as Camel's own parser of the language reads it. */
final class ExpressionRule implements Rule {

    private static final String SIMPLE = "simple";

    /** Steps whose message is an expression of Simple without saying so. */
    private static final Set<String> WITH_MESSAGE = Set.of("log", "throwException");

    /** Steps whose expression has to be true or false. */
    private static final Set<String> ASKING = Set.of("when", "filter", "validate");

    /** Settings, and calls of beans: names in them are another rule's, and any value reads as well as theirs. */
    private static final String FROM_OUTSIDE = "\\{\\{[^{}]+}}|\\$\\{bean:[^{}]*}";

    private static final Pattern FUNCTION = Pattern.compile("\\$\\{([A-Za-z-]+)");

    /** The parser takes a misspelt exchangeProperty for a property of the exchange, and fails when it runs. */
    private static final Set<String> FUNCTIONS = functions();

    private final Map<String, String> seen = new HashMap<>();

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        tree.files()
                .forEach((file, root) -> root.all()
                        .forEach(element -> element.fields().forEach((key, value) -> {
                            if (WITH_MESSAGE.contains(key)) {
                                value.get("message").ifPresent(message -> simple(file, message, false, report));
                            }
                            // A choice has a list of them.
                            value.items().forEach(item -> expression(file, item, ASKING.contains(key), report));
                            expression(file, value, ASKING.contains(key), report);
                        })));
    }

    private void expression(String file, Element step, boolean predicate, Consumer<Finding> report) {
        step.get("expression")
                .flatMap(expression -> expression.get(SIMPLE))
                .map(simple ->
                        simple.isText() ? simple : simple.get("expression").orElse(simple))
                .ifPresent(text -> simple(file, text, predicate, report));
    }

    private void simple(String file, Element text, boolean predicate, Consumer<Finding> report) {
        String error = seen.computeIfAbsent(predicate + text.text(), unseen -> error(text.text(), predicate));
        if (!error.isEmpty()) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "expression",
                    "This is no expression of Simple: " + error,
                    "See Camel's documentation of the Simple language for its functions and operators"));
        }
    }

    private String error(String text, boolean predicate) {
        // Files are read when the app runs; that they are there is another rule's.
        if (text.startsWith("resource:") || !text.contains("$")) {
            return "";
        }
        String resolved = text.replaceAll(FROM_OUTSIDE, "1");
        ClassLoader loader = ExpressionRule.class.getClassLoader();
        LanguageValidationResult result = predicate
                ? CatalogRule.CATALOG.validateLanguagePredicate(loader, SIMPLE, resolved)
                : CatalogRule.CATALOG.validateLanguageExpression(loader, SIMPLE, resolved);
        if (result.isSuccess()) {
            return FUNCTION.matcher(resolved)
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !FUNCTIONS.contains(name))
                    .findFirst()
                    .map(name -> "There is no function " + name)
                    .orElse("");
        }
        return result.getShortError() == null ? result.getError() : result.getShortError();
    }

    private static Set<String> functions() {
        Pattern name = Pattern.compile("^[A-Za-z-]+");
        return CatalogRule.CATALOG.languageModel(SIMPLE).getFunctions().stream()
                .flatMap(function -> name.matcher(function.getName()).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }
}
