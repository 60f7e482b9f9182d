package caravana.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a column in the result of a statement.
 *
 * @param line from 1
 */
record NamedColumn(String name, int line) {

    private static final Pattern COLUMN = Pattern.compile("(?i:\\bAS)\\s+([a-z]\\w*)");

    private static final Pattern CAST = Pattern.compile("(?i)\\bCAST\\s*\\(");
    private static final Pattern BRACKET_OR_TYPE = Pattern.compile("(?i)[()]|\\bAS\\s+\\w+");

    /** The statement with blanks for the types of its casts, which are no names. */
    static String withoutCasts(String sql) {
        StringBuilder without = new StringBuilder(sql);
        Matcher cast = CAST.matcher(sql);
        while (cast.find()) {
            Matcher found = BRACKET_OR_TYPE
                    .matcher(sql)
                    .region(cast.end(), sql.length())
                    .useTransparentBounds(true);
            for (int depth = 1; depth > 0 && found.find(); ) {
                switch (found.group()) {
                    case "(" -> depth++;
                    case ")" -> depth--;
                    default -> {
                        if (depth == 1) {
                            without.replace(
                                    found.start(), found.end(), found.group().replaceAll("\\S", " "));
                        }
                    }
                }
            }
        }
        return without.toString();
    }

    /**
     * Those that stand nowhere else in their statement.
     *
     * @param plain as {@link SqlFile#plain} has it
     */
    static List<NamedColumn> once(String plain) {
        String sql = withoutCasts(plain);
        List<NamedColumn> columns = new ArrayList<>();
        Matcher naming = COLUMN.matcher(sql);
        while (naming.find()) {
            String name = naming.group(1);
            long times =
                    Pattern.compile("\\b" + name + "\\b").matcher(sql).results().count();
            if (times == 1) {
                columns.add(new NamedColumn(name, SqlText.line(sql, naming.start(1))));
            }
        }
        return List.copyOf(columns);
    }
}
