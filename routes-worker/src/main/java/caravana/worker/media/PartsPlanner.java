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

    /** Returns whether long videos are encoded in parts, by this worker and others. */
    public boolean isInParts() {
        return !media.partsFrom().isZero();
    }

    /**
     * Decides in which parts the picture may be encoded. There are none unless the job is expected to take long, makes
     * only the video, has only transformations that need not see the whole video, and its original is regular. A job
     * that failed once is encoded in one run.
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

    /** Divides the picture into parts, at the places in the original where decoding can begin. */
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
     * Checks that the parts are the same as in the plan of the job's worker.
     *
     * @param part the claimed part
     * @throws IllegalStateException when they differ: this worker has other settings or another version
     */
    @StepOnly
    public void requireSameParts(
            @ExchangeProperty("parts") VideoParts parts, @ExchangeProperty("part") Map<String, Object> part) {
        if (!parts.isWanted() || !part.get("digest").equals(parts.getDigest())) {
            throw new IllegalStateException("This worker would encode the video in other parts than were planned");
        }
    }

    /** Returns the run that encodes the claimed part. */
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
        // A failed part does not mean that the original is at fault. A run without parts finds that out.
        return encoding(line, result.secondsOf(part.frames()), (status, errors) -> null);
    }

    /** Returns the arguments that read the original for the chosen part, up to the options of its encoder. */
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

    /** Processes the encoded part. */
    public void takePart(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("tool_errors") String errors) {
        parts.take(errors);
        if (parts.getMade() != null) {
            job.wrote(parts.getFile().length());
        }
    }

    /** Processes the state of all parts, some of which other workers may be encoding. */
    public void noteParts(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts,
            @Body List<Map<String, Object>> rows) {
        job.setSecondsBefore(plan.result().secondsOf(parts.note(rows)));
    }

    /** Compares downloaded parts of other workers with their rows. */
    public void checkParts(@ExchangeProperty("job") RunningJob job, @ExchangeProperty("parts") VideoParts parts) {
        parts.getStored().forEach(part -> job.read(part.file().toFile().length()));
        parts.check();
    }

    /**
     * Returns the run that makes the video: from its parts and the original's sound if there are parts; otherwise as
     * planned.
     */
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

    /** Returns the options of the video without those of the picture's encoder, which has run already. */
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
