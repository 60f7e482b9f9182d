package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds misspelt words in statements without a database: words that neither PostgreSQL nor the migrated schema has. */
final class SqlWordRule implements Rule, FileRule {

    private static final Set<String> WORDS = words();

    /** Not among PostgreSQL's keywords, since they are names of its functions' arguments and of parts of times. */
    private static final Set<String> ALSO = Set.of(
            "epoch",
            "century",
            "decade",
            "dow",
            "doy",
            "millisecond",
            "milliseconds",
            "microseconds",
            "quarter",
            "week",
            "secs",
            "mins",
            "hours",
            "days",
            "weeks",
            "months",
            "years",
            "excluded",
            "public",
            "pg_catalog",
            "information_schema");

    /** Words that something else follows than a name without AS. */
    private static final Set<String> BEFORE_VALUE = Set.of(
            ("select distinct all any where and or not on by having set returning case when then else in is like ilike "
                            + "similar between from join update into using limit offset as with recursive union except "
                            + "intersect values interval over partition filter lateral only delete insert exists cast "
                            + "collate at time zone conflict do for of table row array order group window")
                    .split(" "));

    /** Words that may follow a name without AS. */
    private static final Set<String> BEHIND_NAME = Set.of(
            ("from where join inner left right full cross natural on using set order group having limit offset fetch "
                            + "union except intersect returning for window values default")
                    .split(" "));

    /** Which may stand where such a name does. */
    private static final Set<String> AT_THE_END =
            Set.of("asc desc nulls first last end locked nowait nothing".split(" "));

    private static final Pattern NAME_WITHOUT_AS =
            Pattern.compile("(?i)(\\b\\w+|[)'\\]])\\s+(?=([a-z_]\\w*)\\s*(?:[,);]|\\z|(?<=\\s)(?:"
                    + String.join("|", BEHIND_NAME) + ")\\b))");

    static final Pattern WORD = Pattern.compile("(?<![\\w$\"'])[A-Za-z_]\\w*");

    /** Where a statement gives a name of its own. */
    private static final List<Pattern> NAMING = List.of(
            Pattern.compile("(?i)\\bAS\\s+(\\w+)"),
            Pattern.compile("(?i)\\b(\\w+)\\s+AS\\s+(?:NOT\\s+)?(?:MATERIALIZED\\s+)?\\("),
            Pattern.compile("(?i)\\b(\\w+)\\s*\\([\\w\\s,]*\\)\\s+AS\\s*\\("),
            Pattern.compile("(?i)\\bAS\\s+\\w+\\s*\\(([^)]*)\\)"));

    /** Short names are near to many words. */
    private static final int SHORTEST_NAME = 5;

    private static final Pattern BEHIND_BRACKET = Pattern.compile("\\)\\s+(?:AS\\s+)?([a-z]\\w*)\\b");

    private static final String TEXT = "'[^']*'";
    private static final Pattern COMPARED = Pattern.compile("\\b(\\w+)\\s*(?:=|<>|!=)\\s*(" + TEXT
            + ")|\\b(\\w+)\\s+(?:NOT\\s+)?IN\\s*\\((" + TEXT + "(?:\\s*,\\s*" + TEXT + ")*)\\)");

    private static final Pattern INSERTED = Pattern.compile(
            "(?i)\\bINSERT\\s+INTO\\s+[\\w.]+(?:\\s+AS\\s+\\w+)?\\s*\\(([\\w\\s,]*)\\)\\s*(VALUES|SELECT)\\b");

    /** What separates values, or ends their list. */
    private static final Pattern ITEM_END =
            Pattern.compile("(?i)[(),;]|\\b(?:FROM|WHERE|UNION|ORDER|LIMIT|ON|RETURNING)\\b|\\z");

    private static final Pattern INSERTED_TEXT =
            Pattern.compile("(?is)\\s*'([^']*)'(?:::\\w+|\\s+(?:AS\\s+)?\\w+)?\\s*");

