package caravana.checks;

import caravana.checks.TransformationEntry.Chosen;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs each entry of the catalogue with the real ffmpeg over two generated frames, with its defaults and with extreme
 * values of its parameters. This finds unknown filters and options, values out of range, and graphs that do not fit,
 * before a job meets them.
 */
public final class TransformationGraphs {

    /** What the worker fills in, as it could be. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("fps", "30/1"),
            Map.entry("seconds", "10.000000"),
            Map.entry("source_width", "1920"),
            Map.entry("source_height", "1080"),
            Map.entry("source_fps", "30/1"),
            Map.entry("source_seconds", "12.000000"),
            Map.entry("fit_width", "1280"),
            Map.entry("fit_height", "720"),
            Map.entry("background", "0x1f3a5f"),
            Map.entry("colour", "0xffffff"),
            Map.entry("opening_frames", "2"),
            Map.entry("closing_frames", "2"),
            Map.entry("opening_text", "opening.txt"),
            Map.entry("closing_text", "closing.txt"),
            Map.entry("text_size", "72"),
            Map.entry("bit_rate", "500000"),
            Map.entry("segment_frames", "120"),
            Map.entry("first_frames", "30"),
            Map.entry("loudness", "volume=1dB,alimiter=limit=0.8:level=disabled"));

    /** Of the made picture, where no entry that is needed says which. */
    private static final String SIZE = "320x240";

    /** Length of the made footage. */
    static final double SECONDS = 0.1;

    static final String SOUND = "sine=duration=0.1";
    private static final String PICTURE = "color=red@0.5:size=64x32:rate=30:duration=0.1,format=rgba";

    /** The file that stands for every text with subtitles. */
    private static final String CUES = "cues.vtt";

