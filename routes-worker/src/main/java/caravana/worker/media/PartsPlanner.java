package caravana.worker.media;

import caravana.checks.StepOnly;
import caravana.checks.TransformationEntry.Produced;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.media.TranscodePlanner.Inputs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Plans the runs of ffmpeg that encode a video in parts, and the one that joins them. */
@Component("partsPlanner")
public class PartsPlanner {

    private static final String CONTAINER_FLAGS = "-movflags";

    private static final String SOUND = "[sound]";

    /** The seconds of sound that are encoded with the first part, behind its end. */
    private static final int AHEAD = 2;

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
     * Decides in which parts the picture may be encoded. There are none unless the job is expected to take long, has only
     * transformations that need not see the whole video, or make only files beside it, and its original is regular. A job
     * that failed once is encoded in one run.
     *
     * @param attempt number of the attempt; null for a worker that helps
     * @param growing the renditions of the job's own worker; null for none
     */
    public VideoParts beginParts(
            @ExchangeProperty("predicted_seconds") double predictedSeconds,
            @ExchangeProperty("previous_error") String previousError,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("attempt") Integer attempt,
            @ExchangeProperty("growing") GrowingStream growing) {
        RunningJob job = plan.encoding().job();
        SourceTimeline source = plan.encoding().source();
        PlannedLadder ladder = plan.ladder();
        boolean wanted = isInParts()
                && predictedSeconds >= media.partsFrom().toSeconds()
                && previousError == null
                && plan.result().footageSeconds() >= 2 * media.partSeconds()
                && !plan.result().subtitles()
                && plan.encoding().transformations().stream().allMatch(PartsPlanner::permitsParts)
                && source.gapsClosed() == 0
                && source.joins().isEmpty()
                && source.heldBack() == 0
                && !source.endIsAMistake();
        if (!wanted) {
            return VideoParts.none();
        }
        VideoParts parts = VideoParts.begin(job.getFolder(), ladder == null ? null : new JoinedStream(ladder));
        // Players wait for the first segments. A later attempt has them, and may have the first part, too.
        if (growing != null && Integer.valueOf(1).equals(attempt) && !source.measured()) {
            parts.beginEarly(source.video().start(), plan.result(), media.partSeconds());
            growing.join(parts.stream());
        }
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

    private static boolean permitsParts(AppliedTransformation transformation) {
        return switch (transformation.entry().parts()) {
            case EXACT -> transformation.produces().stream().allMatch(produced -> produced.ladder() != null);
            case BESIDE -> true;
            case WHOLE -> false;
        };
    }

    /** Decides the same for a worker that helps, which publishes nothing. */
    public VideoParts beginHelp(
            @ExchangeProperty("predicted_seconds") double predictedSeconds,
            @ExchangeProperty("plan") TranscodePlan plan) {
        return beginParts(predictedSeconds, null, plan, null, null);
    }

    /** Divides the picture into parts, at the places in the original where decoding can begin. */
    public void cutParts(
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("growing") GrowingStream growing) {
        parts.cut(plan.encoding().source(), plan.result(), media.partSeconds());
        String folder = plan.encoding().job().getFolder().toString();
        MessageDigest digest = OriginalDigest.sha256();
        for (VideoParts.Part part : parts.all()) {
            parts.choose(part.number());
            partPicture(plan.encoding(), parts, false)
                    // Each claim has another folder.
                    .forEach(argument ->
                            digest.update((argument.replace(folder, "") + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        parts.setDigest(HexFormat.of().formatHex(digest.digest()));
        if (growing != null && parts.isWanted()) {
            growing.join(parts.stream());
        }
    }

    /** Returns the run that encodes the first part, before the places to cut are known. */
    public ToolCommand planFirst(
            @ExchangeProperty("plan") TranscodePlan plan, @ExchangeProperty("parts") VideoParts parts) {
        List<String> line = partPicture(plan.encoding(), parts, true);
        return encoding(line, plan.result().secondsOf(parts.next().frames()), (status, errors) -> null);
    }

    /** Notes that the first part is encoded. */
    public void takeFirst(@ExchangeProperty("parts") VideoParts parts, @ExchangeProperty("tool_errors") String errors) {
        parts.takeFirst(errors);
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
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("part") Map<String, Object> claimed,
            @ExchangeProperty("growing") GrowingStream growing) {
        parts.choose((Integer) claimed.get("number"));
        VideoParts.Part part = parts.next();
        PlannedResult result = plan.result();
        plan.encoding().job().setSecondsBefore(result.secondsOf((Long) claimed.get("done_frames")));
        // The first part of this worker's own job has the first seconds of sound, too.
        boolean sound = part.number() == 0 && growing != null;
        List<String> line = partPicture(plan.encoding(), parts, sound);
        // A failed part does not mean that the original is at fault. A run without parts finds that out.
        return encoding(line, result.secondsOf(part.frames()), (status, errors) -> null);
    }

    /**
     * Returns the arguments that encode the chosen part.
     *
     * @param withSound whether renditions get the first seconds of their sound, so that playback can begin. The whole sound
     *     is encoded later
     */
    private List<String> partPicture(Encoding whole, VideoParts parts, boolean withSound) {
        Encoding encoding = whole.ofPicture();
        RunningJob job = encoding.job();
        SourceTimeline source = encoding.source();
        PlannedResult result = encoding.result();
        VideoParts.Part part = parts.next();
        JobSubtitles none = JobSubtitles.of(encoding.transformations(), job.getFolder(), result, 0);
        List<String> line = TranscodePlanner.progressing();
        line.addAll(planner.original(job, SourceFilters.inputOptions(source, part)));
        Inputs inputs = planner.inputs(line, encoding, none);
        List<ResolvedTransformation> filled = planner.filled(
                encoding, inputs, part.number() == 0 ? PlannedLadder.firstFrames(result.frameRate()) : 0);
        Map<Produced, PlannedLadder> ladders = TranscodePlanner.ladders(encoding);
        String head = SourceFilters.video(source, result, part, parts.zero());
        String graph = TranscodePlanner.graph(
                        head, TranscodePlanner.STILL_SQUARE + ",setpts=PTS-STARTPTS", encoding, filled, ladders)
                + planner.forgetRotation(line, inputs.last(), source);
        String threads = String.valueOf(media.threads());
        Deque<String> sounds = new ArrayDeque<>(withSound && result.audio() ? List.of(SOUND) : List.of());
        if (!sounds.isEmpty()) {
            // Its last fragment is not published.
            PlannedResult some =
                    result.beginning(part.frames() + result.frameRate().framesIn(AHEAD));
            int input = Collections.frequency(line, "-i");
            line.addAll(planner.original(job, source));
            line.addAll(List.of(
                    "-filter_complex",
                    SourceFilters.audio(input, source, some, TranscodePlanner.audioFilters(filled), List.of(SOUND))));
        }
        line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
        line.addAll(List.of("-filter_complex", graph, "-map", "[video]"));
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", threads));
        filled.forEach(transformation -> line.addAll(transformation.output()));
        line.addAll(List.of("-r", result.frameRate().toString()));
        line.addAll(List.of("-f", "mp4", "-y", "file:" + part.file()));
        List<String> times =
                List.of("-output_ts_offset", String.format(Locale.ROOT, "%.6f", result.secondsOf(part.from())));
        for (ResolvedTransformation.File file : inRenditions(filled)) {
            PlannedLadder ladder = ladders.get(file.produced()).inFiles(part::fileName);
            line.addAll(TranscodePlanner.renditions(
                    file, sounds.isEmpty() ? ladder.withoutSound() : ladder, threads, sounds, times));
        }
        return line;
    }

    /** Returns the additional files that are made in renditions. */
    private static List<ResolvedTransformation.File> inRenditions(List<ResolvedTransformation> transformations) {
        return transformations.stream()
                .flatMap(transformation -> transformation.produces().stream())
                .filter(file -> file.produced().ladder() != null)
                .toList();
    }

    /** Returns the run that encodes the whole sound of the renditions. */
    public ToolCommand planSound(
            @ExchangeProperty("plan") TranscodePlan plan, @ExchangeProperty("parts") VideoParts parts) {
        SourceTimeline source = plan.encoding().source();
        PlannedResult result = plan.result();
        List<ResolvedTransformation> filled = planner.withoutInputs(plan.encoding());
        List<String> line = TranscodePlanner.quiet();
        line.addAll(planner.original(plan.encoding().job(), source));
        line.addAll(List.of(
                "-filter_complex",
                SourceFilters.audio(source, result, TranscodePlanner.audioFilters(filled), List.of(SOUND))));
        PlannedLadder ladder = parts.stream().ofWholeSound();
        inRenditions(filled).forEach(file -> line.addAll(TranscodePlanner.sound(file, ladder, SOUND)));
        return besideParts(line, result);
    }

    /** Returns the run that makes the files that are made beside the parts. */
    public ToolCommand planFiles(@ExchangeProperty("plan") TranscodePlan plan) {
        return besideParts(planner.files(plan.encoding()), plan.result());
    }

    private ToolCommand besideParts(List<String> line, PlannedResult result) {
        // The job's progress is that of the picture, which is encoded at the same time.
        return new ToolCommand(
                line,
                ToolCommand.Output.SILENT,
                media.timeLimit(result.workedSeconds()),
                media.stallLimit(),
                (status, errors) -> null,
                null);
    }

    /** Notes that the whole sound is encoded. */
    public void takeSound(@ExchangeProperty("parts") VideoParts parts) {
        parts.stream().endSound();
    }

    /** Returns whether renditions have sound, which is encoded beside the parts. */
    public boolean hasSoundApart(@ExchangeProperty("parts") VideoParts parts) {
        return parts.isWanted()
                && parts.stream() != null
                && parts.stream().ladder().sound() != null;
    }

    /** Returns whether files are made beside the parts. */
    public boolean hasFilesApart(
            @ExchangeProperty("plan") TranscodePlan plan, @ExchangeProperty("parts") VideoParts parts) {
        return parts.isWanted() && plan.outputs().size() > (plan.ladder() == null ? 1 : 2);
    }

    /** Returns whether anything is made beside the parts. */
    public boolean hasMoreThanParts(
            @ExchangeProperty("plan") TranscodePlan plan, @ExchangeProperty("parts") VideoParts parts) {
        return hasSoundApart(parts) || hasFilesApart(plan, parts);
    }

    /** Processes the encoded part. */
    public void takePart(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("parts") VideoParts parts,
            @ExchangeProperty("tool_errors") String errors) {
        parts.take(errors);
        if (parts.getMade() != null) {
            parts.getFiles().forEach(file -> job.wrote(file.file().length()));
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
            @ExchangeProperty("plan") TranscodePlan plan, @ExchangeProperty("parts") VideoParts parts) {
        RunningJob job = plan.encoding().job();
        SourceTimeline source = plan.encoding().source();
        PlannedResult result = plan.result();
        job.setSecondsBefore(0);
        if (!parts.isWanted()) {
            return parts.stream() == null ? plan.command() : oneRun(plan, parts.stream());
        }
        List<ResolvedTransformation> filled = planner.withoutInputs(plan.encoding());
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

    /** Returns the run that makes the whole video. Its renditions continue behind the parts that were published. */
    private static ToolCommand oneRun(TranscodePlan plan, JoinedStream stream) {
        if (!stream.isBegun()) {
            return plan.command();
        }
        stream.continueInOneRun();
        Map<String, String> files = new HashMap<>();
        Map<String, Path> others = stream.ofOneRun().files();
        stream.ladder().files().forEach((name, file) -> files.put("file:" + file, "file:" + others.get(name)));
        return plan.command()
                .with(plan.command().arguments().stream()
                        .map(argument -> files.getOrDefault(argument, argument))
                        .toList());
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
