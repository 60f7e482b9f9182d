package caravana.checks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Suggests similar names for one that does not exist. */
final class Nearest {

    private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

    /** A list that is longer hides what it is read for. */
    private static final int LONGEST_LIST = 14;

    private Nearest() {}

    /** Those that may have been meant, as in {@code " (bucket?)"}; empty when none is near. */
    static String to(String name, Iterable<String> known) {
        List<String> close = new ArrayList<>();
        int smallest = Math.max(2, name.length() / 5);
        for (String candidate : known) {
            if (candidate.isEmpty()) {
                continue;
            }
            int distance = candidate.equalsIgnoreCase(name) ? 0 : DISTANCE.apply(name, candidate);
            if (distance < smallest) {
                close.clear();
                smallest = distance;
            }
            if (distance <= smallest) {
                close.add(candidate);
            }
        }
        return close.isEmpty() ? "" : new TreeSet<>(close).stream().collect(Collectors.joining(", ", " (", "?)"));
    }

    /** Whether a name is a known one but for one letter, or for two that changed places. */
    static boolean isSlip(String name, Iterable<String> known) {
        for (String candidate : known) {
            if (Math.abs(candidate.length() - name.length()) <= 1 && isSlip(name, candidate)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSlip(String name, String candidate) {
        int shorter = Math.min(name.length(), candidate.length());
        int first = 0;
        while (first < shorter && name.charAt(first) == candidate.charAt(first)) {
            first++;
        }
        int last = 0;
        while (last < shorter - first
                && name.charAt(name.length() - 1 - last) == candidate.charAt(candidate.length() - 1 - last)) {
            last++;
        }
        String is = name.substring(first, name.length() - last);
        String was = candidate.substring(first, candidate.length() - last);
        if (is.length() <= 1 && was.length() <= 1) {
            return !is.equals(was);
        }
        // Two that changed places, and whatever stands between them.
        int end = is.length() - 1;
        return end > 0
                && is.length() == was.length()
                && is.charAt(0) == was.charAt(end)
                && is.charAt(end) == was.charAt(0)
                && is.substring(1, end).equals(was.substring(1, end));
    }

    /** The same, followed by all that are allowed when these are few. */
    static String orOneOf(String name, Collection<String> allowed) {
        String near = to(name, allowed);
        return allowed.size() > LONGEST_LIST && !near.isEmpty() ? near : near + ": " + list(allowed);
    }

    /** All names, in order and separated by commas; the first ones of a long list. */
    static String list(Collection<String> names) {
        List<String> sorted = new TreeSet<>(names).stream().toList();
        return sorted.size() <= LONGEST_LIST
                ? String.join(", ", sorted)
                : String.join(", ", sorted.subList(0, LONGEST_LIST)) + ", …";
    }
}
