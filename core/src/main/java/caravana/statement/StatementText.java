package caravana.statement;

import caravana.checks.SqlText;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.boot.convert.DurationStyle;

/**
 * The content of a SQL file, prepared for JDBC.
 *
 * @param file its path below the routes' folder
 * @param sql the statement, with a {@code ?} for each parameter
 * @param names of those parameters in their order, repeated as often as they occur
 * @param defaults the values of names that no route needs to set, see {@link SqlText#defaults}
 */
record StatementText(String file, String sql, List<String> names, Map<String, Object> defaults) {

    /**
     * Reads a file.
     *
     * @param resolve replaces property placeholders, and throws when one has no value
     * @throws StatementRefusedException when a default cannot be resolved, has the wrong type or is not used
     */
    static StatementText parse(String file, String text, UnaryOperator<String> resolve) {
        SqlText sql = SqlText.of(text);
        Map<String, Object> defaults = new HashMap<>();
        sql.defaults().forEach((name, line) -> {
            if (!sql.uses(name)) {
                throw new StatementRefusedException(
                        file + " sets :?" + name + ", which its statement does not use. Remove the line.");
            }
            defaults.put(name, value(file, name, line, resolve));
        });
        return new StatementText(
                file,
                sql.sql(),
                sql.parameters().stream().map(SqlText.Parameter::name).toList(),
                Collections.unmodifiableMap(defaults));
    }

    private static Object value(String file, String name, SqlText.Default line, UnaryOperator<String> resolve) {
        try {
            String value = resolve.apply(line.value());
            return switch (line.type()) {
                case "text" -> value.equals("null") ? null : value;
                case "integer" -> Integer.valueOf(value);
                case "number" -> Double.valueOf(value);
                case "seconds" -> DurationStyle.detectAndParse(value).toMillis() / 1000.0;
                default ->
                    throw new IllegalArgumentException(
                            "Unknown type " + line.type() + "; use text, integer, number or seconds");
            };
        } catch (RuntimeException e) {
            throw new StatementRefusedException(
                    file + ": the default of :?" + name + " cannot be used: " + e.getMessage(), e);
        }
    }
}
