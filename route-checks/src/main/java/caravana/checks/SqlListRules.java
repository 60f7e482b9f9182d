package caravana.checks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks lists in statements: commas that are missing or too many, an INSERT with different numbers of values and
 * columns, and changes without WHERE. A database refuses some of these. Others it runs: two columns without a comma
 * between them are one column with the other's name.
 */
final class SqlListRules implements FileRule {

    private static final String ENDING = "FROM|WHERE|RETURNING|GROUP|ORDER|LIMIT|OFFSET|HAVING|UNION|EXCEPT|INTERSECT";

    private static final Pattern SURPLUS = Pattern.compile("(?i),(?=\\s*(?:[);]|\\z|\\b(?:" + ENDING + ")\\b))");

    /** The end of a line and the beginning of the next, with nothing between that joins or separates them. */
    private static final Pattern NEXT_TO = Pattern.compile("([\\w$]+|[)\\]'\"])[ \\t]*\\n\\s*([A-Za-z_]\\w*)");

    /** Words that end no value. */
    private static final Set<String> OPEN = Set.of(
            ("select distinct all any some where and or not on by having set returning case when then else in is like ilike"
                            + " similar between from join inner left right full cross natural outer update into using limit"
                            + " offset as with recursive union except intersect values interval over partition filter lateral"
                            + " only delete insert exists cast collate at zone conflict do for of table group order window"
                            + " materialized if escape symmetric merge matched")
                    .split(" "));

    /** Words with which a value begins, as names do. */
    private static final Set<String> VALUES =
            Set.of("cast", "case", "coalesce", "null", "true", "false", "greatest", "least", "nullif", "extract");

    /** Words that continue with what is before them. */
    private static final Set<String> FURTHER = Set.of(
            ("from where and or not on by having set returning when then else end in is like ilike similar between join inner"
                            + " left right full cross natural using limit offset as with union except intersect values over"
                            + " filter within conflict do for of group order window collate at asc desc nulls fetch skip"
                            + " nowait locked select default escape matched tablesample insert update delete merge"
                            + " materialized isnull notnull overriding to")
                    .split(" "));

    private static final Pattern DISTINCT_ON = Pattern.compile("(?i)\\bDISTINCT\\s+ON\\s*$");

    private static final Pattern CHANGE = Pattern.compile(
            "(?i)\\bUPDATE\\s+(?:ONLY\\s+)?(?!SET\\b|OF\\b|SKIP\\b|NOWAIT\\b)([\\w.]+)(?:\\s+(?:AS\\s+)?(?!SET\\b)\\w+)?\\s+SET\\b"
                    + "|\\bDELETE\\s+FROM\\s+(?:ONLY\\s+)?([\\w.]+)");

    private static final Pattern INSERT = Pattern.compile(
            "(?i)\\bINSERT\\s+INTO\\s+([\\w.]+)(?:\\s+AS\\s+\\w+)?\\s*\\(([\\w\\s,]*)\\)\\s*(VALUES|SELECT)\\b"
                    + "(?:\\s+DISTINCT\\b(?:\\s+ON\\s*\\([^()]*\\))?)?");

    private static final Pattern EQUALS = Pattern.compile("(?<![=<>!~*])==(?![=>])");

    private static final Pattern QUOTED = Pattern.compile("(?i)(?:=|<>|!=|\\bIN\\s*\\(|\\bLIKE\\b)\\s*(\"(\\w+)\")");

    /** As they follow each other. */
    private static final List<String> CLAUSES = List.of("WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT");

    /** What begins a SELECT again begins its clauses again. */
    private static final Pattern CLAUSE = Pattern.compile(
            "(?i)[()]|\\b(?:WHERE|GROUP\\s+BY|HAVING|ORDER\\s+BY|LIMIT|SELECT|UPDATE|DELETE|INSERT|UNION|EXCEPT|INTERSECT|CONFLICT)\\b");

