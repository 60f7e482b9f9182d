package caravana.checks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The content of a SQL file of the routes.
 *
 * @param sql the statement without comments, with a {@code ?} for each {@code :?name}
 * @param parameters the names in their order, repeated as often as they occur
 * @param defaults values of names that routes need not set, from comments before the statement, such as
 *     {@code -- :?lease_seconds = {{caravana.worker.lease}} as seconds}, {@code -- :?limit = 20 as integer} or
 *     {@code -- :?reason = null}
 */
public record SqlText(String sql, List<Parameter> parameters, Map<String, Default> defaults) {

    /** A comment in which there may be further ones, as PostgreSQL has it; two levels of them are enough. */
    private static final String COMMENT = comment(comment(comment("(?!)")));

    /** What a name begins with; behind a part of a name, neither {@code E'} nor {@code $$} begins a text. */
    private static final String LETTER = "[A-Za-z_\\x{80}-\\x{10ffff}]";

    private static final String NOT_IN_NAME = "(?<![\\w$\\x{80}-\\x{10ffff}])";

    /**
     * In comments and in quoted text, nothing is a parameter or the end of a statement; and {@code ?} elsewhere is an
     * operator.
     */
    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*|" + COMMENT + "|" + NOT_IN_NAME + "[eE]'[^'\\\\]*+(?:(?:\\\\.|'')[^'\\\\]*+)*+'"
                    + "|'[^']*+(?:''[^']*+)*+'|\"[^\"]*\"|" + NOT_IN_NAME + "\\$((?:" + LETTER + "(?:" + LETTER
                    + "|\\d)*)?)\\$.*?\\$\\1\\$|:\\?([\\w.]+)|\\?|;",
            Pattern.DOTALL);

    /** Before the quote of bits, of a national text, or of one with Unicode escapes. */
    private static final Pattern PREFIX = Pattern.compile("(?i)" + NOT_IN_NAME + "(?:[bxn]|u&)(?=['\"])");

    private static String comment(String inner) {
        return "/\\*(?:[^*/]++|\\*(?!/)|/(?!\\*)|" + inner + ")*+\\*/";
    }

    /** The list of the first SELECT at the top, or of RETURNING; a statement that changes rows has no SELECT there. */
    private static final Pattern RESULT = Pattern.compile(
            "(?is)(?:^|[\\s)])(?:SELECT\\s+(?:DISTINCT\\s+)?(.*?)(?:\\sFROM\\s|\\sUNION\\s|\\sWHERE\\s|\\sORDER\\s|\\sFOR\\s|$)"
                    + "|RETURNING\\s+(.*)$)");

    /** A column's own name is its last word. */
    private static final Pattern NAME = Pattern.compile("(?:[A-Za-z_]\\w*|\"[^\"]+\")$");

    private static final Pattern DEFAULT =
            Pattern.compile("--\\s*:\\?([\\w.]+)\\s*=\\s*(\\S.*?)(?:\\s+as\\s+(\\w+))?\\s*");

    /** What has an end elsewhere. */
    private static final Pattern BEGUN =
            Pattern.compile("[()\\[\\]'\"]|/\\*|" + NOT_IN_NAME + "\\$(?:" + LETTER + "(?:" + LETTER + "|\\d)*)?\\$");

    /** The command of a statement, and not a part before it that has such a name. */
    private static final Pattern COMMAND =
            Pattern.compile("(?i)\\b(SELECT|VALUES|TABLE|INSERT|UPDATE|DELETE|MERGE)\\b(?!\\s+AS\\b)");

    private static final Set<String> CHANGING = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");
    private static final Pattern RETURNING = Pattern.compile("(?i)\\bRETURNING\\b");

    /**
     * A name where it stands.
     *
     * @param name without {@code :?}; {@code caller.id} is a part of what {@code caller} names
     * @param line from 1
     */
    public record Parameter(String name, int line) {}

    /**
     * A line of the file's head.
     *
     * @param value text, placeholders and all
     * @param type {@code text} when the line says none
     * @param line from 1
     */
    public record Default(String value, String type, int line) {}

    /** Reads a file's text. */
    public static SqlText of(String text) {
        StringBuilder sql = new StringBuilder();
        List<Parameter> parameters = new ArrayList<>();
        Map<String, Default> defaults = new LinkedHashMap<>();
        Matcher token = TOKEN.matcher(text);
        boolean inHead = true;
        int end = 0;
        while (token.find()) {
            String found = token.group();
            boolean comment = found.startsWith("--") || found.startsWith("/*");
            inHead &= comment && text.substring(end, token.start()).isBlank();
            end = token.end();
            int line = (int) text.substring(0, token.start()).lines().count() + (atLineStart(text, token) ? 1 : 0);
            String replacement = found;
            if (token.group(2) != null) {
                parameters.add(new Parameter(token.group(2), line));
                replacement = "?";
            } else if (comment) {
                // They separate what stands on both sides.
                replacement = " ";
                Matcher head = DEFAULT.matcher(found);
                if (inHead && head.matches()) {
                    String type = head.group(3) == null ? "text" : head.group(3);
                    defaults.put(head.group(1), new Default(head.group(2), type, line));
                }
            }
            if (found.equals("?")) {
                // The driver takes a single one for a parameter.
                replacement = "??";
            }
            token.appendReplacement(sql, Matcher.quoteReplacement(replacement));
        }
        token.appendTail(sql);
        return new SqlText(sql.toString().strip(), List.copyOf(parameters), defaults);
    }

    /**
     * A file's text as PostgreSQL itself prepares it: {@code $1} and so on for each {@code :?name}, and blanks for comments,
     * so that every other character stays where it is.
     */
    static String numbered(String text) {
        StringBuilder sql = new StringBuilder();
        Matcher token = TOKEN.matcher(text);
        int number = 0;
        while (token.find()) {
            String found = token.group();
            String replacement = found;
            if (token.group(2) != null) {
                replacement = padded("$" + ++number, found.length());
            } else if (found.startsWith("--") || found.startsWith("/*")) {
                replacement = found.replaceAll("[^\n]", " ");
            }
            token.appendReplacement(sql, Matcher.quoteReplacement(replacement));
        }
        token.appendTail(sql);
        return sql.toString();
    }

    /**
     * Where text stands behind the {@code ;} that ends the statement, from 0; empty when the file is one statement. The
     * apps run one, and a database that is to prepare it would run what follows.
     *
     * @param sql the file's text as {@link #numbered} has it
     */
    static OptionalInt second(String sql) {
        Matcher token = TOKEN.matcher(sql);
        while (token.find()) {
            if (token.group().equals(";")) {
                return IntStream.range(token.end(), sql.length())
                        .filter(i -> !Character.isWhitespace(sql.charAt(i)))
                        .findFirst();
            }
        }
        return OptionalInt.empty();
    }

    /** A statement of {@link #numbered} with blanks for texts and quoted names; each ends with its quote, and begins blank. */
    static String withoutTexts(String sql) {
        StringBuilder blank = new StringBuilder();
        Matcher token = TOKEN.matcher(
                PREFIX.matcher(sql).replaceAll(found -> " ".repeat(found.group().length())));
        while (token.find()) {
            String found = token.group();
            boolean isText = found.matches("(?s)[eE]?'.*|\".*|\\$.*");
            token.appendReplacement(
                    blank,
                    Matcher.quoteReplacement(
                            isText ? found.substring(0, found.length() - 1).replaceAll("[^\n]", " ") + "'" : found));
        }
        token.appendTail(blank);
        return blank.toString();
    }

    /** What has no end, or no beginning. */
    record Unclosed(int line, String what, String instead) {}

    /**
     * The quote, comment or bracket that is never closed, or the closing bracket that nothing opens; empty when there is
     * none. PostgreSQL refuses such a statement, and its driver does before it asks.
     *
     * @param text a file's, as it stands
     */
    static Optional<Unclosed> unclosed(String text) {
        Matcher token = TOKEN.matcher(text);
        Deque<Integer> open = new ArrayDeque<>();
        int end = 0;
        int longText = -1;
        while (token.find()) {
            Optional<Unclosed> wrong = unclosed(text, end, token.start(), longText, open);
            if (wrong.isPresent()) {
                return wrong;
            }
            // Texts seldom go over several lines: one that does may have lost its quote, and have taken the next one's.
            longText = longText < 0 && token.group().matches("(?s)[eE]?['\"].*\n.*") ? token.start() : longText;
            end = token.end();
        }
        Optional<Unclosed> wrong = unclosed(text, end, text.length(), longText, open);
        return wrong.isPresent() || open.isEmpty()
                ? wrong
                : Optional.of(new Unclosed(
                        line(text, open.peekLast()),
                        "Nothing closes the " + text.charAt(open.peekLast()),
                        "Write " + closing(text.charAt(open.peekLast()))));
    }

    /** That of a piece between tokens, where a quote is one without its end. */
    private static Optional<Unclosed> unclosed(String text, int from, int to, int longText, Deque<Integer> open) {
        Matcher begun = BEGUN.matcher(text).region(from, to).useTransparentBounds(true);
        while (begun.find()) {
            String sign = begun.group();
            if ("([".contains(sign)) {
                open.addLast(begun.start());
            } else if (")]".contains(sign)) {
                if (open.isEmpty() || closing(text.charAt(open.peekLast())) != sign.charAt(0)) {
                    return Optional.of(new Unclosed(
                            line(text, begun.start()),
                            "Nothing opens the " + sign,
                            "Delete it, or write what it closes"));
                }
                open.removeLast();
            } else {
                boolean quote = "'\"".contains(sign);
                int place = quote && longText >= 0 ? longText : begun.start();
                return Optional.of(new Unclosed(
                        line(text, place),
                        sign.equals("/*")
                                ? "The comment has no end"
                                : "The text that begins with " + sign + " has no end",
                        "Write " + (sign.equals("/*") ? "*/" : sign) + " where it ends"));
            }
        }
        return Optional.empty();
    }

    private static char closing(char opening) {
        return opening == '(' ? ')' : ']';
    }

    /** The line, from 1, of a position, from 0. */
    static int line(String text, int position) {
        return (int) text.substring(0, position).chars().filter(c -> c == '\n').count() + 1;
    }

    /**
     * Whether the statement changes rows and returns none: its command is INSERT, UPDATE, DELETE or MERGE, and what is
     * returned within brackets is what another part of it reads.
     */
    boolean returnsNothing() {
        String flat = outermost(withoutTexts(sql));
        Matcher command = COMMAND.matcher(flat);
        return command.find()
                && CHANGING.contains(command.group(1).toUpperCase(Locale.ROOT))
                && !RETURNING.matcher(flat).find();
    }

    private static String padded(String text, int length) {
        return text + " ".repeat(Math.max(0, length - text.length()));
    }

    private static boolean atLineStart(String text, Matcher token) {
        return token.start() == 0 || text.charAt(token.start() - 1) == '\n';
    }

    /**
     * The columns that the statement returns, in order; empty when it returns none, or when only the database knows them
     * ({@code *}).
     */
    public List<String> columns() {
        String flat = outermost(sql.replaceAll("'[^']*'", "''"));
        Matcher head = RESULT.matcher(flat);
        if (!head.find()) {
            return List.of();
        }
        List<String> columns = new ArrayList<>();
        for (String part :
                head.group(1) == null ? head.group(2).split(",") : head.group(1).split(",")) {
            Matcher name = NAME.matcher(part.strip());
            if (!name.find()) {
                return List.of();
            }
            columns.add(name.group().replace("\"", ""));
        }
        return columns;
    }

    /** The statement without what stands in brackets, and without the tables that it begins with. */
    private static String outermost(String sql) {
        StringBuilder flat = new StringBuilder();
        int depth = 0;
        for (char c : sql.toCharArray()) {
            depth += c == '(' ? 1 : 0;
            if (depth == 0) {
                flat.append(c);
            }
            depth -= c == ')' ? 1 : 0;
        }
        return flat.toString();
    }

    /** Whether its statement has a parameter of that name. */
    public boolean uses(String name) {
        return parameters.stream().anyMatch(parameter -> parameter.name().equals(name));
    }
}
