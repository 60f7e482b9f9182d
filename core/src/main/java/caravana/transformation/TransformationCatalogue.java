package caravana.transformation;

import caravana.checks.Finding;
import caravana.checks.TransformationEntry;
import caravana.checks.TransformationFiles;
import caravana.routes.RoutesReloaded;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/** The named transformations: the catalogue beside the routes, read at start and when it was edited. */
@Component
public class TransformationCatalogue {

    private static final String BUILT_IN = "classpath:camel";

    private final String location;
    private volatile List<TransformationEntry> entries;

    /**
     * Reads the catalogue.
     *
     * @param location of the routes; when these have no catalogue, the one of this app is read
     * @throws IllegalStateException when something is wrong with it, naming file and line
     */
    @Autowired
    public TransformationCatalogue(@Value("${caravana.routes.location}") String location) {
        this.location = location;
        load();
    }

    /** The one that comes with the app. */
    public static TransformationCatalogue builtIn() {
        return new TransformationCatalogue(BUILT_IN);
    }

    @EventListener
    void reloaded(RoutesReloaded event) {
        if (event.files().stream().anyMatch(TransformationFiles::isOne)) {
            load();
        }
    }

    private void load() {
        Map<String, String> files = files(location);
        List<Finding> findings = new ArrayList<>();
        List<TransformationEntry> read =
                TransformationFiles.read(files.isEmpty() ? files(BUILT_IN) : files, findings::add);
        if (!findings.isEmpty()) {
            throw new IllegalStateException("The transformation catalogue is not as it should be:\n"
                    + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
        }
        entries = read;
    }

    private static Map<String, String> files(String location) {
        Map<String, String> files = new TreeMap<>();
        try {
            String pattern = location + "/" + TransformationFiles.FOLDER + "/*.yaml";
            for (Resource resource : new PathMatchingResourcePatternResolver().getResources(pattern)) {
                files.put(
                        TransformationFiles.FOLDER + "/" + resource.getFilename(),
                        resource.getContentAsString(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** All that there are, in the order in which they apply. */
    public List<TransformationEntry> entries() {
        return entries;
    }

    /** The names of all that there are. */
    public Set<String> names() {
        return names(entries);
    }

    private static Set<String> names(List<TransformationEntry> entries) {
        return entries.stream().map(TransformationEntry::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Names of the set that an upload gets when it names none. */
    public List<String> defaultSet() {
        return entries.stream()
                .filter(TransformationEntry::inDefaultSet)
                .map(TransformationEntry::name)
                .toList();
    }

    /** Those of {@link #defaultSet}, as a request would ask for them. */
    public List<AskedTransformation> askedByDefault() {
        return defaultSet().stream().map(AskedTransformation::named).toList();
    }

    /**
     * What is asked for, in the order in which it applies; what is asked for twice in the same way counts once.
     *
     * @throws UnknownTransformationException naming the first one that is not in the catalogue
     * @throws UnknownParameterException naming the first parameter that a transformation does not have
     * @throws InvalidParameterException naming the first parameter with a value that it does not take, or without any
     * @throws ImpossibleCombinationException naming the first one that lacks what it needs, or that another excludes
     */
    public List<AppliedTransformation> apply(Collection<AskedTransformation> asked) {
        List<TransformationEntry> all = entries;
        Map<String, AskedTransformation> byName = new LinkedHashMap<>();
        for (AskedTransformation each : asked) {
            if (all.stream().noneMatch(entry -> entry.name().equals(each.name()))) {
                throw new UnknownTransformationException(each.name(), names(all));
            }
            AskedTransformation first = byName.putIfAbsent(each.name(), each);
            if (first != null && !first.equals(each)) {
                throw ImpossibleCombinationException.twice(each.name());
            }
        }
        List<AppliedTransformation> applied = all.stream()
                .filter(entry -> byName.containsKey(entry.name()))
                .map(entry -> new AppliedTransformation(
                        entry,
                        ParameterReader.read(entry, byName.get(entry.name()).parameters())))
                .toList();
        checkTogether(applied, byName.keySet());
        return applied;
    }

    private static void checkTogether(List<AppliedTransformation> applied, Set<String> names) {
        for (AppliedTransformation each : applied) {
            List<String> missing = each.entry().needs().stream()
                    .filter(need -> !names.contains(need))
                    .toList();
            if (!missing.isEmpty()) {
                throw ImpossibleCombinationException.without(each.name(), missing);
            }
            List<String> excluded =
                    each.entry().excludes().stream().filter(names::contains).toList();
            if (!excluded.isEmpty()) {
                throw ImpossibleCombinationException.beside(each.name(), excluded);
            }
        }
    }

    /** What a row keeps of what is asked for; fails as {@link #apply}. */
    public TransformationRecipe recipe(List<AskedTransformation> asked) {
        return TransformationRecipe.of(asked, apply(asked));
    }

    /**
     * What a row has kept, in the order in which it applies; fails as {@link #apply}.
     *
     * @throws UnknownTransformationException also when the parameters have a version that this app does not know
     */
    public List<AppliedTransformation> read(@ExchangeProperty("kept_recipe") TransformationRecipe kept)
            throws JsonProcessingException {
        return apply(kept.asked());
    }
}
