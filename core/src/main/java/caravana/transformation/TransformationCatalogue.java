package caravana.transformation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The named transformations, read from {@code caravana/transformations.yaml} and checked at start. */
@Component
public class TransformationCatalogue {

    private static final String RESOURCE = "/caravana/transformations.yaml";
    private static final Set<String> KEYS =
            Set.of("description", "order", "keep_seconds", "filter", "output", "default");

    private final Map<String, Transformation> byName = new LinkedHashMap<>();

    /** @throws IllegalStateException when the catalogue is not as its header says, naming the entry */
    public TransformationCatalogue() {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try (InputStream in = TransformationCatalogue.class.getResourceAsStream(RESOURCE)) {
            Map<String, Map<String, Object>> entries = new Yaml(new SafeConstructor(strict)).load(in);
            entries.forEach((name, entry) -> byName.put(name, read(name, entry)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Transformation read(String name, Map<String, Object> entry) {
        for (String key : entry.keySet()) {
            if (!KEYS.contains(key)) {
                throw new IllegalStateException("transformations.yaml: " + name + " has an unknown key '" + key + "'");
            }
        }
        if (!(entry.get("description") instanceof String description)
                || !(entry.get("order") instanceof Integer order)) {
            throw new IllegalStateException("transformations.yaml: " + name + " needs a description and an order");
        }
        List<String> output = new ArrayList<>();
        if (entry.get("output") instanceof List<?> items) {
            items.forEach(item -> output.add(String.valueOf(item)));
        }
        Integer keepSeconds = (Integer) entry.get("keep_seconds");
        String filter = (String) entry.get("filter");
        if (keepSeconds == null && filter == null && output.isEmpty()) {
            throw new IllegalStateException("transformations.yaml: " + name + " does nothing");
        }
        boolean inDefaultSet = Boolean.TRUE.equals(entry.get("default"));
        return new Transformation(name, description, order, keepSeconds, filter, List.copyOf(output), inDefaultSet);
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
     */
    public List<Transformation> resolve(Collection<String> names) {
        return names.stream()
                .distinct()
                .map(this::get)
                .sorted(Comparator.comparingInt(Transformation::order))
                .toList();
    }

    private Transformation get(String name) {
        Transformation found = byName.get(name);
        if (found == null) {
            throw new UnknownTransformationException(name, byName.keySet());
        }
        return found;
    }
}
