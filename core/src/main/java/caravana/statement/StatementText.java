package caravana.statement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/**
 * What a SQL file says.
 *
 * @param file its path below the routes' folder
 * @param sql the statement, with a {@code ?} for each {@code :?name}, and without comments
 * @param names those names in their order, repeated as often as they occur
 * @param defaults the values of names that no route needs to set, as in
 *     {@code -- :?lease_seconds = {{caravana.worker.lease}} as seconds}, {@code -- :?limit = 20 as integer} or
 *     {@code -- :?reason = null}
 */
record StatementText(String file, String sql, List<String> names, Map<String, Object> defaults) {

    /** In comments and in quoted text, nothing is a parameter. */
    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*|/\\*.*?\\*/|'(?:[^']|'')*'|\"[^\"]*\"|\\$(\\w*)\\$.*?\\$\\1\\$|:\\?([\\w.]+)", Pattern.DOTALL);

    private static final Pattern DEFAULT =
            Pattern.compile("--\\s*:\\?([\\w.]+)\\s*=\\s*(\\S.*?)(?:\\s+as\\s+(\\w+))?\\s*");

    /**
     * Reads a file.
     *
     * @param resolve replaces property placeholders, or throws
     * @throws StatementRefusedException when a default cannot be resolved, is not of its type or is of no use
     */
    static StatementText parse(String file, String text, UnaryOperator<String> resolve) {
        StringBuilder sql = new StringBuilder();
        List<String> names = new ArrayList<>();
        Map<String, Object> defaults = new HashMap<>();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String found = token.group();
            String replacement = found;
            if (token.group(2) != null) {
                names.add(token.group(2));
                replacement = "?";
            } else if (found.startsWith("--") || found.startsWith("/*")) {
                replacement = "";
                Matcher line = DEFAULT.matcher(found);
                if (line.matches()) {
                    defaults.put(line.group(1), value(file, line, resolve));
                }
            }
            token.appendReplacement(sql, Matcher.quoteReplacement(replacement));
        }
        token.appendTail(sql);
        for (String name : defaults.keySet()) {
            if (!names.contains(name)) {
                throw new StatementRefusedException(
                        file + " sets :?" + name + ", which its statement does not use. Remove the line.");
            }
        }
        return new StatementText(
                file, sql.toString().strip(), List.copyOf(names), Collections.unmodifiableMap(defaults));
    }

    private static Object value(String file, Matcher line, UnaryOperator<String> resolve) {
        String name = line.group(1);
        String type = line.group(3) == null ? "text" : line.group(3);
        try {
            String value = resolve.apply(line.group(2));
            return switch (type) {
                case "text" -> value.equals("null") ? null : value;
                case "integer" -> Integer.valueOf(value);
                case "number" -> Double.valueOf(value);
                case "seconds" -> DurationStyle.detectAndParse(value).toMillis() / 1000.0;
                default ->
                    throw new IllegalArgumentException(
                            "Unknown type " + type + "; use text, integer, number or seconds");
            };
        } catch (RuntimeException e) {
            throw new StatementRefusedException(
                    file + ": the default of :?" + name + " cannot be used: " + e.getMessage(), e);
        }
    }
}
