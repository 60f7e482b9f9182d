package caravana.checks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks the SQL of the routes: files must exist, and something must set their parameters. */
final class StatementRules implements Rule, FileRule {

    private static final String SCHEME = "statement:";
    private static final Set<String> OTHERS = Set.of("jdbc", "spring-jdbc", "sql", "sql-stored", "jpa");
    private static final Set<String> SETTERS = Set.of("setProperty", "setVariable");
    private static final Pattern OTHER_PARAMETER =
            Pattern.compile("(?<![:\\w]):#?[A-Za-z_]\\w*|[#@?][A-Za-z_]\\w*|:\\?\\s+\\w+|:\\{\\w+}");
    private static final Map<String, String> TYPES = Map.of(
            "text", ".*",
            "integer", "-?\\d+",
            "number", "-?\\d+(\\.\\d+)?",
            "seconds", "\\d+(ns|us|ms|s|m|h|d)?|[Pp][\\dDdTtHhMmSs.]+");

    private static final Pattern SETTING = Pattern.compile("\\{\\{([^{}:]+)}}");
    private static final Pattern INTERVAL = Pattern.compile("(?i)\\b(secs|mins|hours|days)\\s*=>\\s*([^,()]*)");
    private static final Pattern UNIT_PARAMETER = Pattern.compile(":\\?([\\w.]+_(seconds|minutes|hours|days))\\b");

    private static final Pattern ARRAY = Pattern.compile("(?i)\\b(ANY|ALL|SOME|unnest)\\s*\\(\\s*:\\?([\\w.]+)\\s*\\)");

    /** From the shortest to the longest. */
    private static final List<String> UNITS = List.of("secs", "mins", "hours", "days");

    private static final List<String> UNIT_NAMES = List.of("seconds", "minutes", "hours", "days");

    /** A comparison with NULL, a bracket, or a word that says what an = behind it is. */
    private static final Pattern CLAUSE = Pattern.compile(
            "(?<![-<>=!:+*/~@#%^&|`?])(=|<>|!=)\\s*NULL\\b|[(),]|\\b(?:WHERE|AND|OR|NOT|ON|HAVING|WHEN|SET|SELECT|THEN|RETURNING)\\b",
            Pattern.CASE_INSENSITIVE);

    private static final Set<String> CONDITIONS = Set.of("WHERE", "AND", "OR", "NOT", "ON", "HAVING", "WHEN");
    /** In how many characters before a bracket its word stands, with blanks. */
    private static final int NEAR = 200;

