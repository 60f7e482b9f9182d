package caravana.system.ops;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics and labels that a query of Prometheus' names. Not a parser: enough for queries as ours are, in which no metric
 * is named like a keyword.
 *
 * @param metrics names of series, such as {@code caravana_jobs_total}
 * @param labels names of labels, in matchers and in groupings
 */
record PromQl(Set<String> metrics, Set<String> labels) {

    private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
    private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)}");
    private static final Pattern MATCHED = Pattern.compile("([a-z_]+)\\s*[=!]");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern FUNCTION = Pattern.compile("[a-z_]+\\s*\\(");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.])[a-z][a-z0-9_]*");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "offset", "bool");

    static PromQl of(String query) {
        Set<String> labels = new TreeSet<>();
        String rest = TEXT.matcher(query).replaceAll("");
        Matcher matchers = MATCHERS.matcher(rest);
        while (matchers.find()) {
            MATCHED.matcher(matchers.group(1)).results().forEach(m -> labels.add(m.group(1)));
        }
        rest = RANGE.matcher(matchers.replaceAll("")).replaceAll("");
        Matcher groupings = GROUPING.matcher(rest);
        while (groupings.find()) {
            Arrays.stream(groupings.group(1).split(",")).map(String::strip).forEach(labels::add);
        }
        rest = FUNCTION.matcher(groupings.replaceAll("")).replaceAll("(");
        Set<String> metrics = new TreeSet<>();
        NAME.matcher(rest)
                .results()
                .map(m -> m.group())
                .filter(n -> !KEYWORDS.contains(n))
                .forEach(metrics::add);
        return new PromQl(metrics, labels);
    }
}
