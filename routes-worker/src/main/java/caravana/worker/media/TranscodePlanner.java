package caravana.worker.media;

import caravana.checks.TransformationEntry;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Composes all transformations of a job into one ffmpeg run: one decode, one filter graph, one encode. */
@Component("transcodePlanner")
public class TranscodePlanner {

    /**
     * Scaling to even sizes bends the shape by less than a pixel, and would note that as pixels that are not square. What
     * generates pictures, such as cards, does not tag their colours.
     */
    private static final String STILL_SQUARE = "setsar=1," + ColourFilters.TAGS;

    /** A result's length may differ by one frame, and by one more that the filter of the rate rounds. */
    private static final long TOLERANCE = 2;

    /** Encoded frames that may wait for sound that begins late: those of the longest video. */
    private static final String MOST_WAITING_PACKETS = "1000000";

    private final MediaAssets assets;
    private final MediaProperties media;
    private final MediaLimits limits;
    private final MediaRefusals refusals;

    TranscodePlanner(MediaAssets assets, MediaProperties media, MediaLimits limits) {
        this.assets = assets;
        this.media = media;
        this.limits = limits;
        this.refusals = new MediaRefusals(limits);
    }

    /**
     * The run that makes the job's result, whose length is told to the job for its progress.
     *
     * @throws RejectedMediaException when the footage ends before the part that is kept begins
     */
    public TranscodePlan plan(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations) {
        PlannedResult result = result(source, transformations);
        job.setPlannedSeconds(result.seconds());
        ToolCommand command = new ToolCommand(
                arguments(job, source, transformations, result),
                ToolCommand.Output.PROGRESS,
                media.timeLimit(result.workedSeconds()),
                media.stallLimit(),
                (status, errors) -> new RejectedMediaException(
                        refusals.undecodable(source.video().codec())),
                null);
        return new TranscodePlan(command, result);
    }

    /** Whether the job keeps sound, and the original has some. */
    public boolean keepsSound(
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("headers") SourceHeaders headers) {
        return !headers.audios().isEmpty() && isAudioWanted(transformations);
    }

    private static boolean isAudioWanted(List<AppliedTransformation> transformations) {
        return !"none".equals(last(transformations, "audio"));
    }

    /** What the last of them sets under a key; null when none does. */
    private static String last(List<AppliedTransformation> transformations, String key) {
        return transformations.stream()
                .map(transformation -> transformation.set(key))
                .filter(Objects::nonNull)
                .reduce(null, (before, after) -> after);
    }

    private PlannedResult result(SourceTimeline source, List<AppliedTransformation> transformations) {
        FrameRate rate = source.rate().ofResult();
        double start = transformations.stream()
                .mapToDouble(AppliedTransformation::start)
                .max()
                .orElse(0);
        double end = transformations.stream()
                .mapToDouble(AppliedTransformation::end)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
        double kept = transformations.stream()
                .mapToDouble(AppliedTransformation::keep)
                .reduce(end - start, Math::min);
        double rest = source.seconds() - start;
        if (start > 0 && rate.framesIn(rest) < 1) {
            throw new RejectedMediaException(refusals.nothingKept(start, source.seconds()));
        }
        long added = transformations.stream()
                .map(transformation -> transformation.set("adds"))
                .filter(Objects::nonNull)
                .mapToLong(setting -> assets.frames(setting, rate))
                .sum();
        boolean audioWanted = isAudioWanted(transformations);
        boolean audio = audioWanted && source.hasAudio();
        // Which of two tracks first meets a jump of the clock decides by how much it is closed.
        long inexact = audio ? source.gapsClosed() * rate.framesIn(1) : 0;
        PlannedSize size = PlannedSize.of(transformations);
        return new PlannedResult(
                Math.max(1, rate.framesIn(Math.min(kept, rest))),
                added,
                rate,
                audioWanted,
                audio,
                "h264".equals(last(transformations, "codec")),
                size.source(),
                size.result(),
                start,
                kept,
                TOLERANCE + inexact);
    }

