package caravana.worker.media;

import caravana.checks.StepOnly;
import caravana.checks.TransformationEntry.Parts;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.media.TranscodePlanner.Inputs;
import caravana.worker.media.TranscodePlanner.Measured;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Plans the runs of ffmpeg that encode a video in parts, and the one that joins them. */
@Component("partsPlanner")
public class PartsPlanner {

    private static final String CONTAINER_FLAGS = "-movflags";

    private final TranscodePlanner planner;
    private final MediaProperties media;
    private final MediaLimits limits;
    private final MediaRefusals refusals;

    PartsPlanner(TranscodePlanner planner, MediaProperties media, MediaLimits limits) {
        this.planner = planner;
        this.media = media;
        this.limits = limits;
        this.refusals = new MediaRefusals(limits);
    }

    /** Whether long videos are encoded in parts, by this worker and others. */
    public boolean isInParts() {
        return !media.partsFrom().isZero();
    }

    /**
     * In which parts the picture may be encoded: in none unless the job is expected to take long, makes the video alone and by
     * transformations that need not see the whole, and nothing is odd about the original. A job that failed once is done in one run.
     */
    public VideoParts beginParts(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("predicted_seconds") double predictedSeconds,
            @ExchangeProperty("previous_error") String previousError,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("plan") TranscodePlan plan) {
        boolean wanted = isInParts()
                && predictedSeconds >= media.partsFrom().toSeconds()
                && previousError == null
                && plan.result().footageSeconds() >= 2 * media.partSeconds()
                && plan.outputs().size() == 1
                && !plan.result().subtitles()
                && transformations.stream().allMatch(each -> each.entry().parts() == Parts.EXACT)
                && source.gapsClosed() == 0
                && source.joins().isEmpty()
                && source.heldBack() == 0
                && !source.endIsAMistake();
        if (!wanted) {
            return VideoParts.none();
        }
        VideoParts parts = VideoParts.begin(job.getFolder());
        List<String> line = new ArrayList<>(List.of("-v", "error"));
        line.addAll(MediaProbe.inputLimits(limits));
        line.addAll(List.of("-select_streams", String.valueOf(source.video().index())));
        line.addAll(List.of("-show_entries", CutPoints.ENTRIES, "-of", "csv=print_section=0"));
        line.add("file:" + job.getOriginal());
        parts.setCommand(new ToolCommand(
                line,
                ToolCommand.Output.LINES,
                media.probeLimit().plus(MediaProperties.readingTime(job.getOriginal())),
                media.stallLimit(),
                (status, errors) -> null,
                null,
                parts::add));
        return parts;
    }

    /** Divides the picture into parts, by what was found about the original. */
    public void cutParts(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("target_size") TargetSize target,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts) {
        parts.cut(source, plan.result(), media.partSeconds());
        MessageDigest digest = OriginalDigest.sha256();
        for (VideoParts.Part part : parts.all()) {
            parts.choose(part.number());
            partPicture(job, source, transformations, new Measured(loudness, target, false), plan.result(), parts)
                    // Each claim has another folder.
                    .forEach(argument ->
                            digest.update((argument.replace(job.getFolder().toString(), "") + "\n")
                                    .getBytes(StandardCharsets.UTF_8)));
        }
        parts.setDigest(HexFormat.of().formatHex(digest.digest()));
    }

    /**
     * Makes sure that the parts are those that the job's worker has planned.
     *
     * @param part that was claimed
     * @throws IllegalStateException when they are not: this worker has other settings or is of another version
     */
    @StepOnly
    public void requireSameParts(
            @ExchangeProperty("parts") VideoParts parts, @ExchangeProperty("part") Map<String, Object> part) {
        if (!parts.isWanted() || !part.get("digest").equals(parts.getDigest())) {
            throw new IllegalStateException("This worker would encode the video in other parts than were planned");
        }
    }

    /** The run that encodes the part that was claimed. */
    public ToolCommand planPart(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("target_size") TargetSize target,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("part") Map<String, Object> claimed) {
        parts.choose((Integer) claimed.get("number"));
        VideoParts.Part part = parts.next();
        PlannedResult result = plan.result();
        job.setSecondsBefore(result.secondsOf((Long) claimed.get("done_frames")));
        List<String> line =
                partPicture(job, source, transformations, new Measured(loudness, target, false), result, parts);
        line.addAll(List.of("-f", "mp4", "-y", "file:" + part.file()));
        // What is wrong with a part need not be wrong with the original: in one run, that is found out.
        return encoding(line, result.secondsOf(part.frames()), (status, errors) -> null);
    }

