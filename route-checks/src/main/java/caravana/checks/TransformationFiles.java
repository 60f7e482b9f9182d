package caravana.checks;

import caravana.checks.TransformationEntry.Chosen;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Parts;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Type;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads the catalogue of transformations beside the routes, one file for each entry, and checks each entry and their
 * relations.
 */
public final class TransformationFiles {

    /** The folder of the catalogue, beside those of the routes. */
    public static final String FOLDER = "catalogue";

    private static final Pattern FILE = Pattern.compile(FOLDER + "/[^/.]+\\.yaml");
    /** What a chain of filters begins with, and a link in it. */
    private static final Pattern READ = Pattern.compile("\\s*(?:\\[\\w+]|\\{\\w+})+");

    /** The beginning of a graph whose picture goes on unchanged. */
    private static final Pattern UNCHANGED = Pattern.compile("\\s*\\{in}\\s*split(=\\d+)?\\s*\\{out}");

    private static final Pattern LINK = Pattern.compile("\\[(\\w+)]");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final String STREAM = "stream";
    private static final Set<String> ROLES =
            Set.of("poster", "video", "audio", "preview", "storyboard", "subtitles", STREAM);

    private final Map<String, String> texts;
    private final Consumer<Finding> report;
    private final Map<String, TransformationEntry> byName = new TreeMap<>();

    private TransformationFiles(Map<String, String> texts, Consumer<Finding> report) {
        this.texts = texts;
        this.report = report;
    }

    /** Whether a file, by its path below the routes' folder, is one of the catalogue: an entry or a preset. */
    public static boolean isOne(String file) {
        return isEntry(file) || PresetFiles.isOne(file);
    }

    private static boolean isEntry(String file) {
        return FILE.matcher(file).matches();
    }

    /**
     * Reads the entries.
     *
     * @param files by their paths below the routes' folder; those outside the catalogue are left alone
     * @param report gets what is wrong with them
     * @return in the order in which they apply; not to be used when anything was reported
     */
    public static List<TransformationEntry> read(Map<String, String> files, Consumer<Finding> report) {
        Map<String, String> texts = new TreeMap<>(files);
        texts.keySet().removeIf(file -> !isEntry(file));
        return new TransformationFiles(texts, report).read();
    }

    private List<TransformationEntry> read() {
        boolean[] whole = {true};
        texts.forEach((file, text) -> {
            Element root = parse(file, text, report);
            TransformationEntry entry = root == null ? null : new TransformationReader(file, root, report).read();
            if (entry == null) {
                whole[0] = false;
            } else {
                byName.put(entry.name(), entry);
            }
        });
        byName.values().forEach(this::check);
        if (whole[0]) {
            // Of one that cannot be read, others would say that it does not exist.
            checkAgainstEachOther();
        }
        return byName.values().stream()
                .sorted(Comparator.comparingInt(TransformationEntry::order))
                .toList();
    }

    /** The document of a file of the catalogue; null when there is none to be read, which was reported. */
    static Element parse(String file, String text, Consumer<Finding> report) {
        try {
            Node root = new Yaml().compose(new StringReader(text));
            if (root == null) {
                report.accept(new Finding(file, 1, "yaml-empty", "The file has no entry", "Write one, or delete it"));
                return null;
            }
            List<Finding> duplicates = new ArrayList<>();
            RouteFile.duplicates(file, root, duplicates::add);
            duplicates.forEach(report);
            return duplicates.isEmpty() ? new Element(root) : null;
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            report.accept(new Finding(
                    file, line, "yaml-syntax", "Invalid YAML: " + e.getProblem(), "Check indentation and quoting"));
            return null;
        }
    }

