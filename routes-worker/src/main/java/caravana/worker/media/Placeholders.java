package caravana.worker.media;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces the names in braces in fragments of the catalogue by values. */
final class Placeholders {

    private static final Pattern NAME = Pattern.compile("\\{([a-z][a-z0-9_]*)}");

    private Placeholders() {}

    /**
     * Replaces each name in a fragment by its value. Values are not parsed again: a brace in a value stays a brace.
     *
     * @throws IllegalStateException when a name has no value
     */
    static String filled(String fragment, Map<String, String> values) {
        return NAME.matcher(fragment).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new IllegalStateException("The transformation catalogue names {" + found.group(1)
                        + "}, which is not known; known are " + values.keySet());
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
