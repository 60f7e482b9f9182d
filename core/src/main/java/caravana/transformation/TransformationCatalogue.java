package caravana.transformation;

import caravana.checks.Finding;
import caravana.checks.ParameterReader;
import caravana.checks.PresetFiles;
import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationFiles;
import caravana.checks.TransformationPreset;
import caravana.routes.RoutesReloaded;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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

/** The catalogue of transformations beside the routes. It is read at the start, and again after an edit. */
@Component
public class TransformationCatalogue {

    private static final String BUILT_IN = "classpath:camel";

    private static final ParameterReader.Refusals REFUSALS = new ParameterReader.Refusals() {

        @Override
        public RuntimeException unknown(TransformationEntry entry, String parameter) {
            return new UnknownParameterException(
                    entry.name(), parameter, entry.parameters().keySet());
        }

        @Override
        public RuntimeException invalid(
                TransformationEntry entry, Parameter parameter, JsonNode value, String allowed) {
            return new InvalidParameterException(
                    "The parameter " + parameter.name() + " of " + entry.name(), value, allowed);
        }
    };

    private final String location;
    private volatile Loaded loaded;

    /** What an edit replaces at once. */
    private record Loaded(List<TransformationEntry> entries, List<TransformationPreset> presets) {}

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
        Map<String, String> own = files(location);
        Map<String, String> files = own.isEmpty() ? files(BUILT_IN) : own;
        List<Finding> findings = new ArrayList<>();
        List<TransformationEntry> entries = TransformationFiles.read(files, findings::add);
        List<TransformationPreset> presets =
                findings.isEmpty() ? PresetFiles.read(files, entries, findings::add) : List.of();
        if (!findings.isEmpty()) {
            throw new IllegalStateException("The transformation catalogue is not as it should be:\n"
                    + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
        }
        loaded = new Loaded(entries, presets);
    }

    private static Map<String, String> files(String location) {
        Map<String, String> files = new TreeMap<>();
        read(location, TransformationFiles.FOLDER, files);
        read(location, PresetFiles.FOLDER, files);
        return files;
    }

    private static void read(String location, String folder, Map<String, String> files) {
        try {
            String pattern = location + "/" + folder + "/*.yaml";
            for (Resource resource : new PathMatchingResourcePatternResolver().getResources(pattern)) {
                files.put(folder + "/" + resource.getFilename(), resource.getContentAsString(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that there are, in the order in which they apply. */
    public List<TransformationEntry> entries() {
        return loaded.entries();
    }

    /** The deployment's presets, the default one first. */
    public List<TransformationPreset> presets() {
        return loaded.presets();
    }

    /** The names of all that there are. */
    public Set<String> names() {
        return names(loaded.entries());
    }

    private static Set<String> names(List<TransformationEntry> entries) {
        return entries.stream().map(TransformationEntry::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Names of the transformations that an upload gets when it asks for nothing. */
    public List<String> defaultSet() {
        return askedByDefault().stream().map(AskedTransformation::name).toList();
    }

    /** What an upload gets when it asks for nothing: the first preset. */
    public List<AskedTransformation> askedByDefault() {
        return loaded.presets().get(0).transformations().stream()
                .map(AskedTransformation::read)
                .toList();
    }

    /**
     * What is requested, in the order in which it applies; what is requested twice in the same way counts once.
     *
     * @throws UnknownTransformationException naming the first one that is not in the catalogue
     * @throws UnknownParameterException naming the first parameter that a transformation does not have
     * @throws InvalidParameterException naming the first parameter with a value that it does not take, or without any
     * @throws ImpossibleCombinationException naming the first one that lacks what it needs, or that another excludes
     */
    public List<AppliedTransformation> apply(Collection<AskedTransformation> asked) {
        List<TransformationEntry> all = loaded.entries();
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
                        ParameterReader.read(entry, byName.get(entry.name()).parameters(), REFUSALS)))
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

    /** What a row keeps of what is requested; fails as {@link #apply}. */
    public TransformationRecipe recipe(List<AskedTransformation> asked) {
        return TransformationRecipe.of(asked, apply(asked));
    }

    /** What is requested as the JSON of a request, for a preset; fails as {@link #apply}. */
    public String request(List<AskedTransformation> asked) {
        return TransformationRecipe.request(asked, apply(asked));
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
