package caravana.transformation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The named transformations, read from {@code caravana/transformations.yaml} and checked at start. */
@Component
public class TransformationCatalogue {

    private static final String RESOURCE = "/caravana/transformations.yaml";
    private static final Set<String> KEYS = Set.of(
            "description",
            "order",
            "default",
            "needs",
            "keep_seconds",
            "adds_seconds",
            "filter",
            "inputs",
            "output",
            "second_output");
    private static final Set<String> SECOND_OUTPUT_KEYS = Set.of("file", "stream", "options");

    /** What a worker can provide as a further input. */
    private static final Set<String> INPUTS = Set.of("logo");

    private final Map<String, Transformation> byName = new LinkedHashMap<>();

    /** @throws IllegalStateException when the catalogue is not as its header says, naming the entry */
    public TransformationCatalogue() {
        this(shipped());
    }

    /**
     * Reads a catalogue.
     *
     * @throws IllegalStateException when it is not as the header of the shipped one says, naming the entry
     */
    TransformationCatalogue(String yaml) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try {
            Map<String, Map<String, Object>> entries = new Yaml(new SafeConstructor(strict)).load(yaml);
            entries.forEach((name, entry) -> byName.put(name, read(new Entry(name, entry))));
        } catch (YAMLException e) {
            throw new IllegalStateException("transformations.yaml is no valid YAML: " + e.getMessage(), e);
        }
        checkAgainstEachOther();
    }

    private static String shipped() {
        try (InputStream in = TransformationCatalogue.class.getResourceAsStream(RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Transformation read(Entry entry) {
        entry.allowOnly(KEYS);
        Transformation read = new Transformation(
                entry.name(),
                entry.required("description", String.class),
                entry.required("order", Integer.class),
                Boolean.TRUE.equals(entry.optional("default", Boolean.class)),
                entry.list("needs"),
                entry.optional("keep_seconds", Integer.class),
                entry.optional("adds_seconds", String.class),
                entry.optional("filter", String.class),
                entry.list("inputs"),
                entry.list("output"),
                secondOutput(entry));
        if (read.keepSeconds() == null && read.filter() == null && read.output().isEmpty()) {
            throw entry.wrong("does nothing: it has neither keep_seconds nor filter nor output");
        }
        if (read.isGraph() != (read.filter() != null && read.filter().contains("{out}"))) {
            throw entry.wrong("has a filter with only one of {in} and {out}");
        }
        for (String input : read.inputs()) {
            if (!INPUTS.contains(input)) {
                throw entry.wrong("has the input '" + input + "'; there are " + INPUTS);
            }
            if (read.filter() == null || !read.filter().contains("{" + input + "}")) {
                throw entry.wrong("has the input '" + input + "', which its filter does not use");
            }
        }
        return read;
    }

    private static Transformation.SecondOutput secondOutput(Entry entry) {
        Map<?, ?> fields = entry.optional("second_output", Map.class);
        if (fields == null) {
            return null;
        }
        Map<String, Object> named = new HashMap<>();
        fields.forEach((key, value) -> named.put(String.valueOf(key), value));
        Entry second = new Entry(entry.name() + ".second_output", named);
        second.allowOnly(SECOND_OUTPUT_KEYS);
        Transformation.SecondOutput output = new Transformation.SecondOutput(
                second.required("file", String.class), second.required("stream", String.class), second.list("options"));
        if (!output.file().matches("[a-z0-9-]+\\.[a-z0-9]+") || output.file().equals("video.mp4")) {
            throw second.wrong("has the file '" + output.file() + "'; it has to be a plain name of its own");
        }
        return output;
    }

    private void checkAgainstEachOther() {
        Map<Integer, String> places = new HashMap<>();
        for (Transformation each : byName.values()) {
            String other = places.put(each.order(), each.name());
            if (other != null) {
                throw new IllegalStateException(
                        "transformations.yaml: " + other + " and " + each.name() + " have the same order");
            }
            for (String need : each.needs()) {
                if (!byName.containsKey(need)) {
                    throw new IllegalStateException(
                            "transformations.yaml: " + each.name() + " needs '" + need + "', which does not exist");
                }
            }
        }
        resolve(defaultSet());
    }

    /** The names of all that there are. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /** Names of the set that an upload gets when it names none. */
    public List<String> defaultSet() {
        return byName.values().stream()
                .filter(Transformation::inDefaultSet)
                .map(Transformation::name)
                .toList();
    }

    /**
     * The named transformations in the order in which they apply; a name given twice counts once.
     *
     * @throws UnknownTransformationException naming the first one that is not in the catalogue
     * @throws ImpossibleCombinationException naming the first one that lacks what it needs
     */
    public List<Transformation> resolve(Collection<String> names) {
        List<Transformation> resolved = names.stream()
                .distinct()
                .map(this::get)
                .sorted(Comparator.comparingInt(Transformation::order))
                .toList();
        for (Transformation each : resolved) {
            List<String> missing =
                    each.needs().stream().filter(need -> !names.contains(need)).toList();
            if (!missing.isEmpty()) {
                throw new ImpossibleCombinationException(each.name(), missing);
            }
        }
        return resolved;
    }

    private Transformation get(String name) {
        Transformation found = byName.get(name);
        if (found == null) {
            throw new UnknownTransformationException(name, byName.keySet());
        }
        return found;
    }

    /** What stands under one name, read with complaints that say where and what. */
    private record Entry(String name, Map<String, Object> fields) {

        Entry {
            if (fields == null) {
                throw new IllegalStateException("transformations.yaml: " + name + " is empty");
            }
        }

        void allowOnly(Set<String> known) {
            for (String key : fields.keySet()) {
                if (!known.contains(key)) {
                    throw wrong("has an unknown key '" + key + "'; there are "
                            + known.stream().sorted().collect(Collectors.joining(", ")));
                }
            }
        }

        <T> T required(String key, Class<T> type) {
            T value = optional(key, type);
            if (value == null) {
                throw wrong("lacks '" + key + "'");
            }
            return value;
        }

        <T> T optional(String key, Class<T> type) {
            Object value = fields.get(key);
            if (value != null && !type.isInstance(value)) {
                throw wrong("has '" + value + "' as " + key + "; it has to be a " + type.getSimpleName());
            }
            return type.cast(value);
        }

        List<String> list(String key) {
            Object value = fields.get(key);
            if (value == null) {
                return List.of();
            }
            if (!(value instanceof List<?> items)) {
                throw wrong("has no list as " + key);
            }
            return items.stream().map(String::valueOf).toList();
        }

        IllegalStateException wrong(String what) {
            return new IllegalStateException("transformations.yaml: " + name + " " + what);
        }
    }
}