    private static final String CUE = "WEBVTT\n\n00:00.000 --> 00:01.000\n";
    private static final Map<String, String> INPUTS = Map.of("logo", "color=white:size=64x32:rate=30:duration=0.1");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z][a-z0-9_]*)}");
    private static final Pattern BLAMED = Pattern.compile("'([^']+)'");

    /** The keys of what ffmpeg gets. */
    private static final Pattern WORK = Pattern.compile("(filter|audio_filter|output|produces):");

    /** Of one run, in seconds; a run takes a tenth of one. */
    private static final int PATIENCE = 60;

    private static final String FFMPEG = "ffmpeg";

    /** The file that stands for every text of a request. */
    private static final String TEXT = "text.txt";

    private final Path folder;

    private TransformationGraphs(Path folder) {
        this.folder = folder;
    }

    /** Whether there is an ffmpeg to ask. */
    public static boolean isPossible() {
        return version() != null;
    }

    /** What ffmpeg says of its build; null when it cannot be run. */
    private static String version() {
        try {
            Process process = new ProcessBuilder(FFMPEG, "-version")
                    .redirectErrorStream(true)
                    .start();
            String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? version : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /**
     * Runs every entry. What this ffmpeg has run for this user before is not run again.
     *
     * @param files as {@link RouteFiles#read} gives them, in which the checks find nothing wrong
     * @param report gets what ffmpeg refuses, once for each entry
     * @return how many graphs ffmpeg runs
     */
    public static int check(Map<String, String> files, Consumer<Finding> report) {
        return check(files, new PassedGraphs(PassedGraphs.file(), version()), report);
    }

    /** The same with a memory of its own. */
    static int check(Map<String, String> files, PassedGraphs passed, Consumer<Finding> report) {
        return inFolder(graphs -> graphs.run(files, passed, report));
    }

    /** Something that is done with an empty folder. */
    interface Work {

        int in(TransformationGraphs graphs) throws IOException;
    }

    static int inFolder(Work work) {
        try {
            Path folder = Files.createTempDirectory("caravana-graphs-");
            try {
                return work.in(new TransformationGraphs(folder));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void writeTexts(String text) throws IOException {
        for (String file : List.of("opening.txt", "closing.txt", TEXT)) {
            Files.writeString(folder.resolve(file), text);
        }
        Files.writeString(folder.resolve(CUES), CUE + text);
    }

    private int run(Map<String, String> files, PassedGraphs passed, Consumer<Finding> report) throws IOException {
        writeTexts(ParameterCombinations.NASTY);
        int graphs = 0;
        List<TransformationEntry> entries = TransformationFiles.read(files, nothing -> {});
        for (TransformationEntry entry : entries) {
            for (Map<String, Object> combination : ParameterCombinations.of(entry)) {
                Map<String, Object> values = withinFootage(entry, combination);
                graphs++;
                List<String> command = command(entry, values, size(entry, entries), SECONDS);
                if (passed.has(command, ParameterCombinations.NASTY)) {
                    continue;
                }
                String complaint = run(command);
                if (complaint == null) {
                    passed.add(command, ParameterCombinations.NASTY);
                } else {
                    report.accept(finding(entry, values, complaint, files.get(entry.file())));
                    break;
                }
            }
        }
        return graphs;
    }

    /** The values, but for those that let a file begin after the footage: no job gets so far with them. */
    private static Map<String, Object> withinFootage(TransformationEntry entry, Map<String, Object> values) {
        Map<String, Object> within = new LinkedHashMap<>(values);
        for (Produced produced : entry.allProduced()) {
            String from = produced.check().from();
            if (from != null && from.startsWith("{")) {
                String name = from.substring(1, from.length() - 1);
                within.put(name, entry.parameters().get(name).minimum());
            }
        }
        return within;
    }

    /** Of the made picture: what the entries say that this one needs. */
    static String size(TransformationEntry entry, List<TransformationEntry> entries) {
        return entries.stream()
                .filter(other -> entry.needs().contains(other.name()))
                .map(other -> of(other.sets().get("fit"), Map.of()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(SIZE);
    }

    static List<String> command(TransformationEntry entry, Map<String, Object> values, String size, double seconds) {
        Map<String, String> filled = new HashMap<>(VALUES);
        for (Parameter parameter : entry.parameters().values()) {
            if (parameter.type() != Type.ASSET && values.containsKey(parameter.name())) {
                filled.put(
                        parameter.name(),
                        parameter.type() == Type.TEXT ? TEXT : parameter.written(values.get(parameter.name())));
            }
        }
        List<String> line = new ArrayList<>(List.of(FFMPEG, "-nostdin", "-v", "error", "-y"));
        String picture = "testsrc2=size=" + size + ":rate=30:duration=" + seconds + ",format=yuv420p";
        line.addAll(List.of("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", SOUND));
        for (String input : entry.inputs()) {
            filled.put(input, "[" + (2 + entry.inputs().indexOf(input)) + ":v]");
            line.addAll(List.of("-f", "lavfi", "-i", INPUTS.get(input)));
        }
        int inputs = 2 + entry.inputs().size();
        for (Parameter parameter : entry.parameters().values()) {
            if (parameter.isPicture()) {
                filled.put(parameter.name(), "[" + inputs++ + ":v]");
                line.addAll(List.of("-f", "lavfi", "-i", PICTURE));
            } else if (parameter.isCues()) {
                filled.put(parameter.name(), CUES);
            }
        }
        String subtitles = of(entry.subtitles(), values);
        if (subtitles != null) {
            line.addAll(List.of("-i", CUES));
        }
        filled.put("in", "[0:v]");
        filled.put("out", "[video]");
        String filter = of(entry.filter(), values);
        if (filter != null) {
            line.add("-filter_complex");
            line.add(
                    TransformationEntry.isGraph(filter)
                            ? filled(filter, filled)
                            : "[0:v]" + filled(filter, filled) + "[video]");
        }
        String audio = of(entry.audioFilter(), values);
        if (audio != null) {
            line.addAll(List.of("-filter_complex", "[1:a]" + filled(audio, filled) + "[audio]"));
        }
        String sound = audio == null ? "1:a" : "[audio]";
        line.addAll(List.of("-map", filter == null ? "0:v" : "[video]", "-map", sound));
        if (subtitles != null) {
            line.addAll(List.of("-map", String.valueOf(inputs)));
        }
        List<String> output = of(entry.output(), values);
        (output == null ? List.<String>of() : output).forEach(option -> line.add(filled(option, filled)));
        line.addAll(List.of("-frames:v", "2", "-f", "mp4", "video.mp4"));
        List<Produced> files = of(entry.produces(), values);
        for (Produced produced : files == null ? List.<Produced>of() : files) {
            if (produced.cues() != null) {
                continue;
            }
            line.addAll(List.of(
                    "-map",
                    produced.stream().equals(TransformationEntry.SOUND) ? "1:a" : "[" + produced.stream() + "]"));
            if (produced.withSound() && produced.ladder() == null) {
                line.addAll(List.of("-map", "1:a"));
            }
            produced.options().forEach(option -> line.add(filled(option, filled)));
            line.add(produced.name());
            if (produced.ladder() != null) {
                line.addAll(List.of("-map", "1:a"));
                produced.ladder().sound().forEach(option -> line.add(filled(option, filled)));
                line.add("sound-of-" + produced.name());
            }
        }
        return line;
    }

    static <T> T of(Chosen<T> part, Map<String, Object> values) {
        return part == null ? null : part.of(values);
    }

    private static String filled(String fragment, Map<String, String> values) {
        return PLACEHOLDER.matcher(fragment).replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1))));
    }

    /** @return what ffmpeg complains of; null when it has made what was requested */
    String run(List<String> command) throws IOException {
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                return "it did not end within " + PATIENCE + " seconds";
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return "it was interrupted";
        }
        if (process.exitValue() == 0) {
            return null;
        }
        return Files.readString(errors)
                .lines()
                .map(line -> line.replaceFirst("^(\\[[^]]*] )+", ""))
                .findFirst()
                .orElse("it ended with status " + process.exitValue());
    }

    /** What a command has made. */
    byte[] read(String file) throws IOException {
        return Files.readAllBytes(folder.resolve(file));
    }

    private static Finding finding(
            TransformationEntry entry, Map<String, Object> values, String complaint, String text) {
        return new Finding(
                entry.file(),
                line(entry, values, complaint, text),
                "catalogue-ffmpeg",
                "ffmpeg refuses " + entry.name() + (values.isEmpty() ? "" : " with " + values) + ": "
                        + complaint.strip().replaceFirst("\\.$", ""),
                "Write a graph and options that it runs; ffmpeg -h filter=NAME lists the options of a filter");
    }

    /**
     * The line that has what ffmpeg names: of the case that the values choose, or else of the whole graph and the options. When it
     * names nothing that stands there, that of the case, or of the graph.
     */
    private static int line(TransformationEntry entry, Map<String, Object> values, String complaint, String text) {
        List<String> lines = text.lines().map(String::strip).toList();
        int first = 0;
        while (first < lines.size() - 1 && !WORK.matcher(lines.get(first)).lookingAt()) {
            first++;
        }
        String by = entry.filter() == null ? null : entry.filter().by();
        int chosen = by == null ? first : first + 1;
        while (by != null
                && chosen < lines.size() - 1
                && !lines.get(chosen).replace("\"", "").startsWith(values.get(by) + ":")) {
            chosen++;
        }
        Matcher blamed = BLAMED.matcher(complaint);
        while (blamed.find()) {
            String name = blamed.group(1);
            if (lines.get(chosen).contains(name)) {
                return chosen + 1;
            }
            for (int i = first; i < lines.size(); i++) {
                if (lines.get(i).contains(name) && !lines.get(i).startsWith("#")) {
                    return i + 1;
                }
            }
        }
        return chosen + 1;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
