package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What the routes of one app may name besides each other. The lists are generated, and a test of each app holds them
 * against the running app.
 *
 * @param operations ids of the routes that the app itself calls, mostly the contract's operations
 * @param answerHeaders names of the headers that its routes may answer with
 * @param settings names of the app's settings, as {@code {{…}}} names them
 * @param properties names of the exchange properties that the app's own code sets
 * @param reads names of the exchange properties and variables that the app's own code reads
 * @param beans names of its beans, each with its public methods
 * @param stepOnly those of their methods that only a step may call, as {@code bean.method}
 */
public record Vocabulary(
        List<String> operations,
        List<String> answerHeaders,
        List<String> settings,
        Collection<String> properties,
        Collection<String> reads,
        Map<String, List<String>> beans,
        Collection<String> stepOnly) {

    private static final String HEAD =
            "# What the routes of this app may name. Generated: a test of the app says how.\n";

    /** Everything in order, so that two of the same content are the same text. */
    public Vocabulary {
        operations = List.copyOf(new TreeSet<>(operations));
        answerHeaders = List.copyOf(new TreeSet<>(answerHeaders));
        settings = List.copyOf(new TreeSet<>(settings));
        properties = List.copyOf(new TreeSet<>(properties));
        reads = List.copyOf(new TreeSet<>(reads));
        Map<String, List<String>> sorted = new TreeMap<>();
        beans.forEach((name, methods) -> sorted.put(name, List.copyOf(new TreeSet<>(methods))));
        beans = sorted;
        stepOnly = List.copyOf(new TreeSet<>(stepOnly));
    }

    /** That of an app, {@code web} or {@code worker}. */
    @SuppressWarnings("unchecked")
    static Vocabulary of(Apps app) {
        try (InputStream in = Vocabulary.class.getResourceAsStream(app.label() + ".yaml")) {
            Map<String, Object> document = new Yaml().load(in);
            return new Vocabulary(
                    (List<String>) document.get("operations"),
                    (List<String>) document.get("answer-headers"),
                    (List<String>) document.get("settings"),
                    (List<String>) document.get("properties"),
                    (List<String>) document.get("reads"),
                    (Map<String, List<String>>) document.get("beans"),
                    (List<String>) document.get("step-only"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the file holds it. */
    public String toYaml() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setDereferenceAliases(true);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("operations", new ArrayList<>(operations));
        document.put("answer-headers", new ArrayList<>(answerHeaders));
        document.put("settings", new ArrayList<>(settings));
        document.put("properties", new ArrayList<>(properties));
        document.put("reads", new ArrayList<>(reads));
        document.put("beans", beans);
        document.put("step-only", new ArrayList<>(stepOnly));
        return HEAD + new Yaml(options).dump(document);
    }
}
