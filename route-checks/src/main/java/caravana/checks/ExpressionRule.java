package caravana.checks;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.catalog.LanguageValidationResult;

/** Checks expressions, predicates and messages with Camel's own parser of their language. */
final class ExpressionRule implements FileRule {

    private static final String SIMPLE = "simple";

    /** Steps whose message is an expression of Simple without saying so. */
    private static final Set<String> WITH_MESSAGE = Set.of("log", "throwException");

    /** Steps whose expression must be true or false. */
    private static final Set<String> ASKING =
            Set.of("when", "filter", "validate", "onWhen", "retryWhile", "completionPredicate");

    /** Settings, and calls of beans: names in them are another rule's, and any value reads as well as theirs. */
    private static final String FROM_OUTSIDE = "\\{\\{[^{}]+}}|\\$\\{bean:[^{}]*}";

    /** As the parser begins its word for a function that it does not know. */
    private static final String UNKNOWN = "Unknown function:";

    private static final Pattern FUNCTION = Pattern.compile("\\$\\{([A-Za-z-]+)");

    /** The parser takes a misspelt exchangeProperty for a property of the exchange, and fails when it runs. */
    static final Set<String> FUNCTIONS = functions();

    private static final String OPERAND = "(?:F|Q|-?\\d+(?:\\.\\d+)?|true|false|null|T)";
    private static final String OPERATOR =
            "(?:==|=~|!=~|!=|>=|<=|>|<|!?contains|!?~~|!?regex|!?in|!?is|!?range|!?startsWith"
                    + "|!?endsWith|starts with|ends with)";

    /** A comparison, or a function that is true or false itself. */
    private static final Pattern CONDITION =
            Pattern.compile("(?:" + OPERAND + "\\s+" + OPERATOR + "\\s+" + OPERAND + "|F|true|false|1)");

    /** What the parser said of each text, since it takes most of a check's time. */
    private static final Map<String, String> SEEN = new ConcurrentHashMap<>();

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements()
                .forEach(element -> element.fields().forEach((key, value) -> {
                    if (WITH_MESSAGE.contains(key)) {
                        value.get("message").ifPresent(message -> simple(file.name(), message, false, report));
                    }
                    // A choice has a list of them.
                    value.items().forEach(item -> expression(file.name(), item, ASKING.contains(key), report));
                    boolean asks = ASKING.contains(key)
                            || key.equals("loop") && value.text("doWhile").equals("true");
                    expression(file.name(), value, asks, report);
                }));
    }

    private void expression(String file, Element step, boolean predicate, Consumer<Finding> report) {
        step.get("expression")
                .flatMap(expression -> expression.get(SIMPLE))
                .map(simple ->
                        simple.isText() ? simple : simple.get("expression").orElse(simple))
                .ifPresent(text -> simple(file, text, predicate, report));
    }

    private void simple(String file, Element text, boolean predicate, Consumer<Finding> report) {
        String error = SEEN.computeIfAbsent(predicate + text.text(), unseen -> error(text.text(), predicate));
        if (!error.isEmpty()) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "expression",
                    "This is not an expression of Simple: " + error,
                    predicate
                            ? "Compare a function by ==, !=, >, >=, <, <=, contains, in, is, range, regex, startsWith or"
                                    + " endsWith, with texts in quotes, and join comparisons by && or ||"
                            : "Write a function as ${…}, with a name that Simple has"));
        }
    }

    private String error(String text, boolean predicate) {
        // Files are read when the app runs; that they are there is another rule's.
        if (text.startsWith("resource:") || !text.contains("$") && !predicate) {
            return "";
        }
        String resolved = text.replaceAll(FROM_OUTSIDE, "1");
        ClassLoader loader = ExpressionRule.class.getClassLoader();
        LanguageValidationResult result = predicate
                ? CatalogRule.CATALOG.validateLanguagePredicate(loader, SIMPLE, resolved)
                : CatalogRule.CATALOG.validateLanguageExpression(loader, SIMPLE, resolved);
        if (result.isSuccess()) {
            String condition = predicate ? notACondition(resolved) : "";
            if (!condition.isEmpty()) {
                return condition;
            }
            return FUNCTION.matcher(resolved)
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !FUNCTIONS.contains(name))
                    .findFirst()
                    .map(name -> "There is no function " + name + Nearest.to(name, FUNCTIONS))
                    .orElse("");
        }
        String why = result.getShortError() == null ? result.getError() : result.getShortError();
        return why.startsWith(UNKNOWN)
                ? why + Nearest.to(why.substring(UNKNOWN.length()).strip(), FUNCTIONS)
                : why;
    }

    /**
     * The parser takes what it does not know for text, and text is always true: a single equals sign, a word without
     * quotes, a misspelt operator.
     */
    private static String notACondition(String text) {
        Matcher quoted = Pattern.compile("'[^']*'|\"[^\"]*\"").matcher(text);
        String plain = functionsReplaced(quoted.replaceAll("Q")).strip();
        for (String part : plain.split("\\s*(&&|\\|\\|)\\s*")) {
            if (!CONDITION.matcher(part.strip()).matches()) {
                return "the part "
                        + part.strip().replaceAll("\\bF\\b", "\\${…}").replaceAll("\\bQ\\b", "'…'")
                        + " is no comparison, and would always be true";
            }
        }
        return "";
    }

    /** With an F for each outermost function. */
    private static String functionsReplaced(String text) {
        StringBuilder plain = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                if (depth++ == 0) {
                    plain.append('F');
                }
                i++;
            } else if (depth > 0 && text.charAt(i) == '}') {
                depth--;
            } else if (depth == 0) {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    private static Set<String> functions() {
        Pattern name = Pattern.compile("^[A-Za-z-]+");
        return CatalogRule.CATALOG.languageModel(SIMPLE).getFunctions().stream()
                .flatMap(function -> name.matcher(function.getName()).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }
}
