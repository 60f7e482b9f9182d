package caravana.checks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A method of a bean that routes may call.
 *
 * @param name name of the method; overloads have separate entries
 * @param takes the simple name of each parameter's type, followed by the only accepted texts if these are declared, as in
 *     {@code String: download|probe}. {@code @} marks parameters that Camel fills, which no route gives; {@code @Body} marks
 *     the one that gets the body
 * @param gives simple name of the return type; {@code void} leaves the body unchanged
 * @param reads names of the exchange properties and variables that it reads
 * @param sets names of the exchange properties that it sets
 * @param columns the columns that it reads from the row in the body
 */
public record BeanMethod(
        String name, List<String> takes, String gives, List<String> reads, List<String> sets, List<String> columns) {

    /** The names in order. */
    public BeanMethod {
        takes = List.copyOf(takes);
        reads = List.copyOf(new TreeSet<>(reads));
        sets = List.copyOf(new TreeSet<>(sets));
        columns = List.copyOf(new TreeSet<>(columns));
    }

    @SuppressWarnings("unchecked")
    static BeanMethod of(Map<String, Object> document) {
        return new BeanMethod(
                (String) document.get("name"),
                (List<String>) document.getOrDefault("takes", List.of()),
                (String) document.getOrDefault("gives", "void"),
                (List<String>) document.getOrDefault("reads", List.of()),
                (List<String>) document.getOrDefault("sets", List.of()),
                (List<String>) document.getOrDefault("columns", List.of()));
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", name);
        put(document, "takes", takes);
        if (!gives.equals("void")) {
            document.put("gives", gives);
        }
        put(document, "reads", reads);
        put(document, "sets", sets);
        put(document, "columns", columns);
        return document;
    }

    private static void put(Map<String, Object> document, String key, List<String> list) {
        if (!list.isEmpty()) {
            document.put(key, list);
        }
    }

    /** The type of a parameter, counted from 0. */
    String type(int parameter) {
        return takes.get(parameter).replaceFirst("^@(Body )?", "").replaceFirst(":.*", "");
    }

    /** What the body becomes; empty when it is not asked for. */
    String body() {
        return takes.stream()
                .filter(type -> type.startsWith("@Body "))
                .map(type -> type.substring("@Body ".length()))
                .findFirst()
                .orElse("");
    }

    /** How many arguments a call must give at least; it gives as many as there are parameters at most. */
    int needed() {
        return (int) takes.stream().filter(type -> !type.startsWith("@")).count();
    }

    /** The only texts that an argument may be, counted from 0; empty when it may be any. */
    List<String> allowed(int parameter) {
        String[] parts = takes.get(parameter).split(": ", 2);
        return parts.length < 2 ? List.of() : List.of(parts[1].split("\\|"));
    }

    /** As a person reads it. */
    String signature() {
        return name + "(" + takes.stream().filter(type -> !type.startsWith("@")).collect(Collectors.joining(", "))
                + ")";
    }
}
