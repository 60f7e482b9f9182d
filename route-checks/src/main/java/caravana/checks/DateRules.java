package caravana.checks;

import java.text.SimpleDateFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks patterns of dates: patterns that Java refuses when the step runs, and letters that mean another field than
 * intended.
 */
final class DateRules implements FileRule {

    private static final String DATE = "date:";
    private static final String WITH_ZONE = "date-with-timezone:";

    /**
     * A letter that cannot mean what it stands for.
     *
     * @param where it stands in a pattern without its quoted texts
     * @param meant the letter to write instead
     */
    private record Letter(String where, char letter, String what, char meant) {

        /** The pattern as it was meant; empty when the letter is right. */
        String corrected(String pattern) {
            String letters = QUOTED.matcher(pattern)
                    .replaceAll(quoted -> " ".repeat(quoted.group().length()));
            Matcher found = Pattern.compile(where).matcher(letters);
            return found.find()
                    ? pattern.substring(0, found.start())
                            + found.group().replace(letter, meant)
                            + pattern.substring(found.end())
                    : "";
        }
    }

    private static final Pattern QUOTED = Pattern.compile("'[^']*'");

    private static final List<Letter> LETTERS = List.of(
            new Letter("y[-/.]?mm|d[-/.]?mm|(?<![HhKk]|[HhKk][:.])mm[-/.]?(?:dd|y)", 'm', "minutes", 'M'),
            new Letter("[HhKk]:?MM|MM:?ss", 'M', "the month", 'm'),
            new Letter("YY+(?!.*w)(?<!w.{0,40})", 'Y', "the year that a week counts for", 'y'),
            new Letter("M[-/.]?D+|D+[-/.]?M", 'D', "the day of the year", 'd'),
            new Letter("h+(?!.*a)(?<!a.{0,40})", 'h', "one of 12 hours, of which nothing says the half", 'H'),
            new Letter("K+(?!.*a)(?<!a.{0,40})", 'K', "one of 12 hours, of which nothing says the half", 'H'));

    private static final Set<String> ZONES = Set.of(TimeZone.getAvailableIDs());

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.expressions()
                .forEach(text -> SimpleText.functions(text.text())
                        .forEach(function -> function(file.name(), text.line(), function, report)));
    }

    private static void function(String file, int line, String function, Consumer<Finding> report) {
        String pattern = "";
        if (function.startsWith(WITH_ZONE)) {
            String[] parts = function.substring(WITH_ZONE.length()).split(":", 3);
            pattern = parts.length > 2 ? parts[2] : "";
            String zone = parts.length > 1 ? parts[1] : "";
            if (!zone.isEmpty() && !zone.matches("GMT[+-].*|.*[{$].*") && !ZONES.contains(zone)) {
                report.accept(finding(
                        file,
                        line,
                        "There is no time zone " + zone + ", and Java would take GMT for it",
                        "Write one that there is" + Nearest.to(zone, ZONES)));
            }
        } else if (function.startsWith(DATE)) {
            String[] parts = function.substring(DATE.length()).split(":", 2);
            pattern = parts.length > 1 ? parts[1] : "";
        }
        if (pattern.isEmpty() || pattern.contains("{")) {
            return;
        }
        try {
            new SimpleDateFormat(pattern, Locale.ROOT);
        } catch (IllegalArgumentException refused) {
            boolean zone = function.startsWith(DATE) && ZONES.contains(pattern.replaceFirst(":.*", ""));
            report.accept(finding(
                    file,
                    line,
                    "Java refuses the pattern " + pattern + " when the step runs: " + refused.getMessage(),
                    zone
                            ? "Write date-with-timezone: for a date with its zone"
                            : "Write text in single quotes, such as 'T', and letters that Java has"));
            return;
        }
        for (Letter letter : LETTERS) {
            String corrected = letter.corrected(pattern);
            if (!corrected.isEmpty()) {
                report.accept(finding(
                        file,
                        line,
                        "In the pattern " + pattern + ", " + letter.letter() + " is " + letter.what(),
                        "Write " + corrected));
                return;
            }
        }
    }

    private static Finding finding(String file, int line, String what, String instead) {
        return new Finding(file, line, "date-pattern", what, instead);
    }
}
