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

    /** The content of the files; an edit replaces all of it at once. */
    private record Loaded(List<TransformationEntry> entries, List<TransformationPreset> presets) {}

    /**
     * Reads the catalogue.
     *
     * @param location of the routes; if it has no catalogue, the one in the app's jar is read
     * @throws IllegalStateException when the catalogue has a mistake; the message names file and line
     */
    @Autowired
    public TransformationCatalogue(@Value("${caravana.routes.location}") String location) {
        this.location = location;
        load();
    }

    /** Reads the catalogue in the app's jar. */
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

    /** Returns all entries, in the order in which they apply. */
    public List<TransformationEntry> entries() {
        return loaded.entries();
    }

    /** Returns the deployment's presets, the default one first. */
    public List<TransformationPreset> presets() {
        return loaded.presets();
    }

    /** Returns the names of all entries. */
    public Set<String> names() {
        return names(loaded.entries());
    }

    private static Set<String> names(List<TransformationEntry> entries) {
        return entries.stream().map(TransformationEntry::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the names of the transformations that an upload without a choice gets. */
    public List<String> defaultSet() {
        return askedByDefault().stream().map(AskedTransformation::name).toList();
    }

    /** Returns the transformations that an upload without a choice gets: those of the first preset. */
    public List<AskedTransformation> askedByDefault() {
        return loaded.presets().get(0).transformations().stream()
                .map(AskedTransformation::read)
                .toList();
    }

    /**
     * Validates a request, and returns its transformations in the order in which they apply. Identical items count
     * once.
     *
     * @throws UnknownTransformationException for the first name that is not in the catalogue
     * @throws UnknownParameterException for the first parameter that its transformation does not have
     * @throws InvalidParameterException for the first parameter with an invalid value, or without a required one
     * @throws ImpossibleCombinationException for the first transformation that lacks one that it needs, or that
     *     another one excludes
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

    /** Returns the form in which a row stores the request. It throws as {@link #apply}. */
    public TransformationRecipe recipe(List<AskedTransformation> asked) {
        return TransformationRecipe.of(asked, apply(asked));
    }

    /** Returns the request as JSON, as a preset stores it. It throws as {@link #apply}. */
    public String request(List<AskedTransformation> asked) {
        return TransformationRecipe.request(asked, apply(asked));
    }

    /**
     * Reads the transformations that a row has stored, in the order in which they apply. It throws as {@link #apply}.
     *
     * @throws UnknownTransformationException also when the parameters have a version that this app does not know
     */
    public List<AppliedTransformation> read(@ExchangeProperty("kept_recipe") TransformationRecipe kept)
            throws JsonProcessingException {
        return apply(kept.asked());
    }
}
