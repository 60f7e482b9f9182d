package caravana.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a text in Camel's Simple language refers to. */
final class SimpleText {

    private static final Pattern READING = Pattern.compile(
            "(exchangeProperty|variables?|headers?|body)(?:\\??\\.|:|(?=\\[))\\[?'?([\\w.-]*)'?]?(.*)", Pattern.DOTALL);
    private static final Pattern FIRST = Pattern.compile("([\\w-]+)(.*)", Pattern.DOTALL);

    private SimpleText() {}

    /**
     * Something that a function reads.
     *
     * @param from {@code exchangeProperty}, {@code variable}, {@code header} or {@code body}
     * @param name of the property, variable or header; empty of the body
     * @param path what is read of it, such as {@code [status]} or {@code .poster.exists}
     */
    record Reading(String from, String name, String path) {}

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

    /** What its functions read. */
    static List<Reading> readings(String text) {
        List<Reading> readings = new ArrayList<>();
        for (String function : functions(text)) {
            Matcher matcher = READING.matcher(function);
            if (!matcher.matches()) {
                continue;
            }
            String from = matcher.group(1).replaceFirst("(variable|header)s", "$1");
            if (from.equals("body")) {
                readings.add(new Reading(from, "", function.substring("body".length())));
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
            readings.add(new Reading(from, name, path));
        }
        return readings;
    }

    /** The names in a path: those in brackets, or those after dots. */
    static List<String> steps(String path, boolean inBrackets) {
        List<String> steps = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("\\[([^\\[\\]]*)]|\\??\\.(\\w+)").matcher(path.replaceAll("\\$\\{[^{}]*}", "\\$"));
        while (matcher.find()) {
            if (inBrackets && matcher.group(1) != null) {
                steps.add(matcher.group(1));
            } else if (!inBrackets && matcher.group(2) != null) {
                steps.add(matcher.group(2));
            }
        }
        return steps;
    }
}