    /** Reads the original for the chosen part, and ends with the options of its encoder. */
    private List<String> partPicture(
            RunningJob job,
            SourceTimeline source,
            List<AppliedTransformation> transformations,
            Measured measured,
            PlannedResult result,
            VideoParts parts) {
        PlannedSize size = PlannedSize.of(transformations, source.video());
        JobSubtitles none = JobSubtitles.of(transformations, job.getFolder(), result, 0);
        List<String> line = TranscodePlanner.progressing();
        line.addAll(planner.original(job, SourceFilters.inputOptions(source, parts.next())));
        Inputs inputs = planner.inputs(line, job, transformations, none);
        List<ResolvedTransformation> filled = planner.filled(
                job, source, transformations, result, size, inputs.pictures(), inputs.assets(), measured);
        String head = SourceFilters.video(source, result, parts.next(), parts.zero());
        String graph = TranscodePlanner.graph(
                        head, TranscodePlanner.STILL_SQUARE + ",setpts=PTS-STARTPTS", source, filled, size, Map.of())
                + planner.forgetRotation(line, inputs.last(), source);
        String threads = String.valueOf(media.threads());
        line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
        line.addAll(List.of("-filter_complex", graph, "-map", "[video]"));
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", threads));
        filled.forEach(transformation -> line.addAll(transformation.output()));
        line.addAll(List.of("-r", result.frameRate().toString()));
        return line;
    }

    /** Takes the part that was encoded. */
    public void takePart(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("tool_errors") String errors) {
        parts.take(errors);
        if (parts.getMade() != null) {
            job.wrote(parts.getFile().length());
        }
    }

    /** Takes what is known of all parts, of which others may be doing some. */
    public void noteParts(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts,
            @Body List<Map<String, Object>> rows) {
        job.setSecondsBefore(plan.result().secondsOf(parts.note(rows)));
    }

    /** Compares the parts of others that were fetched with what was noted of them. */
    public void checkParts(@ExchangeProperty("job") RunningJob job, @ExchangeProperty("parts") VideoParts parts) {
        parts.getStored().forEach(part -> job.read(part.file().toFile().length()));
        parts.check();
    }

    /** The run that makes the video: of its parts and the original's sound, when there are parts, and otherwise as planned. */
    public ToolCommand planVideo(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("target_size") TargetSize target,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts) {
        PlannedResult result = plan.result();
        job.setSecondsBefore(0);
        if (!parts.isWanted()) {
            return plan.command();
        }
        PlannedSize size = PlannedSize.of(transformations, source.video());
        List<ResolvedTransformation> filled = planner.filled(
                job,
                source,
                transformations,
                result,
                size,
                TranscodePlanner.unnamed(transformations),
                TranscodePlanner.unnamedAssets(transformations),
                new Measured(loudness, target, false));
        List<String> line = TranscodePlanner.progressing();
        line.addAll(List.of("-f", "concat"));
        line.addAll(TranscodePlanner.fileInput(parts.list(result.frameRate())));
        if (result.audio()) {
            line.addAll(planner.original(job, source));
            line.addAll(List.of(
                    "-filter_complex",
                    SourceFilters.audio(1, source, result, TranscodePlanner.audioFilters(filled), List.of("[audio]"))));
            line.addAll(List.of("-max_muxing_queue_size", TranscodePlanner.MOST_WAITING_PACKETS));
        }
        line.addAll(List.of("-map", "0:v"));
        if (result.audio()) {
            line.addAll(List.of("-map", "[audio]"));
        }
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1"));
        line.addAll(ofContainer(filled));
        line.addAll(List.of("-c:v", "copy", "-f", "mp4", "-y", "file:" + job.getResult()));
        return encoding(
                line,
                result.seconds(),
                (status, errors) -> new RejectedMediaException(
                        refusals.undecodable(source.video().codec())));
    }

    /** Of the options of the video those that are not of the encoder of the picture, which has run. */
    private static List<String> ofContainer(List<ResolvedTransformation> transformations) {
        List<String> options = transformations.stream()
                .flatMap(transformation -> transformation.output().stream())
                .toList();
        int flags = options.indexOf(CONTAINER_FLAGS);
        return flags < 0 ? List.of() : options.subList(flags, flags + 2);
    }

    private ToolCommand encoding(List<String> line, double seconds, ToolCommand.OnError onError) {
        return new ToolCommand(
                line, ToolCommand.Output.PROGRESS, media.timeLimit(seconds), media.stallLimit(), onError, null);
    }
}
