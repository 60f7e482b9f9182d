package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The migrated schema with PostgreSQL's own types, operators and functions, which a test exports from a real database.
 * Types have the names of pg_type: {@code int4} and {@code _uuid}.
 */
final class SqlCatalog {

    /** Of what nothing is known. */
    static final String ANY = "?";

    /** A text in quotes or a parameter, whose type the place says where it stands. */
    static final String UNKNOWN = "unknown";

    private static final Map<String, String> ALIASES = Map.of(
            "int",
            "int4",
            "integer",
            "int4",
            "bigint",
            "int8",
            "smallint",
            "int2",
            "boolean",
            "bool",
            "decimal",
            "numeric",
            "float",
            "float8",
            "real",
            "float4",
            "serial",
            "int4",
            "dec",
            "numeric");

    private static final SqlCatalog ONLY = new SqlCatalog();

    /**
     * A function.
     *
     * @param kind f, a for an aggregate, w for one of a window
     * @param set whether it returns rows
     * @param defaults how many of the last arguments may be left out
     * @param arguments the types
     * @param names of the arguments; empty when they have none
     * @param columns of the rows that it returns; empty when the type says them
     */
    record Function(
            String name,
            char kind,
            boolean set,
            String result,
            int defaults,
            boolean variadic,
            List<String> arguments,
            List<String> names,
            List<Column> columns) {

        String shown() {
            return name + "("
                    + String.join(
                            ", ",
                            arguments.stream().map(type -> get().shown(type)).toList()) + ")";
        }
    }

    /** An operator; the left type is "-" for a prefix. */
    record Operator(String left, String right, String result) {}

    /**
     * A column of a table.
     *
     * @param demand g when nothing may set it, r when a new row must, - otherwise
     */
    record Column(String name, String type, char demand) {}

    private record Type(char category, boolean preferred, String element, String shown) {}

    private final Map<String, Type> types = new HashMap<>();
    private final Map<String, String> named = new HashMap<>();
    private final Map<String, Character> casts = new HashMap<>();
    private final Map<String, List<Operator>> operators = new HashMap<>();
    private final Map<String, List<Function>> functions = new HashMap<>();
    /** Names of functions of which no more is known here. */
    private final Set<String> others = new HashSet<>();

    private final Map<String, List<Column>> tables = new LinkedHashMap<>();
    private final Map<String, List<Set<String>>> unique = new HashMap<>();
    private final Map<String, String> primary = new HashMap<>();
    private final Set<String> partial = new HashSet<>();

