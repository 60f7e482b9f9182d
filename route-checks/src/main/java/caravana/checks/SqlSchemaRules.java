package caravana.checks;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds mistakes for which PostgreSQL would refuse a statement, without a database: with the schema that the migrations
 * make.
 */
final class SqlSchemaRules implements FileRule {

    private static final Set<String> NUMBERS = Set.of("int2", "int4", "int8", "float4", "float8", "numeric");

    /** The types whose values the apps send. */
    private static final Set<String> SENT = sent("text", "varchar", "bpchar", "bool", "timestamptz", "timestamp");

    private static Set<String> sent(String... others) {
        Set<String> sent = new HashSet<>(NUMBERS);
        sent.addAll(Set.of(others));
        return sent;
    }

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        if (file.unclosed().isPresent() || SqlText.second(file.numbered()).isPresent()) {
            // Where it ends is a finding of its own.
            return;
        }
        try {
            SqlMeaningRules meaning = new SqlMeaningRules(file);
            Map<SqlNode, String> parameters = SqlTypes.check(SqlParser.parse(file.numbered()), meaning);
            parameters.forEach((parameter, type) -> uncast(name(file, parameter), parameter, type));
            meaning.findings().stream().distinct().forEach(report);
            parameters.forEach((parameter, type) -> defaulted(file, name(file, parameter), type, report));
        } catch (SqlMistake e) {
            int at = Math.min(e.at(), file.numbered().length());
            report.accept(new Finding(
                    file.name(), SqlText.line(file.numbered(), at), "sql-refused", e.getMessage(), e.instead()));
        } catch (SqlParser.UnsupportedSqlException e) {
            // A database says what is wrong with it.
        }
    }

    private static String name(SqlFile file, SqlNode parameter) {
        int place = Integer.parseInt(parameter.text()) - 1;
        return file.sql().parameters().get(place).name();
    }

    private static void uncast(String name, SqlNode parameter, String type) {
        if (!SENT.contains(type)) {
            String shown = SqlCatalog.get().shown(type);
            throw new SqlMistake(
                    parameter.at(),
                    "PostgreSQL takes :?" + name + " for " + shown
                            + " here, gets a text, and refuses the statement when it runs",
                    "Write CAST(:?" + name + " AS " + shown + ")");
        }
    }

    /** A default of another type than the place where its parameter stands. */
    private static void defaulted(SqlFile file, String name, String type, Consumer<Finding> report) {
        SqlText.Default value = file.sql().defaults().get(name);
        if (value == null || value.value().equals("null")) {
            return;
        }
        boolean isNumber = NUMBERS.contains(type);
        if (isNumber == value.type().equals("text")) {
            report.accept(new Finding(
                    file.name(),
                    value.line(),
                    "sql-default",
                    ":?" + name + " stands for " + SqlCatalog.get().shown(type) + ", and its default is "
                            + value.type(),
                    isNumber
                            ? "Write as integer, as number or as seconds"
                            : "Write the value without as " + value.type()));
        }
    }
}
