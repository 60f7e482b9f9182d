package caravana.checks;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A file with a statement. */
final class SqlFile extends SourceFile {

    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]*");

    private SqlText sql;
    private String numbered;
    private String plain;
    private Boolean returnsNothing;
    private List<NamedColumn> namedOnce;
    private Optional<SqlText.Unclosed> unclosed;
    private Set<String> read;
    private Set<String> allWords;
    private Set<String> names;
    private List<String> columns;
    private Set<String> words;

    SqlFile(String name, String text) {
        super(name, text);
    }

    /** What its text says. */
    SqlText sql() {
        sql = sql == null ? SqlText.of(text()) : sql;
        return sql;
    }

    /** Its text as {@link SqlText#numbered} has it. */
    String numbered() {
        numbered = numbered == null ? SqlText.numbered(text()) : numbered;
        return numbered;
    }

    /** The same without what is quoted, as {@link SqlText#withoutTexts} has it. */
    String plain() {
        plain = plain == null ? SqlText.withoutTexts(numbered()) : plain;
        return plain;
    }

    /** As {@link SqlText#returnsNothing} has it. */
    boolean returnsNothing() {
        returnsNothing = returnsNothing == null ? sql().returnsNothing() : returnsNothing;
        return returnsNothing;
    }

    /** The names that it gives columns and does not use itself. */
    List<NamedColumn> namedOnce() {
        namedOnce = namedOnce == null ? NamedColumn.once(plain()) : namedOnce;
        return namedOnce;
    }

    /** As {@link SqlText#unclosed} has it. */
    Optional<SqlText.Unclosed> unclosed() {
        unclosed = unclosed == null ? SqlText.unclosed(text()) : unclosed;
        return unclosed;
    }

    /** The variables and exchange properties that its parameters name. */
    Set<String> read() {
        if (read == null) {
            read = sql().parameters().stream()
                    .map(parameter -> parameter.name().replaceFirst("\\..*", ""))
                    .collect(Collectors.toSet());
        }
        return read;
    }

    /** All words of its text, comments included. */
    Set<String> allWords() {
        allWords = allWords == null ? all(WORD, text()) : allWords;
        return allWords;
    }

    /** All that its statement names, in quoted texts as well: what is written in small letters. */
    Set<String> names() {
        names = names == null ? all(NAME, sql().sql()) : names;
        return names;
    }

    /** As {@link SqlText#columns} has them. */
    List<String> columns() {
        columns = columns == null ? sql().columns() : columns;
        return columns;
    }

    /** Its words, without those of quoted texts that begin with them. */
    Set<String> words() {
        words = words == null ? all(SqlWordRule.WORD, numbered()) : words;
        return words;
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    @Override
    void check(FileRule rule, Consumer<Finding> report) {
        rule.check(this, report);
    }
}
