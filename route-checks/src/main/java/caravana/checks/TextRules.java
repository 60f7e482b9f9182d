package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Checks expressions and other texts beyond Simple's grammar: forgotten characters, impossible values. */
final class TextRules implements Rule, FileRule {

    static final String FUNCTIONS = "exchangeProperty|variable|header|body|exception|bean:|routeId|fromRouteId";
    private static final Pattern BARE = Pattern.compile("(?<![$\\w])\\$(?:" + FUNCTIONS + ")[.\\[:\\w]*");
    private static final Pattern WITHOUT_DOLLAR = Pattern.compile("(?<![${\\w])\\{(?:" + FUNCTIONS + ")[^{}]*}");
    private static final Pattern ONE_BRACE = Pattern.compile("(?<![${])\\{([a-z][\\w-]*(?:\\.[\\w-]+)+)}(?!})");
    private static final Pattern UNCLOSED = Pattern.compile("\\{\\{[^{}]*(?:}(?!})|$)|(?<![{}$])\\{[a-z][\\w.-]*}}");
    private static final Pattern OPEN_FUNCTION = Pattern.compile("\\$\\{[^}]*$|\\$\\(");
    /** Simple compares what functions yield, and not within one. */
    private static final Pattern OPERATOR = Pattern.compile(
            "\\$\\{(?:exchangeProperty|variable|header|body)\\b[^{}'\"]*?\\s(==|!=|>=|<=|>|<|&&|\\|\\|)\\s[^{}]*}");

    private static final Pattern TWO_BRACES = Pattern.compile("\\$\\{\\{");
    private static final Pattern COMPARISON = Pattern.compile(
            "\\$\\{([^{}]*)}\\s*(==|=~|!=~?|!?in|!?contains|~~|!?startsWith|!?endsWith)\\s*(['\"])(.*?)\\3");
    private static final Pattern QUOTED_NUMBER =
            Pattern.compile("\\$\\{([^{}]*)}\\s*([<>]=?)\\s*(['\"])(-?\\d+(?:\\.\\d+)?)\\3");
    private static final Pattern MIRRORED = Pattern.compile("(['\"])([^'\"]*)\\1\\s*(?:==|=~|!=~?)\\s*\\$\\{([^{}]*)}");
    private static final Set<String> ASKING =
            Set.of("handled", "continued", "retryWhile", "onWhen", "filter", "validate");
    private static final Set<String> SETTING = Set.of("setProperty", "setVariable", "setHeader");

    /** Steps whose expression is a number. */
    private static final Set<String> COUNTING = Set.of("loop", "delay", "throttle");

    /** What a constant of a type looks like. */
    private static final Map<String, String> TYPED = Map.of(
            "Integer", "-?\\d{1,10}",
            "Long", "-?\\d{1,19}",
            "Short", "-?\\d{1,5}",
            "Double", "-?\\d+(\\.\\d+)?",
            "Float", "-?\\d+(\\.\\d+)?",
            "Boolean", "true|false");

    private static final Pattern OF_EXCEPTION = Pattern.compile("exception\\??\\.(\\w+)");

    private static final Set<String> MEMBERS_OF_EXCEPTIONS =
            Set.of("message", "localizedMessage", "cause", "class", "stackTrace", "stacktrace", "suppressed");

    private static final Set<String> PROSE = Set.of("description", "note", "id");

