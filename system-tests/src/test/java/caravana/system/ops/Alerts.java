package caravana.system.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The alert rules, as they are in {@code ops/prometheus/alerts.yaml}. */
final class Alerts {

    static final Path FILE = Shell.ROOT.resolve("ops/prometheus/alerts.yaml");

    private Alerts() {}

    /** One rule. */
    record Rule(String name, String query, String severity, String summary, String runbook) {}

    static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (Map<?, ?> group : maps(read().get("groups"))) {
            for (Map<?, ?> rule : maps(group.get("rules"))) {
                Map<?, ?> labels = (Map<?, ?>) rule.get("labels");
                Map<?, ?> annotations = (Map<?, ?>) rule.get("annotations");
                rules.add(new Rule(
                        String.valueOf(rule.get("alert")),
                        String.valueOf(rule.get("expr")),
                        String.valueOf(labels.get("severity")),
                        String.valueOf(annotations.get("summary")),
                        String.valueOf(annotations.get("runbook"))));
            }
        }
        return rules;
    }

    private static Map<?, ?> read() {
        try {
            return new Yaml().load(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Map<?, ?>> maps(Object list) {
        List<Map<?, ?>> maps = new ArrayList<>();
        ((List<?>) list).forEach(element -> maps.add((Map<?, ?>) element));
        return maps;
    }
}