    private void check(TransformationEntry entry) {
        Map<String, List<String>> fragments = new LinkedHashMap<>();
        fragments.put("filter", fragments(entry, "filter", entry.filter()));
        fragments.put("audio_filter", fragments(entry, "audio_filter", entry.audioFilter()));
        List<String> output = new ArrayList<>();
        cases(entry, "output", entry.output());
        if (entry.output() != null) {
            entry.output().cases().values().forEach(output::addAll);
        }
        cases(entry, "subtitles", entry.subtitles());
        cases(entry, "produces", entry.produces());
        for (Produced produced : entry.allProduced()) {
            output.addAll(produced.options());
            if (produced.ladder() != null) {
                output.addAll(produced.ladder().sound());
            }
        }
        fragments.put("output", output);
        entry.sets().forEach((key, chosen) -> cases(entry, "sets", chosen));

        Set<String> used = new HashSet<>();
        fragments.forEach((key, all) -> all.forEach(fragment -> placeholders(entry, key, fragment, used)));
        amounts(entry, used);
        texts(entry, used);
        used.addAll(choosing(entry));
        for (Parameter parameter : entry.parameters().values()) {
            parameter(entry, parameter, used);
        }
        inputs(entry, used);
        produced(entry);
        beside(entry);
        if (entry.trim() == null
                && entry.filter() == null
                && entry.audioFilter() == null
                && entry.output() == null
                && entry.subtitles() == null
                && entry.produces() == null) {
            wrong(
                    entry,
                    "nombre",
                    "catalogue-key",
                    entry.name() + " does nothing",
                    "Add trim, filter, audio_filter, output or produces");
        }
    }

    /** Returns whether the picture goes on as it is. A graph without an end is reported elsewhere. */
    private static boolean keepsPicture(String graph) {
        return TransformationEntry.isGraph(graph)
                && (!graph.contains("{out}") || UNCHANGED.matcher(graph).lookingAt());
    }

    /** Files that are made beside the parts of a picture: the picture must be the same without their entry. */
    private void beside(TransformationEntry entry) {
        boolean onlyFiles = entry.produces() != null
                && entry.allProduced().stream().allMatch(file -> file.ladder() == null && file.cues() == null)
                && Stream.of(
                                entry.trim(),
                                entry.audioFilter(),
                                entry.loudness(),
                                entry.size(),
                                entry.output(),
                                entry.subtitles())
                        .allMatch(Objects::isNull)
                && entry.sets().isEmpty()
                && (entry.filter() == null
                        || entry.filter().cases().values().stream().allMatch(TransformationFiles::keepsPicture));
        if (entry.parts() == Parts.BESIDE && !onlyFiles) {
            wrong(
                    entry,
                    "parts:",
                    "catalogue-value",
                    "parts is beside, but " + entry.name() + " changes the video, or makes renditions",
                    "Write whole, or exact; a graph that leaves the picture as it is begins with {in}split{out}");
        }
    }

    /** What chooses a part of it. */
    private static Set<String> choosing(TransformationEntry entry) {
        Set<String> choosing = new HashSet<>();
        List<Chosen<?>> parts = new ArrayList<>(entry.sets().values());
        parts.add(entry.filter());
        parts.add(entry.audioFilter());
        parts.add(entry.loudness());
        parts.add(entry.size());
        parts.add(entry.output());
        parts.add(entry.subtitles());
        parts.add(entry.produces());
        for (Chosen<?> part : parts) {
            if (part != null && part.by() != null) {
                choosing.add(part.by());
            }
        }
        return choosing;
    }

    private List<String> fragments(TransformationEntry entry, String key, Chosen<String> chosen) {
        cases(entry, key, chosen);
        if (chosen == null) {
            return List.of();
        }
        for (String fragment : chosen.cases().values()) {
            if (fragment.contains("{in}") != fragment.contains("{out}")) {
                wrong(
                        entry,
                        key + ":",
                        "catalogue-graph",
                        "The " + key + " names only one of {in} and {out}",
                        "A graph of its own reads {in} and writes {out}; links of the chain name neither");
            } else if (key.equals("audio_filter") && fragment.contains("{in}")) {
                wrong(
                        entry,
                        "{in}",
                        "catalogue-graph",
                        "The sound's filter is a graph of its own",
                        "Write links of a chain, without {in} and {out}");
            } else {
                unwritten(entry, fragment);
            }
        }
        return List.copyOf(chosen.cases().values());
    }

