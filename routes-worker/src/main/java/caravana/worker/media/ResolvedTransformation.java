package caravana.worker.media;

import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.transformation.AppliedTransformation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A transformation whose fragments have values in place of the names in braces, except for {@code {in}} and {@code
 * {out}} of a filter graph.
 *
 * @param filter for the picture; null for none
 * @param audioFilter for the sound; null for none
 * @param output encoder options of the video, one item for each argument
 * @param produces additional files
 */
record ResolvedTransformation(String filter, String audioFilter, List<String> output, List<File> produces) {

    /**
     * An additional file, with its options filled in.
     *
     * @param sound options of the sound of renditions; empty for another file
     */
    record File(Produced produced, List<String> options, List<String> sound) {}

    /**
     * Fills in values, including those of the transformation's parameters. A text becomes a file in the job's folder,
     * so that nothing in it can be read as filter syntax.
     *
     * @param values the worker's values, by name
     * @param assets the text that replaces an asset in fragments, by the asset's id
     * @throws UncheckedIOException when a text cannot be written
     */
    static ResolvedTransformation of(
            AppliedTransformation transformation, Map<String, String> values, Map<String, String> assets, Path folder) {
        Map<String, String> all = new HashMap<>(values);
        all.put("in", "{in}");
        all.put("out", "{out}");
        for (Parameter parameter : transformation.entry().parameters().values()) {
            if (!transformation.values().containsKey(parameter.name())) {
                // Another parameter replaces this one.
                continue;
            }
            all.put(
                    parameter.name(),
                    switch (parameter.type()) {
                        case TEXT -> text(transformation, parameter.name(), folder);
                        case ASSET ->
                            assets.get((String) transformation.values().get(parameter.name()));
                        default -> transformation.written(parameter);
                    });
        }
        return new ResolvedTransformation(
                filled(transformation.filter(), all),
                filled(transformation.audioFilter(), all),
                filled(transformation.output(), all),
                transformation.produces().stream()
                        .map(produced -> file(produced, all))
                        .toList());
    }

    private static String text(AppliedTransformation transformation, String parameter, Path folder) {
        // Tools run in the job's folder.
        String name = transformation.name() + "-" + parameter + ".txt";
        try {
            JobTexts.write(
                    folder.resolve(name), (String) transformation.values().get(parameter));
        } catch (IOException e) {
            throw new UncheckedIOException("The text of " + transformation.name() + " cannot be written", e);
        }
        return name;
    }

    private static File file(Produced produced, Map<String, String> values) {
        List<String> sound =
                produced.ladder() == null ? List.of() : produced.ladder().sound();
        return new File(produced, filled(produced.options(), values), filled(sound, values));
    }

    private static List<String> filled(List<String> options, Map<String, String> values) {
        return options.stream().map(option -> filled(option, values)).toList();
    }

    private static String filled(String fragment, Map<String, String> values) {
        return fragment == null ? null : Placeholders.filled(fragment, values);
    }
}