    private static final Pattern ENDS = Pattern.compile("(?i)(?<!\\bDISTINCT\\s{1,9})\\b(?:" + ENDING + "|ON)\\b");
    private static final Pattern STAR = Pattern.compile("(?:^|[\\s,.])\\*\\s*(?:,|$)");

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        if (file.unclosed().isPresent() || SqlText.second(file.numbered()).isPresent()) {
            // Where it ends is a finding of its own.
            return;
        }
        // Every character stays where it is.
        String sql = file.plain();
        surplus(file, sql, report);
        signs(file, sql, report);
        clauses(file, sql, report);
        missing(file, sql, report);
        everyRow(file, sql, report);
        counts(file, sql, report);
    }

    private static void surplus(SqlFile file, String sql, Consumer<Finding> report) {
        SURPLUS.matcher(sql)
                .results()
                .forEach(found -> report.accept(finding(
                        file,
                        sql,
                        found.start(),
                        "sql-list",
                        "Nothing follows this comma in its list",
                        "Delete the comma, or write what is missing behind it")));
    }

    /** Signs that other languages have. */
    private static void signs(SqlFile file, String sql, Consumer<Finding> report) {
        EQUALS.matcher(sql)
                .results()
                .forEach(found -> report.accept(finding(
                        file, sql, found.start(), "sql-clause", "SQL has no operator ==", "Write = for a comparison")));
        // Every character stays where it is, and these are blank in what has no texts.
        QUOTED.matcher(file.numbered())
                .results()
                .filter(found -> sql.charAt(found.start(1)) == '"' || sql.charAt(found.start(1)) == ' ')
                .filter(found -> !SqlWordRule.isKnown(found.group(2)))
                .forEach(found -> report.accept(finding(
                        file,
                        sql,
                        found.start(1),
                        "sql-clause",
                        found.group(1) + " is the name of a column, and there is none of that name",
                        "Write a text in single quotes: '" + found.group(2) + "'")));
    }

    /** The parts of a SELECT in their order; what stands in brackets has an order of its own. */
    private static void clauses(SqlFile file, String sql, Consumer<Finding> report) {
        Deque<Integer> last = new ArrayDeque<>(List.of(-1));
        Matcher word = CLAUSE.matcher(sql);
        while (word.find()) {
            String found = word.group().toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
            if (found.equals("(")) {
                last.push(-1);
            } else if (found.equals(")")) {
                if (last.size() > 1) {
                    last.pop();
                }
            } else {
                int place = CLAUSES.indexOf(found);
                if (place >= 0 && place < last.peek()) {
                    report.accept(finding(
                            file,
                            sql,
                            word.start(),
                            "sql-clause",
                            found + " stands behind " + CLAUSES.get(last.peek()),
                            "Put it before that"));
                }
                last.pop();
                last.push(place);
            }
        }
    }

    private static void missing(SqlFile file, String sql, Consumer<Finding> report) {
        Matcher lines = NEXT_TO.matcher(sql);
        int from = 0;
        while (lines.find(from)) {
            String last = lines.group(1).toLowerCase(Locale.ROOT);
            String next = lines.group(2).toLowerCase(Locale.ROOT);
            boolean joined = last.equals(")")
                    && DISTINCT_ON.matcher(before(sql, lines.start(1))).find();
            if (!joined
                    && !OPEN.contains(last)
                    && !FURTHER.contains(next)
                    && (VALUES.contains(next) || !OPEN.contains(next))) {
                report.accept(finding(
                        file,
                        sql,
                        lines.start(1),
                        "sql-list",
                        "No comma and no word stands between this line and " + lines.group(2) + " in the next",
                        "Write a comma behind "
                                + sql.substring(lines.start(1), lines.end(1)).strip() + ", or AS before a name"));
            }
            from = lines.end(1);
        }
    }

    /** What stands before the bracket that a closing one belongs to. */
    private static String before(String sql, int closing) {
        int depth = 0;
        for (int i = closing; i >= 0; i--) {
            depth += sql.charAt(i) == ')' ? 1 : sql.charAt(i) == '(' ? -1 : 0;
            if (depth == 0) {
                return sql.substring(0, i);
            }
        }
        return "";
    }

    private static void everyRow(SqlFile file, String sql, Consumer<Finding> report) {
        Matcher change = CHANGE.matcher(sql);
        while (change.find()) {
            String part = part(sql, change.end());
            if (!Pattern.compile("(?i)\\bWHERE\\b").matcher(flat(part)).find()) {
                boolean updates = change.group(1) != null;
                report.accept(finding(
                        file,
                        sql,
                        change.start(),
                        "sql-without-where",
                        "This " + (updates ? "changes" : "deletes") + " every row of " + change.group(updates ? 1 : 2),
                        "Write WHERE and which rows, or WHERE true when all are meant"));
            }
        }
    }

    private static void counts(SqlFile file, String sql, Consumer<Finding> report) {
        Matcher insert = INSERT.matcher(sql);
        while (insert.find()) {
            int columns = insert.group(2).split(",").length;
            String part = part(sql, insert.end());
            if (insert.group(3).equalsIgnoreCase("SELECT")) {
                Matcher end = ENDS.matcher(masked(part));
                String list = flat(end.find() ? part.substring(0, end.start()) : part);
                if (!STAR.matcher(list).find()) {
                    counted(file, sql, insert, columns, list.split(",", -1).length, report);
                }
            } else {
                Matcher row = Pattern.compile(
                                "\\((?<row>[^()]*(?:\\([^()]*(?:\\([^()]*(?:\\([^()]*\\)[^()]*)*\\)[^()]*)*\\)[^()]*)*)\\)")
                        .matcher(part);
                if (row.find()) {
                    counted(file, sql, insert, columns, flat(row.group("row")).split(",", -1).length, report);
                }
            }
        }
    }

    private static void counted(
            SqlFile file, String sql, Matcher insert, int columns, int values, Consumer<Finding> report) {
        if (columns != values) {
            report.accept(finding(
                    file,
                    sql,
                    insert.start(3),
                    "sql-list",
                    "The INSERT into " + insert.group(1) + " names " + columns + " columns and has " + values
                            + (values == 1 ? " value" : " values"),
                    "Write a value for each column, in their order"));
        }
    }

    /** From there to the end of the statement, or to the bracket that closes the part of it. */
    private static String part(String sql, int begin) {
        int depth = 0;
        for (int i = begin; i < sql.length(); i++) {
            char c = sql.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth < 0 || c == ';') {
                return sql.substring(begin, i);
            }
        }
        return sql.substring(begin);
    }

    /** Without what stands in brackets. */
    private static String flat(String part) {
        return masked(part).replaceAll(" +", " ");
    }

    /** With blanks for what stands in brackets, so that everything else stays where it is. */
    private static String masked(String part) {
        StringBuilder masked = new StringBuilder();
        int depth = 0;
        for (char c : part.toCharArray()) {
            depth -= c == ')' || c == ']' ? 1 : 0;
            masked.append(depth > 0 ? ' ' : c);
            depth += c == '(' || c == '[' ? 1 : 0;
        }
        return masked.toString();
    }

    private static Finding finding(SqlFile file, String sql, int at, String id, String what, String instead) {
        return new Finding(file.name(), SqlText.line(sql, at), id, what, instead);
    }
}
