package caravana.statement;

import java.util.ArrayList;
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
 * @param settings the values of the names that the file takes from the app's settings, as in
 *     {@code -- :?lease_seconds = {{caravana.worker.lease}} as seconds}
 */
record StatementText(String file, String sql, List<String> names, Map<String, Object> settings) {

    /** In comments and in quoted text, nothing is a parameter. */
    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*|/\\*.*?\\*/|'(?:[^']|'')*'|\"[^\"]*\"|\\$(\\w*)\\$.*?\\$\\1\\$|:\\?(\\w+)", Pattern.DOTALL);

    private static final Pattern SETTING =
            Pattern.compile("--\\s*:\\?(\\w+)\\s*=\\s*(\\S.*?)(?:\\s+as\\s+(\\w+))?\\s*");

    /**
     * Reads a file.
     *
     * @param resolve replaces property placeholders, or throws
     * @throws StatementRefusedException when a setting cannot be resolved, is not of its type or is of no use
     */
    static StatementText parse(String file, String text, UnaryOperator<String> resolve) {
        StringBuilder sql = new StringBuilder();
        List<String> names = new ArrayList<>();
        Map<String, Object> settings = new HashMap<>();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String found = token.group();
            String replacement = found;
            if (token.group(2) != null) {
                names.add(token.group(2));
                replacement = "?";
            } else if (found.startsWith("--") || found.startsWith("/*")) {
                replacement = "";
                Matcher setting = SETTING.matcher(found);
                if (setting.matches()) {
                    settings.put(setting.group(1), value(file, setting, resolve));
                }
            }
            token.appendReplacement(sql, Matcher.quoteReplacement(replacement));
        }
        token.appendTail(sql);
        for (String name : settings.keySet()) {
            if (!names.contains(name)) {
                throw new StatementRefusedException(
                        file + " sets :?" + name + ", which its statement does not use. Remove the line.");
            }
        }
        return new StatementText(file, sql.toString().strip(), List.copyOf(names), Map.copyOf(settings));
    }

    private static Object value(String file, Matcher setting, UnaryOperator<String> resolve) {
        String name = setting.group(1);
        String type = setting.group(3) == null ? "text" : setting.group(3);
        try {
            String value = resolve.apply(setting.group(2));
            return switch (type) {
                case "text" -> value;
                case "integer" -> Long.valueOf(value);
                case "number" -> Double.valueOf(value);
                case "seconds" -> DurationStyle.detectAndParse(value).toMillis() / 1000.0;
                default ->
                    throw new IllegalArgumentException(
                            "Unknown type " + type + "; use text, integer, number or seconds");
            };
        } catch (RuntimeException e) {
            throw new StatementRefusedException(
                    file + ": the setting of :?" + name + " cannot be used: " + e.getMessage(), e);
        }
    }
}
