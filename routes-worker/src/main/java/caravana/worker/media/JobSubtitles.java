package caravana.worker.media;

import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.media.Subtitles;
import caravana.transformation.AppliedTransformation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the subtitles of a job: the cues of the kept part of the original, with times and plain text only. Tools read
 * only these files, and not those of the uploader.
 */
final class JobSubtitles {

    private final Map<String, String> drawn = new HashMap<>();
    private Path track;

    private JobSubtitles() {}

    /**
     * Writes the subtitle files, including those that are additional outputs.
     *
     * @param before seconds of the result before the footage
     * @throws UncheckedIOException when a file cannot be written
     */
    static JobSubtitles of(
            List<AppliedTransformation> transformations, Path folder, PlannedResult result, double before) {
        JobSubtitles written = new JobSubtitles();
        for (AppliedTransformation transformation : transformations) {
            for (Map.Entry<Parameter, String> asset : transformation.assets().entrySet()) {
                if (asset.getKey().isCues()) {
                    written.write(transformation, asset.getKey().name(), asset.getValue(), folder, result, before);
                }
            }
        }
        return written;
    }

    private void write(
            AppliedTransformation transformation,
            String parameter,
            String id,
            Path folder,
            PlannedResult result,
            double before) {
        Subtitles all = JobAssets.subtitles(folder, id);
        double seconds = result.secondsOf(result.footageFrames());
        String inBraces = "{" + parameter + "}";
        if (transformation.filter() != null && transformation.filter().contains(inBraces)) {
            // Filters see only the footage, and a tool runs in the folder.
            String name = transformation.name() + "-" + parameter + ".vtt";
            write(folder.resolve(name), all.part(result.startSeconds(), seconds, 0));
            drawn.put(id, name);
        }
        Subtitles shown = all.part(result.startSeconds(), seconds, before);
        if (id.equals(transformation.subtitles()) && !shown.cues().isEmpty()) {
            track = folder.resolve(transformation.name() + "-track.vtt");
            write(track, shown);
        }
        for (Produced produced : transformation.produces()) {
            if (inBraces.equals(produced.cues())) {
                write(folder.resolve(produced.name()), shown);
            }
        }
    }

    private static void write(Path file, Subtitles subtitles) {
        try {
            JobTexts.write(file, subtitles.webVtt());
        } catch (IOException e) {
            throw new UncheckedIOException("The subtitles " + file.getFileName() + " cannot be written", e);
        }
    }

    /** Returns the file that a filter draws, by its path for tools; null when none is drawn. */
    String drawn(String id) {
        return drawn.get(id);
    }

    /** Returns the file that becomes a track of the video; null for none. */
    Path track() {
        return track;
    }
}