    /** A chain that reads what no other writes. What none reads may be the stream of a file. */
    private void unwritten(TransformationEntry entry, String fragment) {
        Set<String> written = new TreeSet<>();
        Set<String> read = new TreeSet<>();
        for (String chain : fragment.split(";")) {
            Matcher begin = READ.matcher(chain);
            int end = begin.lookingAt() ? begin.end() : 0;
            LINK.matcher(chain.substring(0, end)).results().forEach(link -> read.add(link.group(1)));
            LINK.matcher(chain.substring(end)).results().forEach(link -> written.add(link.group(1)));
        }
        read.removeAll(written);
        for (String link : read) {
            wrong(
                    entry,
                    "[" + link + "]",
                    "catalogue-graph",
                    "A part of the filter reads [" + link + "], which no part writes",
                    "Name one that is written" + Nearest.orOneOf(link, written));
        }
    }

    private void cases(TransformationEntry entry, String key, Chosen<?> chosen) {
        if (chosen == null || chosen.by() == null) {
            return;
        }
        if (chosen.by().equals(Chosen.GIVEN)) {
            given(entry, key, chosen);
            return;
        }
        Parameter by = entry.parameters().get(chosen.by());
        Set<String> values = by == null ? Set.of() : values(by);
        if (values.isEmpty()) {
            wrong(
                    entry,
                    "choose: " + chosen.by(),
                    "catalogue-choose",
                    key + " is chosen by " + chosen.by() + ", which is not a parameter with a list of values",
                    "Name one with an enum, or a boolean one" + oneOf(chosen.by(), entry));
            return;
        }
        for (String value : chosen.cases().keySet()) {
            if (!values.contains(value)) {
                wrong(
                        entry,
                        value + ":",
                        "catalogue-choose",
                        key + " has a case for " + value + ", which is no value of " + chosen.by(),
                        "Write one of its values" + Nearest.orOneOf(value, values));
            }
        }
    }

    /** Cases for parameters of which one is given instead of another. */
    private void given(TransformationEntry entry, String key, Chosen<?> chosen) {
        Set<String> exclusive = new TreeSet<>();
        for (Parameter parameter : entry.parameters().values()) {
            if (parameter.insteadOf() != null) {
                exclusive.add(parameter.name());
                exclusive.add(parameter.insteadOf());
            }
        }
        for (String name : chosen.cases().keySet()) {
            if (!exclusive.contains(name)) {
                wrong(
                        entry,
                        name + ":",
                        "catalogue-choose",
                        key + " has a case for " + name
                                + ", which is not a parameter that is given instead of another, or is left out then",
                        exclusive.isEmpty()
                                ? "Write instead_of at the parameter that may be given instead of another"
                                : "Write one that is" + Nearest.orOneOf(name, exclusive));
            }
        }
    }

    private static String oneOf(String name, TransformationEntry entry) {
        Set<String> known = entry.parameters().keySet();
        return known.isEmpty() ? "; the entry has no parameters" : Nearest.orOneOf(name, known);
    }

    private static Set<String> values(Parameter parameter) {
        return parameter.type() == Type.BOOLEAN
                ? Set.of("true", "false")
                : parameter.choices().keySet();
    }