    private List<String> arguments(
            RunningJob job, SourceTimeline source, List<AppliedTransformation> transformations, PlannedResult result) {
        String threads = String.valueOf(media.threads());
        List<String> line = new ArrayList<>(List.of(
                "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25"));
        line.addAll(MediaProbe.inputLimits(limits));
        // The probe has seen the first frames only; later ones may be of any size.
        long pixels = (long) limits.width() * limits.height();
        line.addAll(List.of("-max_pixels", String.valueOf(pixels)));
        line.addAll(List.of("-threads", threads));
        line.addAll(SourceFilters.inputOptions(source));
        line.addAll(List.of("-i", "file:" + job.getOriginal()));

        Map<String, String> inputs = new HashMap<>();
        for (AppliedTransformation transformation : transformations) {
            for (String name : transformation.entry().inputs()) {
                if (!inputs.containsKey(name)) {
                    line.addAll(assetInput(name));
                    inputs.put(name, "[" + (inputs.size() + 1) + ":v]");
                }
            }
        }
        List<FilledTransformation> filled = filled(job, transformations, result, inputs);
        String graph = graph(source, filled, result);
        if (inputs.isEmpty() && !source.video().orientation().filters().isEmpty()) {
            // Of a graph with one input alone, ffmpeg notes the input's rotation in the result, which is turned
            // already.
            line.addAll(assetInput("logo"));
            graph += ";[1:v]nullsink";
        }
        line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
        line.addAll(List.of("-filter_complex", graph));
        if (result.audio()) {
            // A graph of its own: in a common one, decoded pictures would wait in memory until the first sound comes.
            line.addAll(List.of("-filter_complex", SourceFilters.audio(source, result, audioFilters(filled))));
            line.addAll(List.of("-max_muxing_queue_size", MOST_WAITING_PACKETS));
        }

        line.addAll(List.of("-map", "[video]"));
        if (result.audio()) {
            line.addAll(List.of("-map", "[audio]"));
        }
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", threads));
        filled.forEach(transformation -> line.addAll(transformation.output()));
        line.addAll(List.of("-r", result.frameRate().toString(), "-f", "mp4", "-y", "file:" + job.getResult()));
        for (FilledTransformation transformation : filled) {
            for (FilledTransformation.File produced : transformation.produces()) {
                line.addAll(List.of("-map", "[" + produced.stream() + "]", "-map_metadata", "-1"));
                line.addAll(produced.options());
                line.addAll(List.of("-y", "file:" + job.getFolder().resolve(produced.name())));
            }
        }
        return line;
    }

    private List<FilledTransformation> filled(
            RunningJob job,
            List<AppliedTransformation> transformations,
            PlannedResult result,
            Map<String, String> inputs) {
        Map<String, String> values = new HashMap<>(assets.filterValues(result.frameRate()));
        values.putAll(inputs);
        values.put("fps", result.frameRate().toString());
        values.put("seconds", String.format(Locale.ROOT, "%.6f", result.seconds()));
        return transformations.stream()
                .map(transformation -> FilledTransformation.of(transformation, values, job.getFolder()))
                .toList();
    }

    private List<String> assetInput(String name) {
        return List.of("-protocol_whitelist", "file", "-i", "file:" + assets.input(name));
    }

    private static String graph(
            SourceTimeline source, List<FilledTransformation> transformations, PlannedResult result) {
        FilterGraph graph = new FilterGraph("[0:" + source.video().index() + "]");
        graph.link(SourceFilters.video(source, result));
        for (FilledTransformation transformation : transformations) {
            String filter = transformation.filter();
            if (filter != null && TransformationEntry.isGraph(filter)) {
                graph.graph(filter);
            } else if (filter != null) {
                graph.link(filter);
            }
        }
        graph.link(STILL_SQUARE);
        return graph.endAt("[video]");
    }

    private static List<String> audioFilters(List<FilledTransformation> transformations) {
        return transformations.stream()
                .map(FilledTransformation::audioFilter)
                .filter(Objects::nonNull)
                .toList();
    }
}
