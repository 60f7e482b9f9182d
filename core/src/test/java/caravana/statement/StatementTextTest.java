package caravana.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTextTest {

    private static final UnaryOperator<String> SETTINGS = text -> {
        String value = Map.of("{{lease}}", "90s", "{{most}}", "5", "{{half}}", "0.5", "{{name}}", "a name")
                .get(text);
        if (value == null) {
            throw new IllegalArgumentException("Property with key [" + text + "] not found");
        }
        return value;
    };

    @Test
    void eachNameBecomesAQuestionMark() {
        StatementText text = parse("UPDATE t SET a = :?a WHERE id = CAST(:?id AS uuid) AND b = :?a");

        assertThat(text.sql()).isEqualTo("UPDATE t SET a = ? WHERE id = CAST(? AS uuid) AND b = ?");
        assertThat(text.names()).containsExactly("a", "id", "a");
        assertThat(text.defaults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 -- not :?this one",
                "SELECT /* nor\n :?that */ 1",
                "SELECT ':?a', 'it''s :?b'",
                "SELECT 1 AS \":?c\"",
                "SELECT $$ :?d $$, $x$ :?e $x$",
                "SELECT E'it\\'s :?f'",
                "SELECT /* a /* b */ :?g */ 1"
            })
    void commentsAndQuotedTextHoldNoParameters(String sql) {
        assertThat(parse(sql).names()).isEmpty();
        assertThat(parse(sql + "\n + :?real").names()).containsExactly("real");
    }

    @Test
    void aCommentSeparatesAndAQuestionMarkIsAnOperator() {
        assertThat(parse("SELECT/* x */1, a ? 'b', '?', :?c").sql()).isEqualTo("SELECT 1, a ?? 'b', '?', ?");
    }

    @Test
    void onlyTheHeadGivesDefaults() {
        assertThat(parse("-- About it.\n-- :?x = {{most}} as integer\nSELECT :?x -- :?y = late\n, :?y")
                        .defaults())
                .containsOnlyKeys("x");
    }

    @Test
    void longQuotedTextIsRead() {
        String quoted = "'" + "it''s ".repeat(3000) + "'";

        assertThat(parse("SELECT " + quoted + ", :?x").names()).containsExactly("x");
    }

    @ParameterizedTest
    @CsvSource({
        "-- :?x = {{lease}} as seconds, 90.0, java.lang.Double",
        "-- :?x = {{most}} as integer, 5, java.lang.Integer",
        "-- :?x = {{half}} as number, 0.5, java.lang.Double",
        "-- :?x = {{name}} as text, a name, java.lang.String",
        "--:?x={{name}}, a name, java.lang.String"
    })
    void aFileGivesDefaults(String line, String value, Class<?> type) {
        StatementText text = parse(line + "\nSELECT :?x");

        assertThat(text.sql()).isEqualTo("SELECT ?");
        assertThat(text.defaults().get("x")).isInstanceOf(type).hasToString(value);
    }

    @ParameterizedTest
    @CsvSource({
        "-- :?x = {{unknown}} as text, some.sql: the default of :?x cannot be used: Property with key [{{unknown}}] not found",
        "-- :?x = {{name}} as seconds, some.sql: the default of :?x cannot be used: 'a name' is not a valid duration",
        "-- :?x = {{name}} as integer, 'some.sql: the default of :?x cannot be used: For input string: \"a name\"'",
        "-- :?x = {{most}} as minutes, 'some.sql: the default of :?x cannot be used: Unknown type minutes; use text, integer, number or seconds'",
        "-- :?y = {{most}} as integer, 'some.sql sets :?y, which its statement does not use. Remove the line.'"
    })
    void aWrongDefaultIsRefused(String line, String message) {
        assertThatThrownBy(() -> parse(line + "\nSELECT :?x"))
                .isInstanceOf(StatementRefusedException.class)
                .hasMessage(message);
    }

    private static StatementText parse(String sql) {
        return StatementText.parse("some.sql", sql, SETTINGS);
    }
}
