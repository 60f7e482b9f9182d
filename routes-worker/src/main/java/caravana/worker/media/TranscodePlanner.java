package caravana.worker.media;

import caravana.transformation.Transformation;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Composes all transformations of a job into one ffmpeg run: one decode, one filter chain, one encode. */
@Component("transcodePlanner")
public class TranscodePlanner {

    /** Filters assume square pixels; a no-op for the many originals that have them. */
    private static final String SQUARE_PIXELS = "scale=w='trunc(iw*sar/2)*2':h='trunc(ih/2)*2',setsar=1";

    /** Scaling to even sizes bends the shape by less than a pixel, and would note that as pixels that are not square. */
    private static final String STILL_SQUARE = "setsar=1";

    private final TransformationCatalogue catalogue;
    private final MediaProperties limits;

    TranscodePlanner(TransformationCatalogue catalogue, MediaProperties limits) {
        this.catalogue = catalogue;
        this.limits = limits;
    }

    /**
     * The command that makes the job's result, and how long that will be (told to the job for its progress).
     *
     * @throws caravana.transformation.UnknownTransformationException when a name is not in this worker's catalogue
     */
    public ToolCommand plan(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("facts") MediaFacts facts,
            @ExchangeProperty("transformations") List<String> names) {
        List<Transformation> transformations = catalogue.resolve(names);
        double seconds = transformations.stream()
                .map(Transformation::keepSeconds)
                .filter(Objects::nonNull)
                .mapToDouble(Integer::doubleValue)
                .reduce(facts.durationSeconds(), Math::min);
        job.setPlannedSeconds(seconds);

        List<String> arguments = new ArrayList<>(List.of(
                "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25"));
        arguments.addAll(List.of("-protocol_whitelist", "file", "-i", "file:" + job.getOriginal()));
        arguments.addAll(List.of("-map", "0:" + facts.videoStream(), "-map", "0:a:0?", "-map_metadata", "-1"));
        arguments.addAll(List.of("-threads", String.valueOf(limits.threads()), "-t", String.valueOf(seconds)));
        arguments.addAll(List.of("-vf", filterChain(transformations)));
        transformations.forEach(t -> arguments.addAll(t.output()));
        arguments.addAll(List.of("-f", "mp4", "-y", "file:" + job.getResult()));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.PROGRESS,
                limits.baseTimeLimit().plus(Duration.ofMillis((long) (seconds * 1000 * limits.timeLimitFactor()))),
                limits.stallLimit(),
                "undecodable",
                "The video is damaged or in a format that we cannot decode.");
    }

    private static String filterChain(List<Transformation> transformations) {
        Stream<String> asked =
                transformations.stream().map(Transformation::filter).filter(Objects::nonNull);
        return Stream.of(Stream.of(SQUARE_PIXELS), asked, Stream.of(STILL_SQUARE))
                .flatMap(filters -> filters)
                .collect(Collectors.joining(","));
    }
}
