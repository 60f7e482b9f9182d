package caravana.transformation;

import caravana.checks.Finding;
import caravana.checks.TransformationEntry;
import caravana.checks.TransformationFiles;
import caravana.routes.RoutesReloaded;
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
        read();
    }

    /** The one that comes with the app. */
    public static TransformationCatalogue builtIn() {
        return new TransformationCatalogue(BUILT_IN);
    }

    @EventListener
    void reloaded(RoutesReloaded event) {
        if (event.files().stream().anyMatch(TransformationFiles::isOne)) {
            read();
        }
    }

    private void read() {
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

    /**
     * The named transformations in the order in which they apply; a name given twice counts once.
     *
     * @throws UnknownTransformationException naming the first one that is not in the catalogue
     * @throws ImpossibleCombinationException naming the first one that lacks what it needs, or that another excludes
     */
    public List<AppliedTransformation> resolve(Collection<String> names) {
        List<TransformationEntry> all = entries;
        Set<String> known = names(all);
        for (String name : names) {
            if (!known.contains(name)) {
                throw new UnknownTransformationException(name, known);
            }
        }
        List<TransformationEntry> resolved =
                all.stream().filter(entry -> names.contains(entry.name())).toList();
        for (TransformationEntry each : resolved) {
            List<String> missing =
                    each.needs().stream().filter(need -> !names.contains(need)).toList();
            if (!missing.isEmpty()) {
                throw ImpossibleCombinationException.without(each.name(), missing);
            }
            List<String> excluded =
                    each.excludes().stream().filter(names::contains).toList();
            if (!excluded.isEmpty()) {
                throw ImpossibleCombinationException.beside(each.name(), excluded);
            }
        }
        return resolved.stream()
                .map(entry -> new AppliedTransformation(entry, defaults(entry)))
                .toList();
    }

    private static Map<String, Object> defaults(TransformationEntry entry) {
        Map<String, Object> values = new LinkedHashMap<>();
        entry.parameters().forEach((name, parameter) -> values.put(name, parameter.defaultValue()));
        return values;
    }
}