    private void placeholders(TransformationEntry entry, String key, String fragment, Set<String> used) {
        Matcher found = PLACEHOLDER.matcher(fragment);
        while (found.find()) {
            String name = found.group(1);
            used.add(name);
            Parameter parameter = entry.parameters().get(name);
            if (parameter == null) {
                Set<String> known = new TreeSet<>(TransformationEntry.VALUES);
                known.addAll(entry.parameters().keySet());
                known.addAll(entry.inputs());
                known.addAll(key.equals("filter") ? Set.of("in", "out") : Set.of());
                if (!known.contains(name)) {
                    wrong(
                            entry,
                            "{" + name + "}",
                            "catalogue-placeholder",
                            "The " + key + " names {" + name + "}, which is neither a parameter, an input nor a value"
                                    + " that the worker has",
                            "Write one that there is" + Nearest.orOneOf(name, known));
                }
            } else if (parameter.type() == Type.TEXT
                    && !fragment.substring(0, found.start()).endsWith("textfile=")) {
                wrong(
                        entry,
                        "{" + name + "}",
                        "catalogue-placeholder",
                        "The text {" + name + "} stands in the " + key + " itself",
                        "Write textfile={" + name + "}: a text reaches ffmpeg in a file alone");
            } else if (parameter.isPicture() && !TransformationEntry.isGraph(fragment)) {
                wrong(
                        entry,
                        "{" + name + "}",
                        "catalogue-placeholder",
                        "The picture {" + name + "} is no stream of the " + key,
                        "Name it in a filter that is a graph of its own, with {in} and {out}");
            } else if (parameter.isCues()
                    && !(key.equals("filter")
                            && fragment.substring(0, found.start()).endsWith("filename="))) {
                wrong(
                        entry,
                        "{" + name + "}",
                        "catalogue-placeholder",
                        "The text {" + name + "} stands in the " + key + " itself",
                        "Write filename={" + name + "} in the filter, name it as subtitles, or as cues of a file");
            } else if (parameter.type() == Type.TEXT && !fragment.contains("expansion=none")) {
                wrong(
                        entry,
                        "{" + name + "}",
                        "catalogue-placeholder",
                        "The text {" + name + "} would be expanded: %{…} in it would be computed",
                        "Add expansion=none to drawtext");
            }
        }
        if (PLACEHOLDER.matcher(fragment).replaceAll("").matches("(?s).*[{}].*")) {
            wrong(
                    entry,
                    "{",
                    "catalogue-placeholder",
                    "A brace in the " + key + " has no counterpart",
                    "Write {name}; ffmpeg's own braces are not possible here");
        }
    }

    /** Numbers outside ffmpeg's syntax: those of a trim, of checks and of sheets. */
    private void amounts(TransformationEntry entry, Set<String> used) {
        List<String> amounts = new ArrayList<>();
        cases(entry, "loudness", entry.loudness());
        if (entry.loudness() != null) {
            amounts.addAll(entry.loudness().cases().values());
            if (entry.audioFilter() == null
                    || entry.audioFilter().cases().values().stream()
                            .noneMatch(filter -> filter.contains("{loudness}"))) {
                wrong(
                        entry,
                        "loudness:",
                        "catalogue-graph",
                        "The sound is measured, and the audio_filter does not use what follows from it",
                        "Name {loudness} in it, or delete loudness");
            }
        }
        cases(entry, "size", entry.size());
        if (entry.size() != null) {
            amounts.addAll(entry.size().cases().values());
            if (entry.output() == null
                    || entry.output().cases().values().stream().noneMatch(options -> options.contains("{bit_rate}"))) {
                wrong(
                        entry,
                        "size:",
                        "catalogue-graph",
                        "The bit rate for the size is computed, and the output does not use it",
                        "Name {bit_rate} in it, or delete size");
            }
        }
        if (entry.trim() != null) {
            amounts.add(entry.trim().start());
            amounts.add(entry.trim().end());
            amounts.add(entry.trim().keep());
        }
        for (Produced produced : entry.allProduced()) {
            amounts.add(produced.check().width());
            amounts.add(produced.check().height());
            amounts.add(produced.check().least());
            amounts.add(produced.check().from());
            amounts.add(produced.check().length());
            amounts.add(produced.check().rate());
            amounts.add(produced.sheets() == null ? null : produced.sheets().every());
        }
        for (String amount : amounts) {
            if (amount != null && amount.startsWith("{")) {
                String name = amount.substring(1, amount.length() - 1);
                used.add(name);
                Parameter parameter = entry.parameters().get(name);
                if (parameter == null || parameter.type() != Type.NUMBER && parameter.type() != Type.INTEGER) {
                    wrong(
                            entry,
                            amount,
                            "catalogue-placeholder",
                            amount + " stands for a number, and is no number among the parameters",
                            "Write one that is" + oneOf(name, entry));
                }
            }
        }
    }

