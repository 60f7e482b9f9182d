package caravana.checks;

import java.util.List;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Where a text with a mistake differs from the right one: from the first character that does to the last. */
record Change(String right, String wrong, int first, int lastOfRight, int lastOfWrong) {

    /** A word is misspelt, and not another one, when no more than so many letters differ. */
    private static final int SLIP = 2;

    private static final int SHORTEST = 4;

    static Change between(String right, String wrong) {
        int most = Math.min(right.length(), wrong.length());
        int first = 0;
        while (first < most && right.charAt(first) == wrong.charAt(first)) {
            first++;
        }
        int same = 0;
        while (same < most - first
                && right.charAt(right.length() - 1 - same) == wrong.charAt(wrong.length() - 1 - same)) {
            same++;
        }
        return new Change(right, wrong, first, right.length() - same, wrong.length() - same);
    }

    /** Whether a line of the wrong text, from 1, is one of those that differ, or beside the place where some are missing. */
    boolean includes(int line) {
        return line >= line(wrong, first) - missing() && line <= line(wrong, lastOfWrong) + missing();
    }

    /** Whether a line begins the step, or whatever it is, that the difference is in: nothing up to there is less indented. */
    boolean isWithin(int line) {
        List<String> lines = wrong.lines().toList();
        int from = line(wrong, first) - missing();
        return line <= from
                && lines.subList(line - 1, Math.min(from, lines.size())).stream()
                        .filter(next -> !next.isBlank())
                        .allMatch(next -> indent(next) >= indent(lines.get(line - 1)));
    }

    /** Behind what is missing, letters may be the same as at its beginning, so that the place may be a line further. */
    private int missing() {
        return lastOfWrong < lastOfRight ? 1 : 0;
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    /** What was meant by a word that is misspelt; empty when the difference is something else. */
    String meant() {
        String was = word(right, first, lastOfRight);
        String is = word(wrong, first, lastOfWrong);
        boolean words = was.matches("[\\w-]+") && is.matches("[\\w-]+");
        return words
                        && was.length() >= SHORTEST
                        && LevenshteinDistance.getDefaultInstance().apply(was, is) <= SLIP
                ? was
                : "";
    }

    /** What differs, with the letters around it. */
    private static String word(String text, int from, int to) {
        int start = from;
        int end = to;
        while (start > 0 && isLetter(text.charAt(start - 1))) {
            start--;
        }
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(start, end);
    }

    private static boolean isLetter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }

    private static int line(String text, int place) {
        return (int) text.substring(0, place).chars().filter(c -> c == '\n').count() + 1;
    }
}
