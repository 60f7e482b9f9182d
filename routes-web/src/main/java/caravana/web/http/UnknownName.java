package caravana.web.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Refuses unknown names of fields and parameters, because a misspelt one must not be ignored. */
public final class UnknownName {

    private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

    /**
     * The longest names that are compared, in characters, because the comparison takes time by the product of both
     * lengths.
     */
    private static final int LONGEST_COMPARED = 60;

    private UnknownName() {}

    /**
     * Returns 400 {@code invalid_request} with the unknown name, the most similar known name, and all known names.
     *
     * @param kind {@code field} or {@code parameter}
     * @param known the names that the call has
     */
    public static Problem of(String kind, String name, Collection<String> known) {
        return Problem.invalid(sentence(kind, name, known));
    }

    /** Returns the sentence of this problem. */
    public static String sentence(String kind, String name, Collection<String> known) {
        String unknown = name.isEmpty()
                ? "A " + kind + " has no name."
                : "There is no " + kind + " " + InputText.shown(name) + ".";
        if (known.isEmpty()) {
            return unknown + " This call has no " + kind + "s; leave it out.";
        }
        String meant =
                nearest(name, known).map(near -> " Did you mean " + near + "?").orElse("");
        return unknown + meant + " This call has the " + (known.size() == 1 ? kind : kind + "s") + " " + listed(known)
                + ".";
    }

    private static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > LONGEST_COMPARED) {
            return Optional.empty();
        }
        String lower = name.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(candidate ->
                        DISTANCE.apply(lower, candidate) <= Math.max(lower.length(), candidate.length()) / 2)
                .min(Comparator.comparing(candidate -> DISTANCE.apply(lower, candidate)));
    }

    private static String listed(Collection<String> names) {
        List<String> sorted = names.stream().sorted().toList();
        String last = sorted.get(sorted.size() - 1);
        return sorted.size() == 1
                ? last
                : sorted.stream().limit(sorted.size() - 1L).collect(Collectors.joining(", ")) + " and " + last;
    }
}
