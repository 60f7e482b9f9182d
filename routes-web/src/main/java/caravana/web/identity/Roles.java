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
     * Returns the roles that a claim lists; unknown names are ignored.
     *
     * @param claims all claims of the token
     * @param claim the name of a claim, or the path to a nested one, with dots between the names: {@code roles},
     *     {@code cognito:groups}, {@code https://example.org/roles}, {@code realm_access.roles}. Its value is a list of
     *     names, or one text of names separated by spaces
     */
    static List<String> of(Map<String, Object> claims, String claim) {
        Object value = value(claims, claim);
        Stream<?> names = value instanceof List<?> list
                ? list.stream()
                : value instanceof String text ? Stream.of(text.split(" ")) : Stream.empty();
        List<?> given = names.toList();
        return ALL.stream().filter(given::contains).toList();
    }

    /** Finds the value of a path. Names may contain dots, so each dot may belong to a name or separate two names. */
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