    private SqlCatalog() {
        try (InputStream in = SqlCatalog.class.getResourceAsStream("sql-schema.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ALIASES.forEach(named::put);
    }

    static SqlCatalog get() {
        return ONLY;
    }

    private void read(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "type" -> {
                String shown = words[5].replace('_', ' ');
                boolean ours = words[2].equals("C") || words[4].length() > 1 && words[1].equals("_" + words[4]);
                types.put(
                        words[1],
                        new Type(
                                words[2].charAt(0),
                                words[3].equals("p"),
                                words[4].equals("-") ? null : words[4],
                                ours
                                                && !shown.matches(
                                                        ".* (with|without) .*|double precision.*|character varying.*|bit varying.*")
                                        ? words[5]
                                        : shown));
                named.put(words[1], words[1]);
                named.put(shown, words[1]);
            }
            case "cast" -> casts.put(words[1] + " " + words[2], words[3].charAt(0));
            case "operator" ->
                operators
                        .computeIfAbsent(words[1], key -> new ArrayList<>())
                        .add(new Operator(words[2], words[3], words[4]));
            case "function" -> function(words);
            case "column" ->
                tables.computeIfAbsent(words[1], key -> new ArrayList<>())
                        .add(new Column(words[2], words[3], words[4].charAt(0)));
            case "unique" -> {
                unique.computeIfAbsent(words[1], key -> new ArrayList<>()).add(Set.of(words[2].split(",")));
                if (words[3].equals("w")) {
                    partial.add(words[1] + " " + words[2]);
                }
                if (words[3].equals("p")) {
                    primary.put(words[1], words[2]);
                }
            }
            case "also" -> others.add(words[1]);
            default -> throw new IllegalStateException(line);
        }
    }

    private void function(String[] words) {
        List<String> arguments = words[6].equals("-") ? List.of() : List.of(words[6].split(","));
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (String argument : words[7].equals("-") ? new String[0] : words[7].split(",")) {
            String[] named = argument.split(":");
            if (named.length == 1 || named[1].matches("[ivb]")) {
                names.add(named[0]);
            }
            if (named.length > 1 && named[1].matches("[otb]")) {
                columns.add(new Column(named[0], named[2], '-'));
            }
        }
        boolean set = words[3].startsWith("setof:");
        functions
                .computeIfAbsent(words[1], key -> new ArrayList<>())
                .add(new Function(
                        words[1],
                        words[2].charAt(0),
                        set,
                        set ? words[3].substring("setof:".length()) : words[3],
                        Integer.parseInt(words[4]),
                        words[5].equals("v"),
                        arguments,
                        names,
                        columns));
    }

    /** The type of that name, as SQL or the catalogue writes it; null for none. */
    String typeNamed(String name) {
        return named.get(name);
    }

    Collection<String> shownTypes() {
        return named.keySet();
    }

    /** As SQL writes a type. */
    String shown(String type) {
        Type known = types.get(type);
        return known == null ? type : known.shown();
    }

    /** Null when there is no such table. */
    List<Column> table(String name) {
        return tables.get(name);
    }

    Set<String> tables() {
        return tables.keySet();
    }

    /** The columns of which no two rows have the same. */
    List<Set<String>> unique(String table) {
        return unique.getOrDefault(table, List.of());
    }

    /** Whether the index that makes them unique is one of some rows only. */
    boolean isPartial(String table, Set<String> columns) {
        return partial.contains(table + " " + String.join(",", new TreeSet<>(columns)));
    }

    /** Whether a function has that name; of some no more is known. */
    boolean isFunction(String name) {
        return others.contains(name) || name.startsWith("pg_");
    }

    Set<String> functionNames() {
        return functions.keySet();
    }

    /** The only column of a table's key; empty when there are several or none. */
    String key(String table) {
        String key = primary.getOrDefault(table, "");
        return key.contains(",") ? "" : key;
    }

    /** All columns of the key. */
    Set<String> wholeKey(String table) {
        return primary.containsKey(table) ? Set.of(primary.get(table).split(",")) : Set.of();
    }

    List<Function> functions(String name) {
        return functions.getOrDefault(name, List.of());
    }

    List<Operator> operators(String name) {
        return operators.getOrDefault(name, List.of());
    }

    private char category(String type) {
        Type known = types.get(type);
        return known == null ? 'U' : known.category();
    }

    private boolean preferred(String type) {
        Type known = types.get(type);
        return known != null && known.preferred();
    }

    /** What an array consists of; null for what is none. */
    String element(String type) {
        Type known = types.get(type);
        return known == null || known.category() != 'A' ? null : known.element();
    }

    boolean isText(String type) {
        return category(type) == 'S';
    }

    boolean isTime(String type) {
        return category(type) == 'D' || category(type) == 'T';
    }

    boolean isRow(String type) {
        return category(type) == 'C' || type.equals("record");
    }

    /** Whether one is taken for the other without a word. */
    boolean becomes(String from, String to) {
        if (from.equals(to) || from.equals(ANY) || to.equals(ANY) || from.equals(UNKNOWN) || to.equals("any")) {
            return true;
        }
        switch (to) {
            case "anyelement", "anycompatible" -> {
                return true;
            }
            case "anyarray", "anycompatiblearray" -> {
                return element(from) != null;
            }
            case "anynonarray", "anycompatiblenonarray" -> {
                return element(from) == null;
            }
            case "anyenum" -> {
                return category(from) == 'E';
            }
            case "record" -> {
                return isRow(from);
            }
            default -> {}
        }
        if (to.startsWith("any")) {
            return category(from) == 'R' && to.contains("range");
        }
        String element = element(from);
        if (element != null && element(to) != null) {
            return becomes(element, element(to));
        }
        return casts.getOrDefault(from + " " + to, '-') == 'i';
    }

    /** Whether a column of the second type takes a value of the first. */
    boolean isAssigned(String from, String to) {
        if (becomes(from, to) || isText(to)) {
            return true;
        }
        String element = element(from);
        if (element != null && element(to) != null) {
            return isAssigned(element, element(to));
        }
        return casts.getOrDefault(from + " " + to, '-') == 'a';
    }

    /** Whether CAST makes one of the other. */
    boolean isCast(String from, String to) {
        if (isAssigned(from, to) || casts.containsKey(from + " " + to) || isText(from) || isRow(from) && isRow(to)) {
            return true;
        }
        String element = element(from);
        return element != null && element(to) != null && isCast(element, element(to));
    }

    /** The type of which both are, as CASE, coalesce and UNION need it; null when there is none. */
    String common(String one, String other) {
        if (one.equals(other) || other.equals(UNKNOWN) || one.equals(ANY)) {
            return one;
        }
        if (one.equals(UNKNOWN) || other.equals(ANY)) {
            return other;
        }
        if (category(one) != category(other)) {
            return null;
        }
        if (becomes(one, other) && !preferred(one)) {
            return other;
        }
        return becomes(other, one) ? one : becomes(one, other) ? other : null;
    }

    /** The functions that take arguments of these types, the best ones; several when nothing decides. */
    List<Function> fitting(List<Function> candidates, List<String> given, List<String> names) {
        Map<Function, List<String>> takes = new LinkedHashMap<>();
        for (Function function : candidates) {
            List<String> types = taken(function, given.size(), names);
            if (types != null && fits(given, types)) {
                takes.put(function, types);
            }
        }
        return best(takes, given);
    }

    private boolean fits(List<String> given, List<String> types) {
        for (int i = 0; i < given.size(); i++) {
            if (!becomes(given.get(i), types.get(i))) {
                return false;
            }
        }
        return polymorphic(given, types);
    }

    /** Whether an array has elements of the type that stands beside it, where both are free. */
    private boolean polymorphic(List<String> given, List<String> types) {
        String element = null;
        for (int i = 0; i < given.size(); i++) {
            String type = types.get(i);
            String is = given.get(i);
            if (is.equals(UNKNOWN)
                    || is.equals(ANY)
                    || !type.startsWith("any")
                    || type.equals("any")
                    || type.contains("range")) {
                continue;
            }
            is = type.endsWith("array") && !type.endsWith("nonarray") ? element(is) : is;
            if (element == null) {
                element = is;
            } else if (is != null && !element.equals(is)) {
                element = type.startsWith("anycompatible") ? common(element, is) : null;
                if (element == null) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The types of the arguments, in the order in which they are given; null when their number or a name does not fit.
     *
     * @param names of each argument; empty for one that has none
     */
    static List<String> taken(Function function, int given, List<String> names) {
        List<String> types = new ArrayList<>();
        int most = function.arguments().size();
        if (function.variadic() && given >= most) {
            for (int i = 0; i < given; i++) {
                String type = function.arguments().get(Math.min(i, most - 1));
                types.add(
                        i < most - 1
                                ? type
                                : type.equals("any")
                                        ? type
                                        : ONLY.element(type) == null ? "anyelement" : ONLY.element(type));
            }
            return types;
        }
        Set<Integer> places = new HashSet<>();
        for (int i = 0; i < given; i++) {
            int place = names.get(i).isEmpty() ? i : function.names().indexOf(names.get(i));
            if (place < 0 || place >= most || !places.add(place)) {
                return null;
            }
            types.add(function.arguments().get(place));
        }
        for (int i = 0; i < most - function.defaults(); i++) {
            if (!places.contains(i)) {
                return null;
            }
        }
        return types;
    }

    /** What an operator is between these types; "-" for no left side. */
    List<Operator> fitting(String operator, String left, String right) {
        String one = left.equals(UNKNOWN) ? right : left;
        String other = right.equals(UNKNOWN) ? left : right;
        for (Operator exact : operators(operator)) {
            if (exact.left().equals(one) && exact.right().equals(other)) {
                return List.of(exact);
            }
        }
        Map<Operator, List<String>> takes = new LinkedHashMap<>();
        for (Operator candidate : operators(operator)) {
            boolean prefix = candidate.left().equals("-");
            if (prefix == left.equals("-")
                    && fits(
                            List.of(prefix ? ANY : left, right),
                            List.of(prefix ? "any" : candidate.left(), candidate.right()))) {
                takes.put(candidate, List.of(candidate.left(), candidate.right()));
            }
        }
        return best(takes, List.of(left, right));
    }

    private <T> List<T> best(Map<T, List<String>> takes, List<String> given) {
        Map<T, List<String>> left = most(takes, given, (is, type) -> is.equals(type) ? 1 : 0);
        left = most(left, given, (is, type) -> is.equals(type) || !is.equals(UNKNOWN) && preferred(type) ? 1 : 0);
        left = most(
                left,
                given,
                (is, type) -> is.equals(UNKNOWN) && isText(type) ? 2 : is.equals(UNKNOWN) && preferred(type) ? 1 : 0);
        return List.copyOf(left.keySet());
    }

    private interface Fit {
        int of(String is, String type);
    }

    private static <T> Map<T, List<String>> most(Map<T, List<String>> takes, List<String> given, Fit fit) {
        int most = 0;
        Map<T, List<String>> left = new LinkedHashMap<>();
        for (Map.Entry<T, List<String>> candidate : takes.entrySet()) {
            int fits = 0;
            for (int i = 0; i < given.size(); i++) {
                fits += fit.of(given.get(i), candidate.getValue().get(i));
            }
            if (fits > most) {
                left.clear();
                most = fits;
            }
            if (fits == most) {
                left.put(candidate.getKey(), candidate.getValue());
            }
        }
        return left;
    }
}
