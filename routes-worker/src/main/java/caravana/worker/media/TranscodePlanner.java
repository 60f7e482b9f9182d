package caravana.worker.media;

import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.transformation.Transformation;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    /** What {@code hd_720p} fits a picture into. The source is scaled down to it at once, before its colours are converted. */
    private static final PlannedResult.Box HD = new PlannedResult.Box(1280, 720);

    /** Together they bring every original to that size. */
    private static final Set<String> FILL_HD = Set.of("hd_720p", "formato_16_9");

    private final TransformationCatalogue catalogue;
    private final MediaAssets assets;
    private final MediaProperties media;
    private final MediaLimits limits;
    private final MediaRefusals refusals;

    TranscodePlanner(TransformationCatalogue catalogue, MediaAssets assets, MediaProperties media, MediaLimits limits) {
        this.catalogue = catalogue;
        this.assets = assets;
        this.media = media;
        this.limits = limits;
        this.refusals = new MediaRefusals(limits);
    }

    /**
     * The run that makes the job's result, whose length is told to the job for its progress.
     *
     * @throws caravana.transformation.UnknownTransformationException when a name is not in this worker's catalogue
     * @throws caravana.transformation.ImpossibleCombinationException when the names do not go together
     */
    public TranscodePlan plan(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("transformations") List<String> names) {
        List<Transformation> transformations = catalogue.resolve(names);
        PlannedResult result = result(source, names, transformations);
        job.setPlannedSeconds(result.seconds());
        ToolCommand command = new ToolCommand(
                arguments(job, source, transformations, result),
                ToolCommand.Output.PROGRESS,
                media.timeLimit(result.seconds()),
                media.stallLimit(),
                (status, errors) -> new RejectedMediaException(
                        refusals.undecodable(source.video().codec())),
                null);
        return new TranscodePlan(command, result);
    }

    /** Whether the job keeps sound, and the original has some. */
    public boolean keepsSound(
            @ExchangeProperty("transformations") List<String> names,
            @ExchangeProperty("headers") SourceHeaders headers) {
        return !headers.audios().isEmpty() && isAudioWanted(catalogue.resolve(names));
    }

    private static boolean isAudioWanted(List<Transformation> transformations) {
        return transformations.stream().noneMatch(t -> t.output().contains("-an"));
    }

    private PlannedResult result(SourceTimeline source, List<String> names, List<Transformation> transformations) {
        FrameRate rate = source.rate().ofResult();
        double kept = transformations.stream()
                .map(Transformation::keepSeconds)
                .filter(Objects::nonNull)
                .mapToDouble(Integer::doubleValue)
                .reduce(Double.POSITIVE_INFINITY, Math::min);
        long added = transformations.stream()
                .map(Transformation::addsSeconds)
                .filter(Objects::nonNull)
                .mapToLong(setting -> assets.frames(setting, rate))
                .sum();
        boolean audioWanted = isAudioWanted(transformations);
        boolean audio = audioWanted && source.hasAudio();
        boolean h264 = transformations.stream().anyMatch(t -> t.output().contains("libx264"));
        // Which of two tracks first meets a jump of the clock decides by how much it is closed.
        long inexact = audio ? source.gapsClosed() * rate.framesIn(1) : 0;
        return new PlannedResult(
                Math.max(1, rate.framesIn(Math.min(kept, source.seconds()))),
                added,
                rate,
                audioWanted,
                audio,
                h264,
                names.contains("hd_720p") ? HD : null,
                names.containsAll(FILL_HD),
                kept,
                TOLERANCE + inexact);
    }

    private List<String> arguments(
            RunningJob job, SourceTimeline source, List<Transformation> transformations, PlannedResult result) {
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

        Map<String, String> values = new HashMap<>(assets.filterValues(result.frameRate()));
        values.put("fps", result.frameRate().toString());
        int input = 1;
        for (Transformation transformation : transformations) {
            for (String name : transformation.inputs()) {
                line.addAll(assetInput(name));
                values.put(name, "[" + input++ + ":v]");
            }
        }
        String graph = graph(source, transformations, result, values);
        if (input == 1 && !source.video().orientation().filters().isEmpty()) {
            // Of a graph with one input alone, ffmpeg notes the input's rotation in the result, which is turned
            // already.
            line.addAll(assetInput("logo"));
            graph += ";[1:v]nullsink";
        }
        line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
        line.addAll(List.of("-filter_complex", graph));
        if (result.audio()) {
            // A graph of its own: in a common one, decoded pictures would wait in memory until the first sound comes.
            line.addAll(List.of("-filter_complex", SourceFilters.audio(source, result)));
            line.addAll(List.of("-max_muxing_queue_size", MOST_WAITING_PACKETS));
        }

        line.addAll(List.of("-map", "[video]"));
        if (result.audio()) {
            line.addAll(List.of("-map", "[audio]"));
        }
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", threads));
        transformations.forEach(t -> line.addAll(t.output()));
        line.addAll(List.of("-r", result.frameRate().toString(), "-f", "mp4", "-y", "file:" + job.getResult()));
        for (Transformation transformation : transformations) {
            Transformation.SecondOutput second = transformation.secondOutput();
            if (second != null) {
                line.addAll(List.of("-map", "[" + second.stream() + "]", "-map_metadata", "-1"));
                line.addAll(second.options());
                line.addAll(List.of("-y", "file:" + job.getFolder().resolve(second.file())));
            }
        }
        return line;
    }

    private List<String> assetInput(String name) {
        return List.of("-protocol_whitelist", "file", "-i", "file:" + assets.input(name));
    }

    private static String graph(
            SourceTimeline source,
            List<Transformation> transformations,
            PlannedResult result,
            Map<String, String> values) {
        FilterGraph graph = new FilterGraph("[0:" + source.video().index() + "]");
        graph.link(SourceFilters.video(source, result), values);
        for (Transformation transformation : transformations) {
            if (transformation.isGraph()) {
                graph.graph(transformation.filter(), values);
            } else if (transformation.filter() != null) {
                graph.link(transformation.filter(), values);
            }
        }
        graph.link(STILL_SQUARE, values);
        return graph.endAt("[video]");
    }
}