    /** Parameters outside ffmpeg's syntax that are texts of an account, or say in which language they are. */
    private void texts(TransformationEntry entry, Set<String> used) {
        if (entry.subtitles() != null) {
            entry.subtitles().cases().values().forEach(text -> cues(entry, text, used));
        }
        for (Produced produced : entry.allProduced()) {
            if (produced.cues() != null) {
                cues(entry, produced.cues(), used);
            }
            if (produced.language() != null) {
                Parameter language = named(entry, produced.language(), used);
                if (language == null || language.type() != Type.CHOICE) {
                    wrong(
                            entry,
                            produced.language(),
                            "catalogue-placeholder",
                            produced.language() + " stands for a language, and is no choice among the parameters",
                            "Write one that is, in braces" + oneOf(inBraces(produced.language()), entry));
                }
            }
        }
    }

    private void cues(TransformationEntry entry, String text, Set<String> used) {
        Parameter asset = named(entry, text, used);
        if (asset == null || !asset.isCues()) {
            wrong(
                    entry,
                    text,
                    "catalogue-placeholder",
                    text + " stands for subtitles, and is no asset of these among the parameters",
                    "Write one that is, in braces" + oneOf(inBraces(text), entry));
        }
    }

    private static Parameter named(TransformationEntry entry, String text, Set<String> used) {
        used.add(inBraces(text));
        return text.startsWith("{") ? entry.parameters().get(inBraces(text)) : null;
    }

    private static String inBraces(String text) {
        return text.replaceAll("[{}]", "");
    }

    private void parameter(TransformationEntry entry, Parameter parameter, Set<String> used) {
        if (!used.contains(parameter.name())) {
            wrong(
                    entry,
                    parameter.name() + ":",
                    "catalogue-parameter",
                    "The parameter " + parameter.name() + " is not used",
                    "Name {" + parameter.name() + "} in a filter, in output, in trim or in produces, or delete it");
        }
        insteadOf(entry, parameter);
        if (parameter.above() == null) {
            return;
        }
        Parameter below = entry.parameters().get(parameter.above());
        if (below == null || below.minimum() == null) {
            wrong(
                    entry,
                    "above: " + parameter.above(),
                    "catalogue-parameter",
                    parameter.name() + " must be above " + parameter.above()
                            + ", which is not a number among the parameters",
                    "Write one that is" + oneOf(parameter.above(), entry));
        }
    }

    private void insteadOf(TransformationEntry entry, Parameter parameter) {
        if (parameter.insteadOf() == null) {
            return;
        }
        Parameter other = entry.parameters().get(parameter.insteadOf());
        if (other == null || other.insteadOf() != null || other == parameter) {
            wrong(
                    entry,
                    "instead_of: " + parameter.insteadOf(),
                    "catalogue-parameter",
                    parameter.name() + " is given instead of " + parameter.insteadOf()
                            + ", which is not a parameter that has a value otherwise",
                    "Write one that is" + oneOf(parameter.insteadOf(), entry));
        }
        if (parameter.defaultValue() != null) {
            wrong(
                    entry,
                    "instead_of: " + parameter.insteadOf(),
                    "catalogue-parameter",
                    parameter.name() + " has a default, and would always be given instead of " + parameter.insteadOf(),
                    "Delete its default");
        }
    }

    private void inputs(TransformationEntry entry, Set<String> used) {
        for (String input : entry.inputs()) {
            if (!TransformationEntry.INPUTS.contains(input)) {
                wrong(
                        entry,
                        "inputs:",
                        "catalogue-input",
                        "The worker has no input " + input,
                        "Write one that it has" + Nearest.orOneOf(input, TransformationEntry.INPUTS));
            } else if (!used.contains(input)) {
                wrong(
                        entry,
                        "inputs:",
                        "catalogue-input",
                        "The input " + input + " is not used",
                        "Name {" + input + "} in the filter, or delete it");
            }
        }
    }