    /** What Java's own objects and Camel's messages have. */
    private static final Set<String> MEMBERS_OF_JAVA = Set.of(
            "size",
            "length",
            "isEmpty",
            "empty",
            "message",
            "class",
            "name",
            "simpleName",
            "stackTrace",
            "cause",
            "key",
            "value",
            "exists",
            "path",
            "absolutePath",
            "parent",
            "toString",
            "keySet",
            "values",
            "seconds",
            "millis",
            "time",
            "status",
            "statusCode",
            "body",
            "headers",
            "keys",
            "lastModified",
            "eTag",
            "in",
            "exchangeId",
            "fromRouteId");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, Set<String>> constants = constants(tree);
        Map<AppFolders, Set<String>> keys = new HashMap<>();
        for (AppFolders app : AppFolders.values()) {
            keys.put(app, keys(tree, app));
        }
        tree.routeFiles()
                .forEach(file -> file.expressions().forEach(text -> {
                    members(file.name(), text, keys, report);
                    ofException(file.name(), text, report);
                    compared(tree, file.name(), text, constants, report);
                }));
        assigned(tree, report);
    }

    @Override
    public void check(RouteFile source, Consumer<Finding> report) {
        String file = source.name();
        source.root()
                .ifPresent(root -> walk(root, "", (key, text) -> {
                    if (!PROSE.contains(key)) {
                        signs(file, text, report);
                        functions(file, key, text, report);
                    }
                }));
        source.elements()
                .forEach(element -> element.get("constant")
                        .flatMap(Element::expression)
                        .filter(text -> text.text().contains("${"))
                        .ifPresent(text -> report.accept(new Finding(
                                file,
                                text.line(),
                                "constant-with-function",
                                "A constant is taken as it stands: " + text.text() + " is not evaluated",
                                "Write simple: instead of constant:"))));
        source.elements().forEach(element -> typed(file, element, report));
        source.elements()
                .forEach(element -> ASKING.forEach(key -> element.get(key)
                        .flatMap(TextRules::constantIn)
                        .filter(text -> !text.text().matches("true|false|\\{\\{.*}}"))
                        .ifPresent(text -> report.accept(new Finding(
                                file,
                                text.line(),
                                "value-impossible",
                                key + " is neither true nor false: " + text.text(),
                                "Write \"true\" or \"false\"")))));
    }

    /** Constants that are turned into a number or a boolean, by the type that is requested or by what the step takes. */
    private static void typed(String file, Element element, Consumer<Finding> report) {
        for (String language : List.of("constant", "simple")) {
            element.get(language).flatMap(text -> text.get("expression")).ifPresent(text -> {
                String type = element.get(language)
                        .map(l -> l.text("resultType"))
                        .orElse("")
                        .replaceFirst(".*\\.", "");
                impossible(file, text, type.equals("int") ? "Integer" : type, report);
            });
        }
        for (String step : COUNTING) {
            element.get(step).flatMap(TextRules::constantIn).ifPresent(text -> impossible(file, text, "Long", report));
        }
    }

    private static void impossible(String file, Element text, String type, Consumer<Finding> report) {
        String form = TYPED.get(type);
        if (form != null && !text.text().contains("{") && !text.text().matches(form)) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "value-impossible",
                    text.text() + " is no " + type,
                    type.equals("Boolean") ? "Write true or false" : "Write a number"));
        }
    }

    /** The texts of a document in which functions of Simple stand; not what only people read. */
    static List<Element> expressions(Element root) {
        List<Element> expressions = new ArrayList<>();
        walk(root, "", (key, text) -> {
            if (!PROSE.contains(key)
                    && (text.text().contains("${") || !text.readings().isEmpty())) {
                expressions.add(text);
            }
        });
        return expressions;
    }

    private static Optional<Element> constantIn(Element parent) {
        return Optional.of(parent.get("expression").filter(Element::isMapping).orElse(parent))
                .flatMap(expression -> expression.get("constant"))
                .map(language -> language.isText()
                        ? language
                        : language.get("expression").orElse(language));
    }

    private interface Texts {
        void at(String key, Element text);
    }

    private static void walk(Element element, String key, Texts texts) {
        if (element.isText()) {
            texts.at(key, element);
        }
        element.fields().forEach((name, value) -> walk(value, name, texts));
        element.items().forEach(item -> walk(item, key, texts));
    }

    private static void signs(String file, Element text, Consumer<Finding> report) {
        String value = text.text();
        Map<Pattern, String> signs = new java.util.LinkedHashMap<>();
        signs.put(BARE, "Write ${…} around a function");
        signs.put(WITHOUT_DOLLAR, "Write ${…}, with a dollar before the brace");
        signs.put(UNCLOSED, "A placeholder is {{name}}, with two braces at each end");
        signs.put(ONE_BRACE, "A placeholder is {{name}}, with two braces at each end; a function is ${…}");
        signs.put(TWO_BRACES, "Write ${…} for a function, or {{…}} for a setting");
        signs.put(OPEN_FUNCTION, "Write the closing brace");
        Matcher operator = OPERATOR.matcher(value);
        if (operator.find()) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "expression",
                    "Nothing is compared within the braces: " + operator.group()
                            + " is one function, which does not exist",
                    "Write the closing brace before " + operator.group(1)));
            return;
        }
        for (Map.Entry<Pattern, String> sign : signs.entrySet()) {
            Matcher matcher = sign.getKey().matcher(value);
            if (matcher.find()) {
                report.accept(new Finding(
                        file,
                        text.line(),
                        "placeholder",
                        matcher.group() + " is taken as text, and nothing is put in its place",
                        sign.getValue()));
                return;
            }
        }
    }

    /** Where no parser of Simple sees them. */
    private static void functions(String file, String key, Element text, Consumer<Finding> report) {
        if (Set.of("message", "expression").contains(key)) {
            return;
        }
        for (String function : SimpleText.functions(text.text())) {
            String name = function.replaceFirst("(?s)[^A-Za-z-].*", "");
            if (!ExpressionRule.FUNCTIONS.contains(name)) {
                report.accept(new Finding(
                        file,
                        text.line(),
                        "expression",
                        "There is no function " + name,
                        "Write one that Simple has" + Nearest.to(name, ExpressionRule.FUNCTIONS)));
            }
        }
    }

    /** Names that a path can have in brackets: columns, fields of JSON, and what beans declare. */
    private static Set<String> keys(RouteTree tree, AppFolders app) {
        Vocabulary vocabulary = Vocabulary.of(app);
        Set<String> keys = new HashSet<>(vocabulary.names(Vocabulary.Kind.FIELDS));
        tree.statements().forEach((file, statement) -> {
            if (AppFolders.loading(file).contains(app)) {
                keys.addAll(statement.names());
            }
        });
        vocabulary.beans().values().stream().flatMap(List::stream).forEach(method -> {
            for (int i = 0; i < method.takes().size(); i++) {
                keys.addAll(method.allowed(i));
            }
        });
        return keys;
    }

    private static void members(
            String file, Element text, Map<AppFolders, Set<String>> keys, Consumer<Finding> report) {
        for (SimpleText.Reading reading : text.readings()) {
            for (AppFolders app : AppFolders.loading(file)) {
                Vocabulary vocabulary = Vocabulary.of(app);
                for (String member : reading.members()) {
                    if (!MEMBERS_OF_JAVA.contains(member)
                            && !vocabulary.has(Vocabulary.Kind.MEMBERS, member)
                            && !vocabulary.has(Vocabulary.Kind.FIELDS, member)) {
                        Set<String> known = new TreeSet<>(vocabulary.names(Vocabulary.Kind.MEMBERS));
                        known.addAll(MEMBERS_OF_JAVA);
                        report.accept(new Finding(
                                file,
                                text.line(),
                                "member-unknown",
                                "Nothing that expressions of " + app.label() + " can read has the member " + member,
                                "Write one that it has" + Nearest.to(member, known)));
                        return;
                    }
                }
                for (String key : reading.keys()) {
                    if (!key.matches("\\d+|last|.*\\$.*") && !keys.get(app).contains(key.replaceAll("^'|'$", ""))) {
                        report.accept(new Finding(
                                file,
                                text.line(),
                                "member-unknown",
                                "No column, and no field that " + app.label() + " knows, is named " + key,
                                "Write one that exists" + Nearest.to(key, keys.get(app))));
                        return;
                    }
                }
            }
        }
    }

    /** An exception may have any member; one that is nearly one of all exceptions is meant to be that. */
    private static void ofException(String file, Element text, Consumer<Finding> report) {
        for (String function : SimpleText.functions(text.text())) {
            Matcher member = OF_EXCEPTION.matcher(function);
            if (member.lookingAt()
                    && !MEMBERS_OF_EXCEPTIONS.contains(member.group(1))
                    && Nearest.isSlip(member.group(1), MEMBERS_OF_EXCEPTIONS)) {
                report.accept(new Finding(
                        file,
                        text.line(),
                        "member-unknown",
                        "No exception has the member " + member.group(1),
                        "Write one that it has" + Nearest.orOneOf(member.group(1), MEMBERS_OF_EXCEPTIONS)));
            }
        }
    }

    /** What properties can be that only constants are written to. */
    private static Map<String, Set<String>> constants(RouteTree tree) {
        Map<String, Set<String>> constants = new HashMap<>();
        Set<String> open = new HashSet<>();
        for (AppFolders app : AppFolders.values()) {
            open.addAll(Vocabulary.of(app).names(Vocabulary.Kind.PROPERTIES));
        }
        for (RouteTree.Placed placed : tree.steps()) {
            Element step = placed.step().element();
            step.get("variableReceive").ifPresent(name -> open.add(name.text()));
            if (Set.of("setProperty", "setVariable").contains(placed.step().kind())) {
                String value = constant(step);
                if (value == null) {
                    open.add(step.text("name"));
                } else {
                    constants
                            .computeIfAbsent(step.text("name"), first -> new TreeSet<>())
                            .add(value);
                }
            }
        }
        constants.keySet().removeAll(open);
        return constants;
    }

    /** The text of a step's expression, if it is one of constant or simple. */
    static Optional<Element> text(Element step) {
        return step.get("expression")
                .flatMap(expression -> expression.get("constant").or(() -> expression.get("simple")))
                .flatMap(Element::expression);
    }

    private static String constant(Element step) {
        return text(step)
                .map(Element::text)
                .filter(text -> !text.contains("{{") && !text.contains("${"))
                .orElse(null);
    }

    /**
     * What a reading can be: an accessor of an object, a column, or else a property, which are values of their own even when
     * they have the same name.
     */
    private static Set<String> values(
            String file, SimpleText.Reading reading, String name, Map<String, Set<String>> constants) {
        if (!reading.members().isEmpty()) {
            return values(file, vocabulary -> vocabulary.accessors().get(name));
        }
        if (!reading.keys().isEmpty()) {
            return values(file, vocabulary -> vocabulary.columns().get(name));
        }
        Set<String> values = values(file, vocabulary -> vocabulary.values().get(name));
        return values.isEmpty() ? constants.getOrDefault(name, Set.of()) : values;
    }

    private static Set<String> values(String file, Function<Vocabulary, List<String>> of) {
        Set<String> values = new TreeSet<>();
        for (AppFolders app : AppFolders.loading(file)) {
            List<String> known = of.apply(Vocabulary.of(app));
            values.addAll(known == null ? List.of() : known);
        }
        return values;
    }

    /** Of a property that may hold a column of its name what this can be, which only one with a slip is not. */
    private static Set<String> columnValues(String file, String name) {
        return values(file, vocabulary -> vocabulary.columns().get(name));
    }

    /**
     * A comparison in an expression.
     *
     * @param read what is compared, without its braces
     * @param operator as Simple has it, without the sign that denies it
     */
    private record Comparison(String read, String operator, String value) {

        /** Whether the comparison holds for what the value may be. */
        boolean fits(String known) {
            return switch (operator) {
                case "contains" -> known.contains(value);
                case "~~" -> known.toLowerCase(Locale.ROOT).contains(value.toLowerCase(Locale.ROOT));
                case "startsWith" -> known.startsWith(value);
                case "endsWith" -> known.endsWith(value);
                case "=~" -> known.equalsIgnoreCase(value);
                default -> known.equals(value);
            };
        }
    }

    private static List<Comparison> comparisons(String text) {
        List<Comparison> comparisons = new ArrayList<>();
        COMPARISON.matcher(text).results().forEach(found -> {
            String operator = found.group(2).replaceFirst("^!(?!=$)=?", "");
            for (String value :
                    operator.equals("in") ? found.group(4).split("\\s*,\\s*") : new String[] {found.group(4)}) {
                comparisons.add(new Comparison(found.group(1), operator, value));
            }
        });
        MIRRORED.matcher(text)
                .results()
                .forEach(found -> comparisons.add(new Comparison(found.group(3), "==", found.group(2))));
        return comparisons;
    }

    private static void compared(
            RouteTree tree, String file, Element text, Map<String, Set<String>> constants, Consumer<Finding> report) {
        QUOTED_NUMBER
                .matcher(text.text())
                .results()
                .forEach(found -> report.accept(new Finding(
                        file,
                        text.line(),
                        "value-impossible",
                        "In quotes " + found.group(4) + " is a text, of which none is more or less than "
                                + found.group(1),
                        "Write " + found.group(4) + " without quotes")));
        for (Comparison comparison : comparisons(text.text())) {
            if (comparison.value().equals("null") && Set.of("==", "!=").contains(comparison.operator())) {
                report.accept(new Finding(
                        file,
                        text.line(),
                        "value-impossible",
                        "In quotes null is a text of four letters, which " + comparison.read() + " never is",
                        "Write null without quotes"));
                continue;
            }
            if (comparison.value().matches("true|false") && Set.of("==", "!=").contains(comparison.operator())) {
                report.accept(new Finding(
                        file,
                        text.line(),
                        "value-impossible",
                        "In quotes " + comparison.value() + " is a text, with which " + comparison.read()
                                + " is compared",
                        "Write " + comparison.value() + " without quotes"));
                continue;
            }
            for (SimpleText.Reading reading : SimpleText.readings("${" + comparison.read() + "}")) {
                String last = Stream.concat(reading.keys().stream(), reading.members().stream())
                        .reduce(reading.name(), (first, second) -> second);
                // A property that a row's column is the value of can be what the column can be.
                String property = last.replaceFirst("^previous_error$", "error_code");
                Set<String> values = values(file, reading, property, constants);
                // A field of a body may be one of any JSON, which has the name by chance, and so may a property.
                boolean byChance = reading.from().equals("body") || values.isEmpty();
                values = values.isEmpty() && reading.members().isEmpty() ? columnValues(file, property) : values;
                boolean ours = !byChance || Nearest.isSlip(comparison.value(), values);
                boolean named = !reading.keys().isEmpty() && isNamed(tree, property, comparison.value());
                if (ours
                        && !named
                        && values.stream().noneMatch(comparison::fits)
                        && (Vocabulary.isImpossible(property, comparison.value(), values)
                                || Vocabulary.isOpen(property)
                                        && comparison.operator().matches("==|!=|in")
                                        && !isWritten(tree, comparison.value()))) {
                    report.accept(new Finding(
                            file,
                            text.line(),
                            "value-impossible",
                            last + " is never '" + comparison.value() + "'",
                            "Compare with what it can be" + Nearest.orOneOf(comparison.value(), values)));
                }
            }
        }
    }

    /** Whether a statement may give a value under the name of a column. */
    private static boolean isNamed(RouteTree tree, String column, String value) {
        Pattern naming = Pattern.compile("(?i)\\bAS\\s+" + Pattern.quote(column) + "\\b");
        return tree.statements().values().stream()
                .map(SqlFile::text)
                .anyMatch(sql ->
                        sql.contains("'" + value + "'") && naming.matcher(sql).find());
    }

    /** Whether routes or statements have a text otherwise than to compare with it, so that something may be set to it. */
    private static boolean isWritten(RouteTree tree, String value) {
        String quoted = "'" + value + "'";
        return tree.statements().values().stream().anyMatch(file -> file.text().contains(quoted))
                || tree.files().values().stream()
                        .flatMap(root -> root.all().stream())
                        .map(Element::text)
                        .anyMatch(text -> text.equals(value)
                                || text.contains(quoted)
                                        && MIRRORED.matcher(
                                                        COMPARISON.matcher(text).replaceAll(""))
                                                .replaceAll("")
                                                .contains(quoted));
    }

    /** Constants that are written to what can only be something else. */
    private static void assigned(RouteTree tree, Consumer<Finding> report) {
        for (RouteTree.Placed placed : tree.steps()) {
            Element step = placed.step().element();
            String value = SETTING.contains(placed.step().kind()) ? constant(step) : null;
            String name = step.text("name");
            Set<String> declared = value == null
                    ? Set.of()
                    : values(placed.file(), vocabulary -> vocabulary.values().get(name));
            Set<String> values = value == null || !declared.isEmpty() ? declared : columnValues(placed.file(), name);
            if (value != null
                    && Vocabulary.isImpossible(name, value, values)
                    && (!declared.isEmpty() || Nearest.isSlip(value, values))) {
                report.accept(new Finding(
                        placed.file(),
                        step.get("expression").orElse(step).line(),
                        "value-impossible",
                        name + " cannot be " + value,
                        "Write what it can be" + Nearest.orOneOf(value, values)));
            }
        }
    }
}