    private static Set<String> words() {
        try (InputStream in = SqlWordRule.class.getResourceAsStream("sql-words.txt")) {
            return Set.copyOf(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, Integer> files = new HashMap<>();
        tree.statements().values().forEach(file -> file.words().forEach(word -> files.merge(word, 1, Integer::sum)));
        Map<String, List<String>> read = tree.statements().values().stream()
                .flatMap(file -> file.sql().parameters().stream())
                .map(SqlText.Parameter::name)
                .collect(Collectors.groupingBy(name -> name.replaceFirst("\\.[^.]*$", "")));
        tree.statements().forEach((name, file) -> {
            parts(name, file.sql(), files.keySet(), report);
            partsReadOnce(name, file.sql(), read, report);
        });
        tree.statements().values().forEach(file -> named(file, files, report));
    }

    /**
     * A name that a statement gives a column, that stands nowhere else, and that is nearly one that does: what reads it may be
     * a client, of which nothing here is known.
     *
     * @param files in how many files each word stands
     */
    private static void named(SqlFile file, Map<String, Integer> files, Consumer<Finding> report) {
        for (NamedColumn column : file.namedOnce()) {
            String name = column.name();
            boolean once = files.getOrDefault(name, 0) < 2;
            if (name.length() < SHORTEST_NAME || !once || isKnown(name)) {
                continue;
            }
            Set<String> known = new TreeSet<>(files.keySet());
            known.remove(name);
            for (AppFolders app : AppFolders.loading(file.name())) {
                Vocabulary vocabulary = Vocabulary.of(app);
                known.addAll(vocabulary.names(Vocabulary.Kind.FIELDS));
                vocabulary
                        .beans()
                        .values()
                        .forEach(methods -> methods.forEach(method -> known.addAll(method.columns())));
                known.addAll(vocabulary.reads());
            }
            if (known.contains(name)) {
                continue;
            }
            known.removeIf(word -> word.length() < SHORTEST_NAME || word.equals(name + "s") || name.equals(word + "s"));
            if (Nearest.isSlip(name, known)) {
                report.accept(new Finding(
                        file.name(),
                        column.line(),
                        "sql-word-unknown",
                        "Nothing else knows a column " + name,
                        "Write the name by which it is read" + Nearest.to(name, known)));
            }
        }
    }

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        if (file.unclosed().isEmpty()) {
            values(file.name(), file.numbered(), report);
            inserted(file, report);
            words(file, report);
        }
    }

    private static void words(SqlFile file, Consumer<Finding> report) {
        // Quoted text is data.
        String sql = file.plain();
        Set<String> own = new HashSet<>(ALSO);
        // A type is no name of the statement's own.
        String withoutCasts = NamedColumn.withoutCasts(sql);
        for (Pattern naming : NAMING) {
            naming.matcher(withoutCasts)
                    .results()
                    .forEach(found -> own.addAll(List.of(
                            found.group(1).strip().toLowerCase(Locale.ROOT).split("[\\s,]+"))));
        }
        // A name behind a bracket is the name of what is in it when it stands somewhere else as well.
        BEHIND_BRACKET.matcher(sql).results().map(found -> found.group(1)).forEach(name -> {
            if (!isKnown(name)
                    && Pattern.compile("\\b" + name + "\\b")
                                    .matcher(sql)
                                    .results()
                                    .count()
                            > 1) {
                own.add(name.toLowerCase(Locale.ROOT));
            }
        });
        NAME_WITHOUT_AS
                .matcher(sql)
                .results()
                .filter(found -> !BEFORE_VALUE.contains(found.group(1).toLowerCase(Locale.ROOT)))
                .map(found -> found.group(2).toLowerCase(Locale.ROOT))
                .filter(name -> !isKnown(name) && !isSlipOfKeyword(name))
                .forEach(own::add);
        Matcher word = WORD.matcher(sql);
        while (word.find()) {
            String name = word.group().toLowerCase(Locale.ROOT);
            if (!isKnown(name) && !own.contains(name)) {
                Set<String> known = new TreeSet<>(WORDS);
                known.addAll(own);
                report.accept(new Finding(
                        file.name(),
                        SqlText.line(sql, word.start()),
                        "sql-word-unknown",
                        "Neither PostgreSQL nor the schema has " + word.group(),
                        "Write a name that exists" + Nearest.to(name, known) + ", or the migration that it needs"));
                return;
            }
        }
    }

    static boolean isKnown(String name) {
        return WORDS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Short names are near to many words: of these, only one with the same letters. */
    private static boolean isSlipOfKeyword(String name) {
        return Stream.of(BEFORE_VALUE, BEHIND_NAME, AT_THE_END)
                .flatMap(Set::stream)
                .anyMatch(keyword -> name.length() > 3
                        ? Nearest.isSlip(name, List.of(keyword))
                        : sorted(name).equals(sorted(keyword)));
    }

    private static List<String> sorted(String word) {
        return Stream.of(word.split("")).sorted().toList();
    }

    /** What a parameter names of a map or a bean: a member of ours, a field of JSON, or a column. */
    private static void parts(String file, SqlText text, Set<String> used, Consumer<Finding> report) {
        List<Vocabulary> apps =
                AppFolders.loading(file).stream().map(Vocabulary::of).toList();
        for (SqlText.Parameter parameter : text.parameters()) {
            String part = parameter.name().replaceFirst(".*\\.", "");
            boolean isMember = apps.stream()
                    .anyMatch(app -> app.has(Vocabulary.Kind.MEMBERS, part) || app.has(Vocabulary.Kind.FIELDS, part));
            if (parameter.name().contains(".") && !used.contains(part) && !WORDS.contains(part) && !isMember) {
                List<Collection<String>> names = new ArrayList<>(List.of(WORDS, used));
                apps.forEach(app -> names.add(app.names(Vocabulary.Kind.MEMBERS)));
                apps.forEach(app -> names.add(app.names(Vocabulary.Kind.FIELDS)));
                // The code may make it of anything; a name that is nearly a known one is a slip.
                if (names.stream().anyMatch(some -> Nearest.isSlip(part, some))) {
                    Set<String> known =
                            names.stream().flatMap(Collection::stream).collect(Collectors.toSet());
                    report.accept(new Finding(
                            file,
                            parameter.line(),
                            "member-unknown",
                            "Nothing that " + parameter.name() + " can be read of has a " + part,
                            "Write one that it has" + Nearest.to(part, known)));
                }
            }
        }
    }

    /**
     * A part of a map or a bean that one place reads, which is nearly one that others read of the same: it may well be a name
     * that something else has.
     *
     * @param read all parameters of all statements, by what they are a part of
     */
    private static void partsReadOnce(
            String file, SqlText text, Map<String, List<String>> read, Consumer<Finding> report) {
        List<Vocabulary> apps =
                AppFolders.loading(file).stream().map(Vocabulary::of).toList();
        for (SqlText.Parameter parameter : text.parameters()) {
            String name = parameter.name();
            int dot = name.lastIndexOf('.');
            String part = name.substring(dot + 1);
            boolean isMember = apps.stream()
                    .anyMatch(app -> app.has(Vocabulary.Kind.MEMBERS, part) || app.has(Vocabulary.Kind.FIELDS, part));
            if (dot < 0 || isMember) {
                continue;
            }
            List<String> ofTheSame = read.get(name.substring(0, dot));
            Set<String> others = ofTheSame.stream()
                    .filter(other -> !other.equals(name))
                    .map(other -> other.substring(dot + 1))
                    .collect(Collectors.toSet());
            if (Collections.frequency(ofTheSame, name) == 1 && Nearest.isSlip(part, others)) {
                report.accept(new Finding(
                        file,
                        parameter.line(),
                        "member-unknown",
                        "Nothing else reads " + part + " of " + name.substring(0, dot),
                        "Write a part that it has" + Nearest.to(part, others)));
            }
        }
    }

    /** Rows that are inserted, whose texts are values of the columns at their places. */
    private static void inserted(SqlFile file, Consumer<Finding> report) {
        String sql = file.numbered();
        // Every character stays where it is.
        String blank = file.plain().replace('[', '(').replace(']', ')');
        Matcher insert = INSERTED.matcher(blank);
        while (insert.find()) {
            List<String> columns = List.of(insert.group(1).strip().split("\\s*,\\s*"));
            boolean rows = insert.group(2).equalsIgnoreCase("VALUES");
            Matcher sign = ITEM_END.matcher(blank).region(insert.end(), blank.length());
            int depth = 0;
            int column = 0;
            int begin = insert.end();
            while (sign.find()) {
                String found = sign.group();
                boolean between = depth == (rows ? 1 : 0);
                boolean ends = between && (rows ? found.matches("[,)]") : !found.equals("("));
                if (ends && column < columns.size()) {
                    Matcher text = INSERTED_TEXT.matcher(sql.substring(begin, sign.start()));
                    if (text.matches()
                            && impossible(
                                    file.name(),
                                    columns.get(column),
                                    text.group(1),
                                    SqlText.line(sql, sign.start()),
                                    report)) {
                        return;
                    }
                }
                depth += found.equals("(") ? 1 : found.equals(")") ? -1 : 0;
                if (depth < 0 || !rows && ends && !found.equals(",") || rows && depth == 0 && found.matches("\\w+")) {
                    break;
                }
                if (between && found.equals(",")) {
                    column++;
                    begin = sign.end();
                } else if (rows && depth == 1 && found.equals("(")) {
                    column = 0;
                    begin = sign.end();
                }
            }
        }
    }

    /** Comparisons of a column with a value that the schema lets it never have. */
    private static void values(String file, String sql, Consumer<Finding> report) {
        Matcher compared = COMPARED.matcher(sql);
        while (compared.find()) {
            String column = compared.group(1) == null ? compared.group(3) : compared.group(1);
            String texts = compared.group(1) == null ? compared.group(4) : compared.group(2);
            for (String text : texts.split("\\s*,\\s*")) {
                if (impossible(file, column, text.replace("'", ""), SqlText.line(sql, compared.start()), report)) {
                    return;
                }
            }
        }
    }

    /** Reports a value that a column never has. */
    private static boolean impossible(String file, String column, String value, int line, Consumer<Finding> report) {
        for (AppFolders app : AppFolders.loading(file)) {
            List<String> allowed = Vocabulary.of(app).columns().getOrDefault(column, List.of());
            if (Vocabulary.isImpossible(column, value, allowed)) {
                report.accept(new Finding(
                        file,
                        line,
                        "value-impossible",
                        column + " is never '" + value + "'",
                        "Write what it can be" + Nearest.orOneOf(value, allowed)));
                return true;
            }
        }
        return false;
    }
}
