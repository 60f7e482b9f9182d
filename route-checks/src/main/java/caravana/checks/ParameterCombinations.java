package caravana.checks;

import caravana.checks.TransformationEntry.Parameter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Values of an entry's parameters with which to test it: the defaults, and a few rows that contain each pair of extreme
 * values.
 */
final class ParameterCombinations {

    /** A text that would end a filter, an option or a quotation if it were read as syntax. */
    static final String NASTY = "it's 100%: [a], {b}; \\n";

    /** The id of an asset, which stands for any. */
    private static final String AN_ASSET = "00000000-0000-0000-0000-000000000000";

    private record Pair(String first, Object firstValue, String second, Object secondValue) {}

    private final List<Parameter> parameters;
    private final Map<String, List<Object>> values = new LinkedHashMap<>();

    private ParameterCombinations(List<Parameter> parameters) {
        this.parameters = parameters;
        parameters.forEach(parameter -> values.put(parameter.name(), values(parameter)));
    }

    /** All rows; one empty row for an entry without parameters. */
    static List<Map<String, Object>> of(TransformationEntry entry) {
        return entry.alternatives().stream()
                .flatMap(together -> new ParameterCombinations(together).rows().stream())
                .toList();
    }

    private static List<Object> values(Parameter parameter) {
        Stream<Object> extremes =
                switch (parameter.type()) {
                    case NUMBER, INTEGER -> Stream.of(parameter.minimum(), parameter.maximum());
                    case BOOLEAN -> Stream.of(true, false);
                    case CHOICE -> parameter.choices().keySet().stream().map(choice -> choice);
                    case COLOUR -> Stream.of("#000000", "#ffffff");
                    case TEXT -> Stream.of(NASTY);
                    case ASSET -> Stream.of(AN_ASSET);
                };
        return Stream.concat(Stream.ofNullable(parameter.defaultValue()), extremes)
                .distinct()
                .toList();
    }

    private List<Map<String, Object>> rows() {
        Set<Map<String, Object>> rows = new LinkedHashSet<>();
        rows.add(row(new LinkedHashMap<>(), Set.of()));
        if (parameters.size() == 1) {
            values.forEach((name, all) -> all.forEach(value -> rows.add(Map.of(name, value))));
        }
        Set<Pair> open = new LinkedHashSet<>();
        for (int i = 0; i < parameters.size(); i++) {
            for (int j = i + 1; j < parameters.size(); j++) {
                open.addAll(pairs(parameters.get(i).name(), parameters.get(j).name()));
            }
        }
        while (!open.isEmpty()) {
            Pair pair = open.iterator().next();
            Map<String, Object> begun = new LinkedHashMap<>();
            begun.put(pair.first(), pair.firstValue());
            begun.put(pair.second(), pair.secondValue());
            Map<String, Object> row = row(begun, open);
            open.removeIf(each -> isIn(each, row));
            rows.add(row);
        }
        rows.removeIf(row -> !isPossible(row));
        return List.copyOf(rows);
    }

    private List<Pair> pairs(String first, String second) {
        List<Pair> pairs = new ArrayList<>();
        for (Object firstValue : values.get(first)) {
            for (Object secondValue : values.get(second)) {
                pairs.add(new Pair(first, firstValue, second, secondValue));
            }
        }
        return pairs;
    }

    /** Gives each parameter that has none yet the value with most pairs that are open. */
    private Map<String, Object> row(Map<String, Object> begun, Set<Pair> open) {
        for (Parameter parameter : parameters) {
            if (begun.containsKey(parameter.name())) {
                continue;
            }
            Object best = null;
            long most = -1;
            for (Object value : values.get(parameter.name())) {
                Map<String, Object> with = new LinkedHashMap<>(begun);
                with.put(parameter.name(), value);
                long covered = open.stream().filter(pair -> isIn(pair, with)).count();
                if (covered > most) {
                    most = covered;
                    best = value;
                }
            }
            begun.put(parameter.name(), best);
        }
        return begun;
    }

    private static boolean isIn(Pair pair, Map<String, Object> row) {
        return pair.firstValue().equals(row.get(pair.first()))
                && pair.secondValue().equals(row.get(pair.second()));
    }

    private boolean isPossible(Map<String, Object> row) {
        return parameters.stream()
                .filter(parameter -> parameter.above() != null)
                .allMatch(parameter ->
                        ((BigDecimal) row.get(parameter.name())).compareTo((BigDecimal) row.get(parameter.above()))
                                > 0);
    }
}