    private void produced(TransformationEntry entry) {
        for (Produced produced : entry.allProduced()) {
            if (!ROLES.contains(produced.role())) {
                wrong(
                        entry,
                        "role: " + produced.role(),
                        "catalogue-value",
                        produced.name() + " has the role " + produced.role(),
                        "Write one that there is" + Nearest.orOneOf(produced.role(), ROLES));
            }
            if (produced.role().equals(STREAM) != (produced.ladder() != null)) {
                wrong(
                        entry,
                        "role: " + produced.role(),
                        "catalogue-ladder",
                        produced.name()
                                + (produced.ladder() == null
                                        ? " has the role stream and no ladder"
                                        : " has a ladder and the role " + produced.role()),
                        "Write both: role: stream says that a file is the renditions of a ladder");
            }
            boolean ofCues = produced.stream().equals(TransformationEntry.CUES);
            if (ofCues != (produced.cues() != null)
                    || ofCues && !produced.options().isEmpty()) {
                wrong(
                        entry,
                        "- name: " + produced.name(),
                        "catalogue-graph",
                        produced.name() + " is made of subtitles or by ffmpeg, and not by both",
                        "Write stream: cues and cues: with a parameter in braces, and no options; or neither of them");
            }
            String label = "[" + produced.stream() + "]";
            if (!ofCues
                    && !produced.stream().equals(TransformationEntry.SOUND)
                    && (entry.filter() == null
                            || entry.filter().cases().values().stream().anyMatch(filter -> !filter.contains(label)))) {
                wrong(
                        entry,
                        "stream: " + produced.stream(),
                        "catalogue-graph",
                        produced.name() + " is made of the stream " + produced.stream()
                                + ", which the filter does not write",
                        "End a part of the filter with " + label + ", or name audio, the original's sound");
            }
        }
    }

    private void checkAgainstEachOther() {
        Map<Integer, String> places = new HashMap<>();
        Map<String, String> producers = new HashMap<>();
        String ladder = null;
        for (TransformationEntry entry : byName.values()) {
            String other = places.put(entry.order(), entry.name());
            if (other != null) {
                wrong(
                        entry,
                        "order:",
                        "catalogue-order",
                        other + " and " + entry.name() + " have the same order",
                        "Give each its own place in the chain");
            }
            for (Produced produced : entry.allProduced()) {
                if (produced.ladder() != null) {
                    if (ladder != null) {
                        wrong(
                                entry,
                                "ladder:",
                                "catalogue-ladder",
                                ladder + " has a ladder too, and a video has one set of renditions",
                                "Add the heights there");
                    }
                    ladder = entry.name();
                }
                producer(entry, "name: " + produced.name(), produced.name(), producers);
                if (produced.sheets() != null) {
                    producer(entry, "index:", produced.sheets().index(), producers);
                }
            }
            references(entry, "needs", entry.needs());
            references(entry, "excludes", entry.excludes());
            for (String need : entry.needs()) {
                if (entry.excludes().contains(need)) {
                    wrong(
                            entry,
                            "excludes:",
                            "catalogue-reference",
                            entry.name() + " both needs and excludes " + need,
                            "Delete it from one of them");
                }
            }
        }
    }

    private void producer(TransformationEntry entry, String at, String name, Map<String, String> producers) {
        String first = producers.put(name, entry.name());
        if (first != null) {
            wrong(
                    entry,
                    at,
                    "catalogue-order",
                    first + " and " + entry.name() + " both produce " + name,
                    "Name one of them otherwise");
        }
    }

    private void references(TransformationEntry entry, String key, List<String> names) {
        for (String name : names) {
            if (!byName.containsKey(name)) {
                wrong(
                        entry,
                        key + ":",
                        "catalogue-reference",
                        entry.name() + " " + key + " " + name + ", which does not exist",
                        "Write one that does" + Nearest.orOneOf(name, byName.keySet()));
            } else if (name.equals(entry.name())) {
                wrong(entry, key + ":", "catalogue-reference", name + " " + key + " itself", "Delete it there");
            }
        }
    }

    /** @param where the text at whose first line it is; the entry's first line when it stands nowhere */
    private void wrong(TransformationEntry entry, String where, String id, String what, String instead) {
        List<String> lines = texts.get(entry.file()).lines().toList();
        int line = 1;
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i).strip();
            if (text.startsWith(where) || where.matches("[{\\[].*") && text.contains(where) && !text.startsWith("#")) {
                line = i + 1;
                break;
            }
        }
        report.accept(new Finding(entry.file(), line, id, what, instead));
    }
}
