package caravana.web.identity;

import caravana.web.caller.Caller;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the roles from a token. */
final class Roles {

    private static final List<String> ALL = List.of(Caller.OPERATOR, Caller.USER);

    private Roles() {}

    /**
     * The roles that a claim lists; names that mean nothing here are left out.
     *
     * @param claims all claims of the token
     * @param claim the name of a claim, or, where claims contain claims, the names from the outermost on, separated by dots:
     *     {@code roles}, {@code cognito:groups}, {@code https://example.org/roles}, {@code realm_access.roles}. Its value is
     *     a list of names, or one text of names separated by spaces
     */
    static List<String> of(Map<String, Object> claims, String claim) {
        Object value = value(claims, claim);
        Stream<?> names = value instanceof List<?> list
                ? list.stream()
                : value instanceof String text ? Stream.of(text.split(" ")) : Stream.empty();
        List<?> given = names.toList();
        return ALL.stream().filter(given::contains).toList();
    }

    /** Names may contain dots themselves, so each dot may or may not separate two of them. */
    private static Object value(Map<?, ?> claims, String path) {
        if (claims.containsKey(path)) {
            return claims.get(path);
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
                Object value = value(inner, path.substring(dot + 1));
                if (value != null) {
                    return value;
                }
            }
        }
        return null;
    }
}
