package caravana.checks;

import caravana.checks.TransformationEntry.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads the deployment's presets, one file for each beside the catalogue, and checks them like requests. */
public final class PresetFiles {

    /** Their folder, in that of the catalogue. */
    public static final String FOLDER = TransformationFiles.FOLDER + "/presets";

    private static final Pattern FILE = Pattern.compile(FOLDER + "/[^/.]+\\.yaml");
    private static final Set<String> KEYS = Set.of("nombre", "description", "transformaciones");
    private static final String NAME = "[a-z][a-z0-9_]{0,39}";

    /** Of one preset, as of one request. */
    private static final int MOST = 50;

    /** What a request with the same would be refused for. */
    private static final class RefusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String instead;

        RefusedException(String what, String instead) {
            super(what);
            this.instead = instead;
        }
    }

    private static final ParameterReader.Refusals REFUSALS = new ParameterReader.Refusals() {

        @Override
        public RuntimeException unknown(TransformationEntry entry, String parameter) {
            Set<String> known = entry.parameters().keySet();
            return new RefusedException(
                    entry.name() + " has no parameter " + parameter,
                    known.isEmpty() ? "Delete it" : "Write one that it has" + Nearest.orOneOf(parameter, known));
        }

        @Override
        public RuntimeException invalid(
                TransformationEntry entry, Parameter parameter, JsonNode value, String allowed) {
            return new RefusedException(
                    "The parameter " + parameter.name() + " of " + entry.name()
                            + (value == null ? " is missing" : " is " + value),
                    "It must be " + allowed);
        }
    };

    private final Map<String, TransformationEntry> entries = new LinkedHashMap<>();
    private final Consumer<Finding> report;

    private PresetFiles(List<TransformationEntry> entries, Consumer<Finding> report) {
        entries.forEach(entry -> this.entries.put(entry.name(), entry));
        this.report = report;
    }

    /** Whether a file, by its path below the routes' folder, is a preset. */
    static boolean isOne(String file) {
        return FILE.matcher(file).matches();
    }

    /**
     * Reads the presets.
     *
     * @param files by their paths below the routes' folder; others than presets are left alone
     * @param entries of the catalogue, in which nothing is wrong
     * @param report gets what is wrong with the presets
     * @return the default one first, then by name; not to be used when anything was reported
     */
    public static List<TransformationPreset> read(
            Map<String, String> files, List<TransformationEntry> entries, Consumer<Finding> report) {
        PresetFiles reader = new PresetFiles(entries, report);
        Map<String, TransformationPreset> presets = new TreeMap<>();
        new TreeMap<>(files).forEach((file, text) -> {
            if (isOne(file)) {
                reader.read(file, text, presets);
            }
        });
        String standard = FOLDER + "/" + TransformationPreset.DEFAULT + ".yaml";
        if (!entries.isEmpty() && !files.containsKey(standard)) {
            report.accept(new Finding(
                    standard,
                    1,
                    "catalogue-default",
                    "There is no preset " + TransformationPreset.DEFAULT
                            + ", which an upload gets that asks for nothing",
                    "Write one"));
        }
        return presets.values().stream()
                .sorted(Comparator.comparing(
                        (TransformationPreset preset) -> !preset.name().equals(TransformationPreset.DEFAULT)))
                .toList();
    }

    private void read(String file, String text, Map<String, TransformationPreset> presets) {
        Element root = TransformationFiles.parse(file, text, report);
        if (root == null) {
            return;
        }
        String stem = file.substring(FOLDER.length() + 1).replaceFirst("\\.yaml$", "");
        if (!root.isMapping()) {
            wrong(file, root.line(), "catalogue-value", "A preset is a mapping of keys", "Begin with nombre: " + stem);
            return;
        }
        for (String key : root.fields().keySet()) {
            if (!KEYS.contains(key)) {
                wrong(
                        file,
                        root.line(key),
                        "catalogue-key",
                        "A preset has no key " + key,
                        "Write one that there is" + Nearest.orOneOf(key, KEYS));
            }
        }
        String name = root.text("nombre");
        if (!name.matches(NAME) || !name.equals(stem)) {
            wrong(
                    file,
                    root.line("nombre"),
                    "catalogue-name",
                    "The preset's name " + name + " is not that of its file, " + stem,
                    "Name both alike, by up to 40 lower-case letters, digits and underscores");
        }
        Map<String, String> description = new LinkedHashMap<>();
        for (String language : TransformationEntry.LANGUAGES) {
            String words =
                    root.get("description").map(texts -> texts.text(language)).orElse("");
            if (words.isBlank()) {
                wrong(
                        file,
                        root.line("description"),
                        "catalogue-key",
                        "A preset has no description in " + language,
                        "Write description: {es: …, en: …}");
            }
            description.put(language, words);
        }
        List<JsonNode> transformations = transformations(file, root);
        presets.put(stem, new TransformationPreset(stem, description, transformations));
    }

    private List<JsonNode> transformations(String file, Element root) {
        List<Element> items = root.get("transformaciones").map(Element::items).orElse(List.of());
        if (items.isEmpty() || items.size() > MOST) {
            wrong(
                    file,
                    root.line("transformaciones"),
                    "catalogue-key",
                    "A preset has no list of 1 to " + MOST + " transformaciones",
                    "Write names of entries, and objects with nombre and parameters");
            return List.of();
        }
        List<JsonNode> read = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Element item : items) {
            JsonNode json = json(item);
            read.add(json);
            try {
                String name = entry(json).name();
                if (!names.add(name)) {
                    throw new RefusedException(name + " is there twice", "Delete one of them");
                }
            } catch (RefusedException e) {
                wrong(file, item.line(), "catalogue-preset", e.getMessage(), e.instead);
                return List.of();
            }
        }
        together(file, root.line("transformaciones"), names);
        return read;
    }

    private TransformationEntry entry(JsonNode item) {
        String name = item.isTextual() ? item.textValue() : item.path("nombre").asText();
        TransformationEntry entry = entries.get(name);
        if (entry == null) {
            throw new RefusedException(
                    "There is no transformation " + (name.isEmpty() ? item : name),
                    "Write one that there is" + Nearest.orOneOf(name, entries.keySet()));
        }
        Map<String, JsonNode> given = item.properties().stream()
                .filter(field -> !field.getKey().equals("nombre"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (first, second) -> second, LinkedHashMap::new));
        ParameterReader.read(entry, given, REFUSALS);
        return entry;
    }

    private void together(String file, int line, Set<String> names) {
        for (String name : names) {
            TransformationEntry entry = entries.get(name);
            entry.needs().stream()
                    .filter(need -> !names.contains(need))
                    .forEach(need -> wrong(
                            file,
                            line,
                            "catalogue-preset",
                            name + " needs " + need + ", which is not in the preset",
                            "Add it"));
            entry.excludes().stream()
                    .filter(names::contains)
                    .forEach(other ->
                            wrong(file, line, "catalogue-preset", name + " excludes " + other, "Delete one of them"));
        }
    }

    /** A piece of YAML as a request would have it. */
    private static JsonNode json(Element element) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (element.isMapping()) {
            ObjectNode object = nodes.objectNode();
            element.fields().forEach((key, value) -> object.set(key, json(value)));
            return object;
        }
        if (!element.isText()) {
            ArrayNode list = nodes.arrayNode();
            element.items().forEach(item -> list.add(json(item)));
            return list;
        }
        String text = element.text();
        Tag tag = element.node().getTag();
        if ((tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) && text.matches("-?[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            return nodes.numberNode(new BigDecimal(text));
        }
        if (tag.equals(Tag.BOOL) && (text.equals("true") || text.equals("false"))) {
            return nodes.booleanNode(text.equals("true"));
        }
        return tag.equals(Tag.NULL) ? nodes.nullNode() : nodes.textNode(text);
    }

    private void wrong(String file, int line, String id, String what, String instead) {
        report.accept(new Finding(file, line, id, what, instead));
    }
}