    private static final Pattern CONDITION_BRACKET =
            Pattern.compile("(?i)(?:\\b(?:WHERE|AND|OR|NOT|ON|HAVING|WHEN)|\\()\\s*$");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<String> run = new HashSet<>();
        Map<AppFolders, Set<String>> set = new EnumMap<>(AppFolders.class);
        for (AppFolders app : AppFolders.values()) {
            set.put(app, set(tree, app));
        }
        tree.steps().forEach(step -> {
            if (OTHERS.stream().anyMatch(step.step()::uses)) {
                report.accept(new Finding(
                        step.file(),
                        step.line(),
                        "sql-not-in-file",
                        "The apps run SQL from files only",
                        "Put it into a file beside the route, and run that by statement:"));
            }
            String file = file(step.step());
            if (!file.isEmpty()) {
                run.add(file);
                missing(step.file(), step.step(), file, tree, report);
                withoutRows(step, tree.statements().get(file), report);
            }
        });
        tree.statements().forEach((file, statement) -> {
            if (run.contains(file)) {
                unset(file, statement.sql(), set, report);
            } else if (tree.statements().keySet().containsAll(run)) {
                // Otherwise this is the one that a step has by a wrong name.
                report.accept(new Finding(
                        file,
                        1,
                        "sql-never-run",
                        "No route runs this file",
                        "Run it by statement:" + file + ", or delete it"));
            }
        });
    }

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        composed(file.name(), file.text(), report);
        if (file.unclosed().isPresent()) {
            // What is text, and what is not, is open from there on.
            SqlText.Unclosed unclosed = file.unclosed().get();
            report.accept(
                    new Finding(file.name(), unclosed.line(), "sql-unclosed", unclosed.what(), unclosed.instead()));
            return;
        }
        second(file, report);
        nullCompared(file, report);
        parameterForm(file.name(), file.numbered(), report);
        defaults(file.name(), file.sql(), report);
        units(file, report);
        arrays(file, report);
    }

    /** A parameter where an array must stand: what the apps send is a text, which PostgreSQL takes for an array only by a cast. */
    private static void arrays(SqlFile file, Consumer<Finding> report) {
        ARRAY.matcher(file.text())
                .results()
                .forEach(found -> report.accept(new Finding(
                        file.name(),
                        SqlText.line(file.text(), found.start()),
                        "sql-parameter-form",
                        found.group(1).toUpperCase(Locale.ROOT) + " takes an array, and :?" + found.group(2)
                                + " is a text",
                        "Write " + found.group(1) + "(CAST(:?" + found.group(2)
                                + " AS uuid[])), or another type of array")));
    }

    private static String file(Route.Step step) {
        return step.uri().startsWith(SCHEME) ? step.uri().substring(SCHEME.length()) : "";
    }

    private static void missing(String at, Route.Step step, String file, RouteTree tree, Consumer<Finding> report) {
        if (!tree.statements().containsKey(file)) {
            report.accept(new Finding(
                    at,
                    step.element().line(),
                    "sql-file-missing",
                    "There is no file " + file,
                    "Name one that is beside the routes"
                            + Nearest.to(file, tree.statements().keySet())));
        }
    }

    /** Rows of a statement that returns none: the call fails each time, after the statement has made its changes. */
    private static void withoutRows(RouteTree.Placed placed, SqlFile file, Consumer<Finding> report) {
        Route.Step step = placed.step();
        String result = step.parameter("result");
        if (file == null
                || file.unclosed().isPresent()
                || !Set.of("", "row", "rows").contains(result)
                || !file.returnsNothing()) {
            return;
        }
        int line = step.element()
                .get("parameters")
                .flatMap(parameters -> parameters.get("result"))
                .map(Element::line)
                .orElse(placed.line());
        report.accept(new Finding(
                placed.file(),
                line,
                "statement-result",
                "The statement " + file.name() + " returns no rows, and "
                        + (result.isEmpty() ? "without result: the step" : "result: " + result) + " takes them",
                "Add RETURNING to the end of the statement, or set result: count or result: none"));
    }

    private static void composed(String file, String text, Consumer<Finding> report) {
        if (text.contains("${")) {
            report.accept(new Finding(
                    file,
                    text.substring(0, text.indexOf("${")).split("\n", -1).length,
                    "sql-composed",
                    "A value is inserted into the text of the statement: SQL injection",
                    "Name a parameter as :?name, and set a variable of that name"));
        }
    }

    private static void second(SqlFile file, Consumer<Finding> report) {
        SqlText.second(file.numbered())
                .ifPresent(start -> report.accept(new Finding(
                        file.name(),
                        file.text().substring(0, start).split("\n", -1).length,
                        "sql-second-statement",
                        "Text stands behind the ; that ends the statement, and a file is one statement",
                        "Move it into a file of its own, or make both one statement by WITH")));
    }

    /** A comparison with NULL by a sign, which is never true. NULL that is set is none. */
    private static void nullCompared(SqlFile file, Consumer<Finding> report) {
        String sql = file.plain();
        Deque<String> clauses = new ArrayDeque<>(List.of(""));
        Matcher word = CLAUSE.matcher(sql);
        while (word.find()) {
            String found = word.group();
            if (found.equals("(")) {
                // What stands in brackets behind such a word is the condition.
                boolean isCondition = CONDITION_BRACKET
                        .matcher(sql.substring(Math.max(0, word.start() - NEAR), word.start()))
                        .find();
                clauses.push(isCondition ? clauses.peek() : "");
            } else if (found.equals(")")) {
                clauses.pop();
            } else if (word.group(1) == null) {
                clauses.pop();
                clauses.push(found.toUpperCase(Locale.ROOT));
            } else if (!word.group(1).equals("=") || CONDITIONS.contains(clauses.peek())) {
                boolean equal = word.group(1).equals("=");
                report.accept(new Finding(
                        file.name(),
                        sql.substring(0, word.start()).split("\n", -1).length,
                        "sql-null-compared",
                        "Nothing is " + word.group(1) + " NULL, not even NULL itself: the condition never holds",
                        "Write " + (equal ? "IS NULL" : "IS NOT NULL")));
            }
        }
    }

    /** Parameters as other libraries write them; the database would refuse the statement when it runs. */
    private static void parameterForm(String file, String numbered, Consumer<Finding> report) {
        String[] lines = numbered.replaceAll("'[^'\n]*'", "''").split("\n");
        for (int i = 0; i < lines.length; i++) {
            Matcher wrong = OTHER_PARAMETER.matcher(lines[i]);
            if (wrong.find()) {
                report.accept(new Finding(
                        file,
                        i + 1,
                        "sql-parameter-form",
                        wrong.group().strip() + " is no parameter",
                        "Write :?" + wrong.group().replaceAll("\\W", "")));
            }
        }
    }

    private static void defaults(String file, SqlText sql, Consumer<Finding> report) {
        sql.defaults().forEach((name, value) -> {
            String what = null;
            String instead = "Remove the line";
            if (!sql.uses(name)) {
                what = "The statement has no :?" + name;
                instead += ", or name one of its parameters" + Nearest.to(name, names(sql));
            } else if (!TYPES.containsKey(value.type())) {
                what = "There is no type " + value.type();
                instead = "Use text, integer, number or seconds";
            } else if (!value.value().contains("{{") && !value.value().matches(TYPES.get(value.type()))) {
                what = value.value() + " is no " + (value.type().equals("seconds") ? "duration" : value.type());
                instead = "Write a value of that type, or null without a type";
            }
            Finding wrongSetting = what == null ? wrongSetting(file, value) : null;
            if (what != null) {
                report.accept(new Finding(file, value.line(), "sql-default", what, instead));
            } else if (wrongSetting != null) {
                report.accept(wrongSetting);
            }
        });
    }

    /** A setting that is a duration read as a number or as text, or a number as a duration. */
    private static Finding wrongSetting(String file, SqlText.Default value) {
        Matcher setting = SETTING.matcher(value.value());
        if (!setting.matches()) {
            return null;
        }
        String name = setting.group(1);
        for (AppFolders app : AppFolders.loading(file)) {
            boolean isDuration = Vocabulary.of(app).has(Vocabulary.Kind.DURATIONS, name);
            boolean isNumber = Vocabulary.of(app).has(Vocabulary.Kind.NUMBERS, name);
            if (isDuration && Set.of("text", "integer", "number").contains(value.type())) {
                return new Finding(
                        file,
                        value.line(),
                        "sql-default",
                        "The setting " + name + " is a duration, such as 15s, and no " + value.type(),
                        "Write as seconds");
            }
            if (isNumber && value.type().equals("seconds")) {
                return new Finding(
                        file,
                        value.line(),
                        "sql-default",
                        "The setting " + name + " is a number and no duration: it would be taken as milliseconds",
                        "Write as integer, or as number");
            }
        }
        return null;
    }

    /** A parameter that is named after a unit of time, in the place of another one. */
    private static void units(SqlFile file, Consumer<Finding> report) {
        // Every character stays where it is.
        Matcher argument = INTERVAL.matcher(file.plain());
        while (argument.find()) {
            String value = file.text().substring(argument.start(2), argument.end(2));
            Matcher parameter = UNIT_PARAMETER.matcher(value);
            if (!parameter.find()) {
                continue;
            }
            int takes = UNITS.indexOf(argument.group(1).toLowerCase(Locale.ROOT));
            int given = UNIT_NAMES.indexOf(parameter.group(2));
            boolean converted = value.contains(given < takes ? "/" : "*");
            if (takes != given && !converted) {
                report.accept(new Finding(
                        file.name(),
                        file.text().substring(0, argument.start()).split("\n", -1).length,
                        "sql-default",
                        argument.group(1) + " takes " + UNIT_NAMES.get(takes) + ", and :?" + parameter.group(1)
                                + " is named after " + UNIT_NAMES.get(given),
                        "Write " + UNITS.get(given) + " =>, or convert it"));
            }
        }
    }

    private static List<String> names(SqlText sql) {
        return sql.parameters().stream().map(SqlText.Parameter::name).distinct().toList();
    }

    /** Parameters that nothing sets in one of the apps that load the file; each once. */
    private static void unset(String file, SqlText sql, Map<AppFolders, Set<String>> names, Consumer<Finding> report) {
        List<String> open = new ArrayList<>(names(sql));
        open.removeAll(sql.defaults().keySet());
        for (AppFolders app : AppFolders.loading(file)) {
            Set<String> set = names.get(app);
            open.stream()
                    .filter(name -> !set.contains(name.replaceFirst("\\..*", "")))
                    .forEach(name -> {
                        int line = sql.parameters().stream()
                                .filter(parameter -> parameter.name().equals(name))
                                .mapToInt(SqlText.Parameter::line)
                                .min()
                                .orElseThrow();
                        report.accept(new Finding(
                                file,
                                line,
                                "sql-parameter-not-set",
                                "Nothing in " + app.label() + " sets " + name,
                                "Set a variable of that name before the step"
                                        + Nearest.to(name.replaceFirst("\\..*", ""), set)
                                        + ", or give a default: -- :?" + name + " = null"));
                    });
        }
    }

    /** The names of all variables and exchange properties of an app. */
    private static Set<String> set(RouteTree tree, AppFolders app) {
        Set<String> names = tree.steps().stream()
                .filter(step -> AppFolders.loading(step.file()).contains(app))
                .map(RouteTree.Placed::step)
                .flatMap(step -> Stream.of(
                        SETTERS.contains(step.kind()) ? step.element().text("name") : "",
                        step.element().text("variableReceive")))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(HashSet::new));
        names.addAll(Vocabulary.of(app).names(Vocabulary.Kind.PROPERTIES));
        return names;
    }
}
