package caravana.checks;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks whether a text is a valid value of an option of Camel. */
final class Values {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[^{}]*}}");
    private static final Pattern DURATION =
            Pattern.compile("\\d+|(?=\\d)(\\d+d)?(\\d+h)?(\\d+m(?!s))?(\\d+s)?(\\d+ms)?|-1");

    /** Types of which a part in a placeholder makes no sense. */
    private static final Set<String> SINGLE = Set.of("duration", "integer", "number", "boolean");

    /** Durations that are longer than 99 ms, unless their unit says so: a number alone is one whose unit was forgotten. */
    private static final Set<String> WITH_UNIT = Set.of(
            "period",
            "delay",
            "timeout",
            "completionTimeout",
            "completionInterval",
            "redeliveryDelay",
            "maximumRedeliveryDelay");

    private Values() {}

    /**
     * What is wrong with an option's value.
     *
     * @param type as the catalogue has it
     * @param texts the only ones that it takes; empty when it takes any
     * @return null when nothing is wrong
     */
    static Finding wrong(
            String file, int line, String id, String option, String text, String type, List<String> texts) {
        if (text.startsWith("#") || text.contains("${")) {
            return null;
        }
        Matcher placeholder = PLACEHOLDER.matcher(text);
        if (placeholder.find()) {
            // A number of a setting's may have its unit here.
            boolean alone = placeholder.group().equals(text)
                    || type.equals("duration")
                            && text.substring(placeholder.end()).matches("d|h|m|s|ms")
                            && placeholder.start() == 0;
            return alone || !SINGLE.contains(type)
                    ? null
                    : new Finding(
                            file,
                            line,
                            id,
                            option + " takes one value, and " + text + " is more than its setting",
                            "Write " + placeholder.group() + " alone");
        }
        if (type.equals("duration") && WITH_UNIT.contains(option) && text.matches("[1-9]\\d?")) {
            return new Finding(
                    file,
                    line,
                    "duration-without-unit",
                    option + " is milliseconds without a unit: " + text + " is next to nothing",
                    "Write the unit, such as " + text + "s, or " + text + "ms when so little is meant");
        }
        String what = option + " cannot be " + (text.isEmpty() ? "empty" : text);
        String instead =
                switch (type) {
                    case "duration" ->
                        DURATION.matcher(text).matches()
                                ? null
                                : "Write a duration: milliseconds as a number, or a number with its unit, such as 500ms, 2s or 1m30s";
                    case "integer" -> text.matches("-?\\d+") ? null : "Write a whole number";
                    case "number" -> text.matches("-?\\d+(\\.\\d+)?") ? null : "Write a number";
                    case "boolean" ->
                        text.matches("true|false")
                                ? null
                                : "Write true or false" + Nearest.to(text, List.of("true", "false"));
                    default -> null;
                };
        if (instead == null && !texts.isEmpty() && texts.stream().noneMatch(known -> same(known, text))) {
            instead = "Write one of what it can be" + Nearest.orOneOf(text, texts);
        }
        return instead == null ? null : new Finding(file, line, id, what, instead);
    }

    /** Camel takes LOW_LEVEL for lowLevel as well. */
    private static boolean same(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String text) {
        return text.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }
}
