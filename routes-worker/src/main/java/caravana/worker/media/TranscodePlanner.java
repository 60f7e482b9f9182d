package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.media.MediaLimits;
import caravana.transformation.Transformation;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.time.Duration;
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

    /** Filters assume square pixels; a no-op for the many originals that have them. */
    private static final String SQUARE_PIXELS = "scale=w='trunc(iw*sar/2)*2':h='trunc(ih/2)*2',setsar=1";

    /** Scaling to even sizes bends the shape by less than a pixel, and would note that as pixels that are not square. */
    private static final String STILL_SQUARE = "setsar=1";

    /** At most 30 frames a second, and at least 1, which a slide show may not reach. */
    private static final double HIGHEST_RATE = 30;

    private static final double LOWEST_RATE = 1;

    /** Together they bring every original to this one size. */
    private static final Set<String> MAKE_HD = Set.of("hd_720p", "formato_16_9");

    private final TransformationCatalogue catalogue;
    private final MediaAssets assets;
    private final MediaProperties media;
    private final MediaLimits limits;

    TranscodePlanner(TransformationCatalogue catalogue, MediaAssets assets, MediaProperties media, MediaLimits limits) {
        this.catalogue = catalogue;
        this.assets = assets;
        this.media = media;
        this.limits = limits;
    }

    /**
     * The run that makes the job's result, whose length is told to the job for its progress.
     *
     * @throws caravana.transformation.UnknownTransformationException when a name is not in this worker's catalogue
     * @throws caravana.transformation.ImpossibleCombinationException when the names do not go together
     */
    public TranscodePlan plan(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("facts") MediaFacts facts,
            @ExchangeProperty("transformations") List<String> names) {
        List<Transformation> transformations = catalogue.resolve(names);
        PlannedResult result = result(facts, names, transformations);
        job.setPlannedSeconds(result.seconds());
        ToolCommand command = new ToolCommand(
                arguments(job, facts, transformations, result),
                ToolCommand.Output.PROGRESS,
                timeLimit(result),
                media.stallLimit(),
                status -> new RejectedMediaException(FailureCode.UNDECODABLE),
                null);
        return new TranscodePlan(command, result);
    }

    private Duration timeLimit(PlannedResult result) {
        Duration limit = media.baseTimeLimit()
                .plus(Duration.ofMillis((long) (result.seconds() * 1000 * media.timeLimitFactor())));
        return limit.compareTo(MediaLimits.LONGEST_RUN) < 0 ? limit : MediaLimits.LONGEST_RUN;
    }

    private PlannedResult result(MediaFacts facts, List<String> names, List<Transformation> transformations) {
        double footage = transformations.stream()
                .map(Transformation::keepSeconds)
                .filter(Objects::nonNull)
                .mapToDouble(Integer::doubleValue)
                .reduce(facts.durationSeconds(), Math::min);
        double added = transformations.stream()
                .map(Transformation::addsSeconds)
                .filter(Objects::nonNull)
                .mapToDouble(assets::seconds)
                .sum();
        boolean silent = transformations.stream().anyMatch(t -> t.output().contains("-an"));
        boolean h264 = transformations.stream().anyMatch(t -> t.output().contains("libx264"));
        return new PlannedResult(
                footage, added, rate(facts), facts.hasAudio() && !silent, h264, names.containsAll(MAKE_HD));
    }

    /** Constant, as the original's up to 30 frames a second. */
    private static String rate(MediaFacts facts) {
        double rate = facts.framesPerSecond();
        if (rate > HIGHEST_RATE || rate == 0) {
            return String.valueOf((int) HIGHEST_RATE);
        }
        return rate < LOWEST_RATE ? String.valueOf((int) LOWEST_RATE) : facts.frameRate();
    }

    private List<String> arguments(
            RunningJob job, MediaFacts facts, List<Transformation> transformations, PlannedResult result) {
        String threads = String.valueOf(media.threads());
        List<String> line = new ArrayList<>(List.of(
                "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25"));
        line.addAll(MediaProbe.inputLimits(limits));
        // The probe has seen the first frames only; later ones may be of any size.
        long pixels = (long) limits.width() * limits.height();
        line.addAll(List.of("-max_pixels", String.valueOf(pixels)));
        line.addAll(List.of("-threads", threads, "-t", String.valueOf(result.footageSeconds())));
        line.addAll(List.of("-i", "file:" + job.getOriginal()));

        Map<String, String> values = new HashMap<>(assets.filterValues());
        values.put("fps", result.frameRate());
        int input = 1;
        for (Transformation transformation : transformations) {
            for (String name : transformation.inputs()) {
                line.addAll(List.of("-protocol_whitelist", "file", "-i", "file:" + assets.input(name)));
                values.put(name, "[" + input++ + ":v]");
            }
        }
        line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
        line.addAll(List.of("-filter_complex", graph(facts, transformations, values)));

        line.addAll(List.of("-map", "[video]"));
        if (result.audio()) {
            line.addAll(List.of("-map", "0:a:0?"));
        }
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", threads));
        transformations.forEach(t -> line.addAll(t.output()));
        line.addAll(List.of("-r", result.frameRate(), "-f", "mp4", "-y", "file:" + job.getResult()));
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

    private static String graph(MediaFacts facts, List<Transformation> transformations, Map<String, String> values) {
        FilterGraph graph = new FilterGraph("[0:" + facts.videoStream() + "]");
        graph.link("setpts=PTS-STARTPTS,fps={fps}," + SQUARE_PIXELS, values);
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
