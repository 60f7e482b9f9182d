package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The names that the routes of an app may use, except names of other routes. The checks read them from a file for each
 * app, so that they need none of the app's classes, and run within seconds. The files are generated, and a test of each
 * app compares them with the running app.
 *
 * @param names lists of names, by kind
 * @param values the only values of an exchange property, by its name
 * @param columns the only values of a column, by its name
 * @param accessors the only results of an accessor, by its name, for all objects
 * @param operations ids of the routes that the app itself calls, mostly the operations of the OpenAPI document, each with its HTTP
 *     status codes in the document
 * @param parameters for each of them, the names of the headers that a request can set: path parameters as {@code {name}}, and those of the
 *     query and of headers unchanged
 * @param beans names of its beans, each with its public methods
 */
public record Vocabulary(
        Map<Kind, List<String>> names,
        Map<String, List<String>> values,
        Map<String, List<String>> columns,
        Map<String, List<String>> accessors,
        Map<String, List<String>> operations,
        Map<String, List<String>> parameters,
        Map<String, List<BeanMethod>> beans) {

    /** What has names. */
    public enum Kind {
        /** Headers that its routes may answer with. */
        ANSWER_HEADERS,
        /** Media types of the contract. */
        MEDIA_TYPES,
        /** Names of the contract's parameters and of fields of JSON that its routes read. */
        FIELDS,
        /** Settings, as {@code {{…}}} names them. */
        SETTINGS,
        /** Of these, the durations. */
        DURATIONS,
        /** And the numbers. */
        NUMBERS,
        /** Exchange properties that its code sets. */
        PROPERTIES,
        /** Exchange properties and variables that its code reads. */
        READ,
        /** Those that its code reads as variables. */
        VARIABLES,
        /** Components of Camel on its class path. */
        COMPONENTS,
        /** Data formats of Camel on its class path. */
        DATA_FORMATS,
        /** Expression languages of Camel on its class path. */
        LANGUAGES,
        /** Files of ours on its class path. */
        RESOURCES,
        /** Thread pools that its settings make. */
        THREAD_POOLS,
        /** Classes that its routes may name: ours, and the failures of the libraries. */
        TYPES,
        /** What expressions may read of its objects. */
        MEMBERS,
        /** Methods of beans that only a step may call, as {@code bean.method}. */
        STEP_ONLY;

        String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private static final String HEAD =
            "# What the routes of this app may name. Generated: a test of the app says how.\n";

    /** What routes may add values to: a code of failures that is new is no mistake, but one that is nearly a known one. */
    private static final Set<String> OPEN = Set.of("error_code", "last_code");

    private static final Map<AppFolders, Vocabulary> KNOWN = new EnumMap<>(AppFolders.class);

    /** Everything in order, so that two of the same content are the same text. */
    public Vocabulary {
        Map<Kind, List<String>> sorted = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            sorted.put(kind, List.copyOf(new TreeSet<>(names.getOrDefault(kind, List.of()))));
        }
        names = sorted;
        values = new TreeMap<>(values);
        columns = new TreeMap<>(columns);
        accessors = new TreeMap<>(accessors);
        operations = new TreeMap<>(operations);
        parameters = new TreeMap<>(parameters);
        beans = new TreeMap<>(beans);
    }

    /** That of an app; read once. */
    static Vocabulary of(AppFolders app) {
        synchronized (KNOWN) {
            return KNOWN.computeIfAbsent(app, Vocabulary::read);
        }
    }

    @SuppressWarnings("unchecked")
    private static Vocabulary read(AppFolders app) {
        try (InputStream in = Vocabulary.class.getResourceAsStream(app.label() + ".yaml")) {
            Map<String, Object> document = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            Map<Kind, List<String>> names = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                names.put(kind, (List<String>) document.getOrDefault(kind.key(), List.of()));
            }
            Map<String, List<BeanMethod>> beans = new TreeMap<>();
            ((Map<String, List<Map<String, Object>>>) document.get("beans"))
                    .forEach((bean, methods) ->
                            beans.put(bean, methods.stream().map(BeanMethod::of).toList()));
            return new Vocabulary(
                    names,
                    (Map<String, List<String>>) document.get("values"),
                    (Map<String, List<String>>) document.get("columns"),
                    (Map<String, List<String>>) document.get("accessors"),
                    (Map<String, List<String>>) document.get("operations"),
                    (Map<String, List<String>>) document.get("parameters"),
                    beans);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Collection<String> names(Kind kind) {
        return names.get(kind);
    }

    boolean has(Kind kind, String name) {
        return Collections.binarySearch(names.get(kind), name) >= 0;
    }

    /**
     * Whether a property or column never has a value.
     *
     * @param values all that are known, none when it can be anything
     */
    static boolean isImpossible(String name, String value, Collection<String> values) {
        return !values.isEmpty() && !values.contains(value) && (!OPEN.contains(name) || Nearest.isSlip(value, values));
    }

    /** Whether routes may add values to those that the code has. */
    static boolean isOpen(String name) {
        return OPEN.contains(name);
    }

    /** The exchange properties and variables that its code reads, whichever way. */
    Set<String> reads() {
        Set<String> reads = new TreeSet<>(names(Kind.READ));
        beans.values().forEach(methods -> methods.forEach(method -> reads.addAll(method.reads())));
        return reads;
    }

    /** The methods of a bean that have a name; empty when it has none. */
    List<BeanMethod> methods(String bean, String method) {
        return beans.getOrDefault(bean, List.of()).stream()
                .filter(candidate -> candidate.name().equals(method))
                .toList();
    }

    /** The names of a bean's methods, in order. */
    Set<String> methods(String bean) {
        return beans.getOrDefault(bean, List.of()).stream()
                .map(BeanMethod::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** As the file holds it. */
    public String toYaml() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("operations", operations);
        document.put("parameters", parameters);
        document.put("values", values);
        document.put("columns", columns);
        document.put("accessors", accessors);
        names.forEach((kind, list) -> document.put(kind.key(), new ArrayList<>(list)));
        Map<String, Object> methods = new TreeMap<>();
        beans.forEach((bean, list) ->
                methods.put(bean, list.stream().map(BeanMethod::document).toList()));
        document.put("beans", methods);
        return HEAD + lines(document);
    }

    /** One name a line at the first two levels, so that a difference is small. */
    private static String lines(Map<String, Object> document) {
        StringBuilder text = new StringBuilder();
        document.forEach((key, value) -> {
            text.append(key).append(':');
            if (value instanceof List<?> list && list.isEmpty() || value instanceof Map<?, ?> map && map.isEmpty()) {
                text.append(value instanceof List ? " []\n" : " {}\n");
                return;
            }
            text.append('\n');
            if (value instanceof List<?> list) {
                list.forEach(item -> text.append("- ").append(flow(item)).append('\n'));
            } else if (value instanceof Map<?, ?> map) {
                map.forEach((name, items) -> {
                    text.append("  ").append(flow(name)).append(":");
                    if (items instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
                        text.append('\n');
                        list.forEach(
                                item -> text.append("  - ").append(flow(item)).append('\n'));
                    } else {
                        text.append(' ').append(flow(items)).append('\n');
                    }
                });
            }
        });
        return text.toString();
    }

    private static String flow(Object value) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.FLOW);
        options.setDereferenceAliases(true);
        options.setWidth(10_000);
        return new Yaml(options).dump(value).strip();
    }
}
