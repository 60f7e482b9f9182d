package caravana.checks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a SQL file of the routes says.
 *
 * @param sql the statement, with a {@code ?} for each {@code :?name}, and without comments
 * @param parameters those names in their order, repeated as often as they occur
 * @param defaults what the comments before the statement say of names that no route needs to set, as in
 *     {@code -- :?lease_seconds = {{caravana.worker.lease}} as seconds}, {@code -- :?limit = 20 as integer} or
 *     {@code -- :?reason = null}
 */
public record SqlText(String sql, List<Parameter> parameters, Map<String, Default> defaults) {

    /** A comment in which there may be further ones, as PostgreSQL has it; two levels of them are enough. */
    private static final String COMMENT = comment(comment(comment("(?!)")));

    /** In comments and in quoted text, nothing is a parameter; and {@code ?} elsewhere is an operator. */
    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*|" + COMMENT
                    + "|(?<![\\w$])[eE]'[^'\\\\]*+(?:(?:\\\\.|'')[^'\\\\]*+)*+'"
                    + "|'[^']*+(?:''[^']*+)*+'|\"[^\"]*\"|\\$(\\w*)\\$.*?\\$\\1\\$|:\\?([\\w.]+)|\\?",
            Pattern.DOTALL);

    private static String comment(String inner) {
        return "/\\*(?:[^*/]++|\\*(?!/)|/(?!\\*)|" + inner + ")*+\\*/";
    }

    private static final Pattern DEFAULT =
            Pattern.compile("--\\s*:\\?([\\w.]+)\\s*=\\s*(\\S.*?)(?:\\s+as\\s+(\\w+))?\\s*");

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

    private static boolean atLineStart(String text, Matcher token) {
        return token.start() == 0 || text.charAt(token.start() - 1) == '\n';
    }

    /** Whether its statement has a parameter of that name. */
    public boolean uses(String name) {
        return parameters.stream().anyMatch(parameter -> parameter.name().equals(name));
    }
}
