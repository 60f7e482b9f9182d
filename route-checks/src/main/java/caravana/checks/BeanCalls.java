package caravana.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Parses a call of a bean's method in a route: {@code enter(${exchange}, 'check')}. */
final class BeanCalls {

    private static final Set<String> TEXT = Set.of("String", "Object", "CharSequence");
    private static final Set<String> NUMBERS =
            Set.of("int", "long", "double", "float", "short", "Integer", "Long", "Double", "Float", "Number", "Object");
    private static final Set<String> BOOLEANS = Set.of("boolean", "Boolean", "Object");

    /** What Camel hands over as an object of its own. */
    private static final Map<String, Set<String>> OBJECTS = Map.of(
            "${exchange}", Set.of("Exchange", "Object"),
            "${exception}", Set.of("Throwable", "Exception", "Object"));

    private BeanCalls() {}

    /** What a call gives: nothing when it has no parentheses; null when they are not closed. */
    static List<String> arguments(String call) {
        int open = call.indexOf('(');
        int close = call.lastIndexOf(')');
        if (open < 0) {
            return List.of();
        }
        if (close < open) {
            return null;
        }
        List<String> arguments = new ArrayList<>();
        StringBuilder argument = new StringBuilder();
        int depth = 0;
        char quote = 0;
        for (char c : call.substring(open + 1, close).toCharArray()) {
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '{' || c == '(') {
                depth++;
            } else if (c == '}' || c == ')') {
                depth--;
            }
            if (c == ',' && depth == 0 && quote == 0) {
                arguments.add(argument.toString().strip());
                argument.setLength(0);
            } else {
                argument.append(c);
            }
        }
        if (!argument.toString().isBlank() || !arguments.isEmpty()) {
            arguments.add(argument.toString().strip());
        }
        return arguments;
    }

    /**
     * Why no method of that name takes what a call gives.
     *
     * @return null when one does
     */
    static String wrong(List<BeanMethod> methods, List<String> arguments) {
        String first = null;
        for (BeanMethod method : methods) {
            String wrong = wrong(method, arguments);
            if (wrong == null) {
                return null;
            }
            first = first == null
                            || arguments.size() >= method.needed()
                                    && arguments.size() <= method.takes().size()
                    ? wrong
                    : first;
        }
        return first;
    }

    private static String wrong(BeanMethod method, List<String> arguments) {
        if (arguments.isEmpty()) {
            return method.needed() == 0 ? null : method.name() + " lacks its arguments: it is " + method.signature();
        }
        if (arguments.size() < method.needed()
                || arguments.size() > method.takes().size()) {
            return method.name() + " does not take " + arguments.size()
                    + (arguments.size() == 1 ? " argument" : " arguments") + ": it is " + method.signature();
        }
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String type = method.type(i);
            boolean quoted = argument.matches("(?s)'.*'|\".*\"");
            boolean evaluated = argument.startsWith("${") && argument.endsWith("}") || argument.startsWith("{{");
            if (!quoted && !evaluated && !argument.matches("-?\\d+(\\.\\d+)?|true|false|null|[\\w.]+\\.class|\\*")) {
                return argument.isEmpty()
                        ? "an argument of " + method.name() + " is empty"
                        : "the argument " + argument + " is neither in quotes nor ${…}";
            }
            List<String> allowed = method.allowed(i);
            if (quoted && !allowed.isEmpty() && !allowed.contains(argument.substring(1, argument.length() - 1))) {
                String text = argument.substring(1, argument.length() - 1);
                return method.name() + " does not take '" + text + "'" + Nearest.to(text, allowed) + ", but one of "
                        + Nearest.list(new TreeSet<>(allowed));
            }
            boolean fits = OBJECTS.containsKey(argument)
                    ? OBJECTS.get(argument).contains(type)
                    : quoted
                            ? TEXT.contains(type) || !allowed.isEmpty()
                            : !argument.matches("-?\\d+(\\.\\d+)?")
                                    ? !argument.matches("true|false") || BOOLEANS.contains(type)
                                    : NUMBERS.contains(type);
            if (!fits) {
                return method.name() + " takes " + type + ", and not " + argument;
            }
        }
        return null;
    }

    /** The methods as a person reads them. */
    static String signatures(List<BeanMethod> methods) {
        return methods.stream().map(BeanMethod::signature).collect(Collectors.joining(" or "));
    }
}
