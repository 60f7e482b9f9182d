package caravana.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the names in a text of Camel's Simple language. */
final class SimpleText {

    /** Languages whose expression is a name. */
    static final Set<String> NAMING = Set.of("exchangeProperty", "variable", "header");

    private static final Pattern READING = Pattern.compile(
            "(?:in\\.)?(exchangeProperty|variables?|headers?|body)(?:\\??\\.|:|(?=\\[))\\[?'?([\\w.-]*)'?]?(.*)",
            Pattern.DOTALL);
    private static final Pattern FIRST = Pattern.compile("([\\w-]+)(.*)", Pattern.DOTALL);

    private static final Pattern TYPED = Pattern.compile(
            "(variable|header)As\\(\\s*([\\w.-]+)\\s*,\\s*([\\w.$]+)\\s*\\)(.*)|(?:b|mandatoryB)odyAs\\(\\s*([\\w.$]+)\\s*\\)(.*)",
            Pattern.DOTALL);

    private static final Pattern STEP = Pattern.compile("\\[([^\\[\\]]*)]|\\??\\.(\\w+)");

    private SimpleText() {}

    /**
     * Something that a function reads.
     *
     * @param from {@code exchangeProperty}, {@code variable}, {@code header} or {@code body}
     * @param name of the property, variable or header; empty of the body
     * @param keys the names in brackets behind it, such as {@code status} of {@code [status]}
     * @param members those after dots, such as {@code poster} and {@code exists} of {@code .poster.exists}
     */
    record Reading(String from, String name, List<String> keys, List<String> members) {

        private static Reading of(String from, String name, String path) {
            List<String> keys = new ArrayList<>();
            List<String> members = new ArrayList<>();
            Matcher step = STEP.matcher(path.replaceAll("\\$\\{[^{}]*}", "\\$"));
            while (step.find()) {
                if (step.group(1) != null) {
                    keys.add(step.group(1));
                } else {
                    members.add(step.group(2));
                }
            }
            return new Reading(from, name, keys, members);
        }
    }

    /** The content of each {@code ${…}}, those within others included. */
    static List<String> functions(String text) {
        List<String> found = new ArrayList<>();
        for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", start + 2)) {
            int depth = 0;
            for (int i = start + 1; i < text.length(); i++) {
                if (text.charAt(i) == '{') {
                    depth++;
                } else if (text.charAt(i) == '}' && --depth == 0) {
                    found.add(text.substring(start + 2, i));
                    break;
                }
            }
        }
        return found;
    }

    /** The types that its functions convert to. */
    static List<String> types(String text) {
        return functions(text).stream()
                .map(TYPED::matcher)
                .filter(Matcher::matches)
                .map(typed -> typed.group(1) == null ? typed.group(5) : typed.group(3))
                .toList();
    }

    /** What an expression of a language reads that takes a name alone. */
    static Reading reading(String language, String name) {
        return Reading.of(language, name.strip(), "");
    }

    /** What its functions read. */
    static List<Reading> readings(String text) {
        List<Reading> readings = new ArrayList<>();
        for (String function : functions(text)) {
            Matcher typed = TYPED.matcher(function);
            if (typed.matches()) {
                readings.add(
                        typed.group(1) == null
                                ? Reading.of("body", "", typed.group(6))
                                : Reading.of(typed.group(1), typed.group(2), typed.group(4)));
                continue;
            }
            Matcher matcher = READING.matcher(function);
            if (!matcher.matches()) {
                continue;
            }
            String from = matcher.group(1).replaceFirst("(variable|header)s", "$1");
            if (from.equals("body")) {
                readings.add(Reading.of(from, "", function.substring(matcher.end(1))));
                continue;
            }
            // A header's name may have dots in it, that of anything else ends there.
            String name = matcher.group(2);
            String path = matcher.group(3);
            if (!from.equals("header")) {
                Matcher first = FIRST.matcher(name);
                if (first.matches()) {
                    name = first.group(1);
                    path = first.group(2) + path;
                }
            }
            readings.add(Reading.of(from, name, path));
        }
        return readings;
    }
}
