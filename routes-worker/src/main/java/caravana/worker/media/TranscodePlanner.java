package caravana.worker.media;

import caravana.checks.StepOnly;
import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Produced;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.transformation.AppliedTransformation;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.media.Encoding.Measured;
import caravana.worker.media.Encoding.Run;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Composes all transformations of a job into one ffmpeg run: one decode, one filter graph, one encode of each file. */
@Component("transcodePlanner")
public class TranscodePlanner {

    /**
     * Restores square pixels and colour tags. Scaling to even sizes changes the shape by less than a pixel, which
     * ffmpeg would record as pixels that are not square. Generated pictures, such as cards, have no colour tags.
     */
    static final String STILL_SQUARE = "setsar=1," + ColourFilters.TAGS;

    /**
     * The tolerance of a result's length in frames: one frame, and one more for the rounding of the frame rate filter.
     */
    private static final long TOLERANCE = 2;

    /** The height of a picture divided by the height of texts on the cards. */
    private static final int TEXTS_IN_A_PICTURE = 10;

    /** The most encoded frames that may wait for sound that begins late: those of the longest video. */
    static final String MOST_WAITING_PACKETS = "1000000";

    /**
     * The highest frequency in Hz of which the audio encoder keeps half. Higher ones count for the loudness, but are
     * not in the result.
     */
    private static final int ENCODED = 16_500;

    private static final int ENCODED_MONO = 20_000;

    /** The name of the first pass's notes about each frame; the encoder appends endings. */
    private static final String FIRST_PASS = "first-pass";

    /** Writes each fragment when it is complete: a small one would wait in memory until there are 32 KiB, while players wait for it. */
    private static final List<String> AT_ONCE = List.of("-flush_packets", "1");

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
     * Plans the run that makes the job's result, and sets the length of the result for the job's progress.
     *
     * @param size of the video; when there is one, a first pass has run
     * @throws RejectedMediaException when the original ends before the part that is kept, or the video ends before
     *     the part of an additional file
     */
    @StepOnly
    public TranscodePlan plan(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("target_size") TargetSize target) {
        PlannedSize size = PlannedSize.of(transformations, source.video());
        PlannedResult withoutText = result(source, transformations, size);
        JobSubtitles subtitles = JobSubtitles.of(
                transformations, job.getFolder(), withoutText, openingSeconds(transformations, withoutText));
        PlannedResult result = subtitles.track() == null ? withoutText : withoutText.withSubtitles();
        job.setPlannedSeconds(result.seconds());
        List<PlannedOutput> outputs = new ArrayList<>(List.of(PlannedOutput.main(job.getResult())));
        List<String> soundless = new ArrayList<>();
        for (AppliedTransformation transformation : transformations) {
            for (Produced produced : transformation.produces()) {
                if (isSound(produced) && !result.sound()) {
                    soundless.add(produced.name());
                } else if (produced.ladder() != null) {
                    PlannedLadder ladder =
                            PlannedLadder.of(produced, transformations, source.video(), result, size, job.getFolder());
                    outputs.add(PlannedOutput.of(produced, ladder, job.getFolder()));
                } else {
                    outputs.addAll(PlannedOutput.of(
                            transformation, produced, job.getFolder(), result.seconds(), size.scale()));
                }
            }
        }
        for (PlannedOutput output : outputs.subList(1, outputs.size())) {
            if (output.expected().from() >= result.seconds()) {
                throw new RejectedMediaException(
                        refusals.nothingKept(output.expected().from(), result.seconds()));
            }
        }
        Encoding encoding =
                new Encoding(job, source, transformations, size, result, new Measured(loudness, target), Run.ALL);
        long encodes = outputs.stream().mapToLong(TranscodePlanner::encodes).sum();
        ToolCommand command = new ToolCommand(
                arguments(encoding, subtitles),
                ToolCommand.Output.PROGRESS,
                media.timeLimit(result.workedSeconds() * encodes),
                media.stallLimit(),
                (status, errors) -> {
                    RejectedMediaException tooSmall = target.meaning(errors, refusals);
                    return tooSmall == null ? meaning(errors, source.video(), refusals) : tooSmall;
                },
                null);
        return new TranscodePlan(encoding, command, result, List.copyOf(outputs), List.copyOf(soundless));
    }

    /**
     * Returns the target size of the video, if there is one.
     *
     * @throws RejectedMediaException when the size is too small for the video's length, and as {@link #plan}
     */
    public TargetSize beginSize(
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations) {
        TargetSize target = TargetSize.of(transformations.stream()
                .map(AppliedTransformation::size)
                .filter(Objects::nonNull)
                .min(Double::compare)
                .orElse(null));
        if (target.isWanted()) {
            target.begin(result(source, transformations, PlannedSize.of(transformations, source.video())), refusals);
        }
        return target;
    }

    /** Plans the first pass for a target size: it encodes the video without sound, and notes what each frame needs. */
    public ToolCommand planFirstPass(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("target_size") TargetSize target) {
        PlannedSize size = PlannedSize.of(transformations, source.video());
        PlannedResult result = result(source, transformations, size);
        JobSubtitles subtitles =
                JobSubtitles.of(transformations, job.getFolder(), result, openingSeconds(transformations, result));
        job.setPlannedSeconds(result.seconds());
        return new ToolCommand(
                arguments(
                        new Encoding(
                                job,
                                source,
                                transformations,
                                size,
                                result,
                                new Measured(loudness, target),
                                Run.FIRST_PASS),
                        subtitles),
                ToolCommand.Output.PROGRESS,
                media.timeLimit(result.workedSeconds()),
                media.stallLimit(),
                (status, errors) -> meaning(errors, source.video(), refusals),
                null);
    }

    /** What it means that ffmpeg has ended with these errors while it encoded. */
    private static RuntimeException meaning(String errors, Track video, MediaRefusals refusals) {
        int largest = FfmpegErrors.largestSide(errors);
        if (largest > 0) {
            PlannedResult.Box shown = shown(video);
            return new RejectedMediaException(refusals.resultResolutionTooHigh(shown.width(), shown.height(), largest));
        }
        // An encoder that takes no picture at all has options that are wrong.
        return FfmpegErrors.refuseEncoder(errors)
                ? new OutputInvalidException("ffmpeg cannot open an encoder of the result")
                : new RejectedMediaException(refusals.undecodable(video.codec()));
    }

    /**
     * Notes the size of the encoded video.
     *
     * @throws RejectedMediaException when the video cannot be made as small as it must be
     */
    public void takeSize(@ExchangeProperty("job") RunningJob job, @ExchangeProperty("target_size") TargetSize target) {
        target.take(job.getResult().length(), refusals);
    }

    /** Returns the first arguments of a run without progress. */
    static List<String> quiet() {
        return new ArrayList<>(List.of("-nostdin", "-hide_banner", "-nostats", "-v", "error"));
    }

    static List<String> progressing() {
        List<String> line = quiet();
        line.addAll(List.of("-progress", "pipe:1", "-stats_period", "0.25"));
        return line;
    }

    /** Plans a run that decodes the original in the same way as the transcoding, and finds the last frame. */
    public DecodedFrames planDecoding(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("planned") PlannedResult planned) {
        DecodedFrames frames = new DecodedFrames(source.joins());
        List<String> line = quiet();
        line.addAll(original(job, source));
        String graph = "[0:" + source.video().index() + "]" + DecodedFrames.LISTED + "[frames]";
        if (planned.sound()) {
            // A jump in the clock of the sound shifts the picture.
            graph += ";[0:" + source.audio().index() + "]anullsink";
        }
        line.addAll(List.of("-filter_complex", graph));
        line.addAll(List.of("-map", "[frames]", "-fps_mode", "passthrough", "-f", "null", "-"));
        frames.setCommand(new ToolCommand(
                line,
                ToolCommand.Output.LINES,
                media.timeLimit(planned.workedSeconds()),
                media.stallLimit(),
                (status, errors) -> new RejectedMediaException(
                        refusals.undecodable(source.video().codec())),
                null,
                frames::add));
        return frames;
    }

    /** Returns what must be measured of the sound before the result can be planned. */
    public Loudness beginLoudness(
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations) {
        boolean sound = isSoundWanted(transformations) && source.hasAudio();
        return Loudness.to(transformations.stream()
                .map(AppliedTransformation::loudness)
                .filter(target -> target != null && sound)
                .findFirst()
                .orElse(null));
    }

    /**
     * Plans the next run that measures the sound after all filters: its peaks, and its loudness without the frequencies
     * that the encoder drops. {@link Loudness} gets the result.
     *
     * @throws RejectedMediaException as {@link #plan}
     */
    public ToolCommand planMeasurement(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("loudness") Loudness loudness) {
        PlannedSize size = PlannedSize.of(transformations, source.video());
        PlannedResult result = result(source, transformations, size);
        List<ResolvedTransformation> filled = withoutInputs(new Encoding(
                job, source, transformations, size, result, new Measured(loudness, TargetSize.of(null)), Run.ALL));
        List<String> line = quiet();
        line.addAll(MediaProbe.inputLimits(limits));
        line.addAll(SourceFilters.inputOptions(source));
        line.addAll(List.of("-i", "file:" + job.getOriginal(), "-filter_complex"));
        line.add(SourceFilters.audio(source, result, audioFilters(filled), List.of("[measured]"))
                + ";[measured]ebur128=peak=true:metadata=1,aresample=48000,lowpass=f="
                + (source.audio().channels() == 1 ? ENCODED_MONO : ENCODED)
                + ",ebur128=metadata=1,ametadata=mode=print:file=-[out]");
        line.addAll(List.of("-map", "[out]", "-f", "null", "-"));
        return new ToolCommand(
                line,
                ToolCommand.Output.LINES,
                media.timeLimit(result.workedSeconds()),
                media.stallLimit(),
                (status, errors) -> null,
                null,
                loudness::add);
    }

    /** Returns the transformations for a run that reads only the original. */
    List<ResolvedTransformation> withoutInputs(Encoding encoding) {
        Map<String, String> pictures = new HashMap<>();
        Map<String, String> files = new HashMap<>();
        for (AppliedTransformation transformation : encoding.transformations()) {
            transformation.entry().inputs().forEach(name -> pictures.put(name, ""));
            transformation.assets().values().forEach(id -> files.put(id, ""));
        }
        return filled(encoding, new Inputs(pictures, files, 0));
    }

    /** Notes the result of the measurement. */
    public void takeLoudness(@ExchangeProperty("loudness") Loudness loudness) {
        loudness.take();
    }

    /** Returns whether the job keeps sound, in the video or in another file, and the original has some. */
    public boolean keepsSound(
            @ExchangeProperty("recipe") List<AppliedTransformation> transformations,
            @ExchangeProperty("headers") SourceHeaders headers) {
        return !headers.audios().isEmpty() && isSoundWanted(transformations);
    }

    private static boolean isSoundWanted(List<AppliedTransformation> transformations) {
        return isAudioWanted(transformations)
                || transformations.stream()
                        .flatMap(transformation -> transformation.produces().stream())
                        .anyMatch(TranscodePlanner::isSound);
    }

    private static boolean isSound(Produced produced) {
        return produced.stream().equals(TransformationEntry.SOUND);
    }

    private static boolean isVideo(String mediaType) {
        return mediaType.startsWith("video/");
    }

    /** Returns how many videos are encoded for a file. */
    private static long encodes(PlannedOutput output) {
        if (output.expected() != null && output.expected().ladder() != null) {
            return output.expected().ladder().rungs().size();
        }
        return isVideo(output.mediaType()) ? 1 : 0;
    }

    private static boolean isAudioWanted(List<AppliedTransformation> transformations) {
        return !"none".equals(last(transformations, "audio"));
    }

    /** Returns the value that the last transformation sets for a key; null when none sets it. */
    private static String last(List<AppliedTransformation> transformations, String key) {
        return transformations.stream()
                .map(transformation -> transformation.set(key))
                .filter(Objects::nonNull)
                .reduce(null, (before, after) -> after);
    }

    private PlannedResult result(SourceTimeline source, List<AppliedTransformation> transformations, PlannedSize size) {
        String set = last(transformations, "rate");
        FrameRate rate = set == null ? source.rate().ofResult(source.even()) : FrameRate.set(set);
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
        boolean sound = isSoundWanted(transformations) && source.hasAudio();
        // The track that first meets a jump of the clock decides by how much ffmpeg closes it.
        long inexact = sound ? source.gapsClosed() * rate.framesIn(1) : 0;
        return new PlannedResult(
                Math.max(1, rate.framesIn(Math.min(kept, rest))),
                added,
                rate,
                audioWanted,
                audio,
                sound,
                "h264".equals(last(transformations, "codec")),
                size.source(),
                size.result(),
                start,
                kept,
                false,
                audio ? source.soundUntil() - start : Double.NaN,
                TOLERANCE + inexact);
    }

    /** Returns the arguments of the run that makes the files beside the parts of the picture. */
    List<String> files(Encoding encoding) {
        return arguments(
                encoding.of(Run.FILES),
                JobSubtitles.of(encoding.transformations(), encoding.job().getFolder(), encoding.result(), 0));
    }

    private List<String> arguments(Encoding encoding, JobSubtitles subtitles) {
        RunningJob job = encoding.job();
        SourceTimeline source = encoding.source();
        PlannedResult result = encoding.result();
        Run run = encoding.run();
        String threads = String.valueOf(media.threads());
        List<String> line = run == Run.FILES ? quiet() : progressing();
        line.addAll(original(job, source));

        Inputs inputs = inputs(line, encoding, subtitles);
        int last = inputs.last();
        int track = last + 1;
        if (subtitles.track() != null) {
            line.addAll(List.of("-f", "webvtt"));
            line.addAll(fileInput(subtitles.track()));
            last = track;
        }
        List<ResolvedTransformation> filled = filled(encoding, inputs);
        // Pictures of renditions that are not encoded need not be scaled.
        Map<Produced, PlannedLadder> ladders = run == Run.ALL ? ladders(encoding) : Map.of();
        if (run != Run.FILES || filled.stream().anyMatch(TranscodePlanner::showsPicture)) {
            String graph = graph(SourceFilters.video(source, result), STILL_SQUARE, encoding, filled, ladders)
                    + forgetRotation(line, last, source);
            if (run == Run.FIRST_PASS) {
                graph += unusedFiles(filled) + unusedRenditions(filled);
            } else if (run == Run.FILES) {
                graph += ";[video]nullsink" + unusedRenditions(filled);
            }
            line.addAll(List.of("-filter_complex_threads", threads.equals("0") ? "2" : threads));
            line.addAll(List.of("-filter_complex", graph));
        }
        Deque<String> sounds = new ArrayDeque<>(sounds(filled, result, run));
        if (!sounds.isEmpty()) {
            // A separate graph: in a common one, decoded pictures would wait in memory until the first sound arrives.
            line.addAll(List.of(
                    "-filter_complex", SourceFilters.audio(source, result, audioFilters(filled), List.copyOf(sounds))));
            line.addAll(List.of("-max_muxing_queue_size", MOST_WAITING_PACKETS));
        }

        if (run != Run.FILES) {
            line.addAll(video(encoding, filled, subtitles.track() == null ? 0 : track, sounds));
        }
        if (run == Run.FIRST_PASS) {
            return line;
        }
        for (ResolvedTransformation transformation : filled) {
            for (ResolvedTransformation.File file : transformation.produces()) {
                if (file.produced().ladder() != null) {
                    if (run == Run.ALL) {
                        line.addAll(renditions(file, ladders.get(file.produced()), threads, sounds, List.of()));
                    }
                } else if (file.produced().cues() == null && (!isSound(file.produced()) || result.sound())) {
                    line.addAll(output(file, threads, sounds, result));
                    line.addAll(List.of(
                            "-y",
                            "file:" + job.getFolder().resolve(file.produced().name())));
                }
            }
        }
        return line;
    }

    /**
     * Returns the arguments that make the main video.
     *
     * @param track number of the input with its subtitle track; 0 for none
     * @param sounds labels of the sound that no file uses yet
     */
    private List<String> video(
            Encoding encoding, List<ResolvedTransformation> transformations, int track, Deque<String> sounds) {
        boolean firstPass = encoding.run() == Run.FIRST_PASS;
        List<String> line = new ArrayList<>(List.of("-map", "[video]"));
        if (encoding.result().audio() && !firstPass) {
            line.addAll(List.of("-map", sounds.remove()));
        }
        if (track > 0 && !firstPass) {
            line.addAll(List.of("-map", track + ":s"));
        }
        line.addAll(List.of("-map_metadata", "-1", "-map_chapters", "-1", "-threads", String.valueOf(media.threads())));
        transformations.forEach(transformation -> line.addAll(transformation.output()));
        if (encoding.measured().size().isWanted()) {
            line.addAll(List.of("-pass", firstPass ? "1" : "2"));
            line.addAll(List.of(
                    "-passlogfile",
                    encoding.job().getFolder().resolve(FIRST_PASS).toString()));
        }
        line.addAll(List.of("-r", encoding.result().frameRate().toString()));
        line.addAll(List.of("-f", "mp4", "-y", "file:" + encoding.job().getResult()));
        return line;
    }

    /** Returns the renditions of the job, by the entry of the catalogue with the ladder. */
    static Map<Produced, PlannedLadder> ladders(Encoding encoding) {
        Map<Produced, PlannedLadder> ladders = new HashMap<>();
        for (AppliedTransformation transformation : encoding.transformations()) {
            for (Produced produced : transformation.produces()) {
                if (produced.ladder() != null) {
                    ladders.put(
                            produced,
                            PlannedLadder.of(
                                    produced,
                                    encoding.transformations(),
                                    encoding.source().video(),
                                    encoding.result(),
                                    encoding.size(),
                                    encoding.job().getFolder()));
                }
            }
        }
        return ladders;
    }

    /**
     * The inputs after the original.
     *
     * @param pictures labels of the worker's pictures, by name
     * @param assets the text that replaces an asset in fragments, by the asset's id
     * @param last number of the last input; 0 when there is none
     */
    record Inputs(Map<String, String> pictures, Map<String, String> assets, int last) {}

    Inputs inputs(List<String> line, Encoding encoding, JobSubtitles subtitles) {
        List<AppliedTransformation> transformations = encoding.transformations();
        Map<String, String> pictures = new HashMap<>();
        for (AppliedTransformation transformation : transformations) {
            for (String name : transformation.entry().inputs()) {
                if (!pictures.containsKey(name)) {
                    line.addAll(assetInput(name));
                    pictures.put(name, "[" + (pictures.size() + 1) + ":v]");
                }
            }
        }
        int last = pictures.size();
        Map<String, String> files = new HashMap<>();
        for (AppliedTransformation transformation : transformations) {
            for (Map.Entry<Parameter, String> asset : transformation.assets().entrySet()) {
                if (asset.getKey().isPicture()) {
                    line.addAll(fileInput(JobAssets.picture(encoding.job().getFolder(), asset.getValue())));
                    files.put(asset.getValue(), "[" + ++last + ":v]");
                } else {
                    files.put(asset.getValue(), subtitles.drawn(asset.getValue()));
                }
            }
        }
        return new Inputs(pictures, files, last);
    }

    /** Returns the arguments that read the original, except parts that are not decoded. */
    List<String> original(RunningJob job, SourceTimeline source) {
        return original(job, SourceFilters.inputOptions(source));
    }

    List<String> original(RunningJob job, List<String> options) {
        List<String> line = new ArrayList<>(MediaProbe.inputLimits(limits));
        // The probe has read only the first frames; later ones may have any size.
        long pixels = (long) limits.width() * limits.height();
        line.addAll(List.of("-max_pixels", String.valueOf(pixels)));
        line.addAll(List.of("-threads", String.valueOf(media.threads())));
        line.addAll(options);
        line.addAll(List.of("-i", "file:" + job.getOriginal()));
        return line;
    }

    /** @param sounds labels of the sound that no file uses yet */
    private static List<String> output(
            ResolvedTransformation.File file, String threads, Deque<String> sounds, PlannedResult result) {
        Produced produced = file.produced();
        List<String> line = new ArrayList<>();
        if (isSound(produced)) {
            line.addAll(List.of("-map", sounds.remove()));
        } else {
            line.addAll(
                    List.of("-map", isVideo(produced.mediaType()) ? ended(produced) : "[" + produced.stream() + "]"));
        }
        if (produced.withSound() && result.audio()) {
            line.addAll(List.of("-map", sounds.remove(), "-max_muxing_queue_size", MOST_WAITING_PACKETS));
        }
        line.addAll(List.of("-map_metadata", "-1"));
        if (isVideo(produced.mediaType()) || isSound(produced)) {
            line.addAll(List.of("-map_chapters", "-1", "-threads", threads));
        }
        line.addAll(file.options());
        return line;
    }

    /** @param times options that move the times of the picture */
    static List<String> renditions(
            ResolvedTransformation.File file,
            PlannedLadder ladder,
            String threads,
            Deque<String> sounds,
            List<String> times) {
        List<String> line = new ArrayList<>();
        for (PlannedLadder.Rung rung : ladder.rungs()) {
            line.addAll(List.of("-map", "[" + rung.stream() + "]", "-map_metadata", "-1", "-map_chapters", "-1"));
            line.addAll(List.of("-threads", threads));
            line.addAll(file.options());
            String rate = String.valueOf(rung.maxRate(ladder.rate()));
            line.addAll(List.of("-maxrate", rate, "-bufsize", rate));
            line.addAll(times);
            line.addAll(AT_ONCE);
            line.addAll(List.of("-y", "file:" + rung.file()));
        }
        if (ladder.sound() != null) {
            line.addAll(sound(file, ladder, sounds.remove()));
        }
        return line;
    }

    /** Returns the arguments that make the sound of renditions. */
    static List<String> sound(ResolvedTransformation.File file, PlannedLadder ladder, String label) {
        List<String> line = new ArrayList<>(List.of("-map", label, "-map_metadata", "-1", "-map_chapters", "-1"));
        line.addAll(file.sound());
        line.addAll(AT_ONCE);
        line.addAll(List.of("-y", "file:" + ladder.sound()));
        return line;
    }

    /** Returns the label of a video's stream after the filters that every video gets. */
    private static String ended(Produced produced) {
        return "[" + produced.stream() + "_ended]";
    }

    /** Returns labels of the sound, one for each file of the run with sound. */
    private static List<String> sounds(List<ResolvedTransformation> transformations, PlannedResult result, Run run) {
        if (run == Run.FIRST_PASS) {
            return List.of();
        }
        long files = transformations.stream()
                .flatMap(transformation -> transformation.produces().stream())
                .map(ResolvedTransformation.File::produced)
                .filter(produced -> run == Run.ALL || produced.ladder() == null)
                .filter(produced -> isSound(produced) && result.sound() || produced.withSound() && result.audio())
                .count();
        return LongStream.range(result.audio() && run == Run.ALL ? 0 : 1, files + 1)
                .mapToObj(number -> number == 0 ? "[audio]" : "[audio" + number + "]")
                .toList();
    }

    private List<ResolvedTransformation> filled(Encoding encoding, Inputs inputs) {
        return filled(
                encoding, inputs, PlannedLadder.firstFrames(encoding.result().frameRate()));
    }

    /** @param firstFrames length of the first segment of renditions; 0 for a run that begins with another segment */
    List<ResolvedTransformation> filled(Encoding encoding, Inputs inputs, int firstFrames) {
        SourceTimeline source = encoding.source();
        PlannedResult result = encoding.result();
        PlannedSize size = encoding.size();
        Map<String, String> values = new HashMap<>(assets.filterValues(result.frameRate()));
        PlannedResult.Box drawn = size.drawn() == null ? shown(source.video()) : size.drawn();
        values.put("fit_width", String.valueOf(drawn.width()));
        values.put("fit_height", String.valueOf(drawn.height()));
        values.put("text_size", String.valueOf(drawn.height() / TEXTS_IN_A_PICTURE));
        values.putAll(inputs.pictures());
        values.put(Loudness.VALUE, encoding.measured().loudness().filter());
        values.put(TargetSize.VALUE, encoding.measured().size().rate());
        values.put("fps", result.frameRate().toString());
        values.put("segment_frames", String.valueOf(PlannedLadder.segmentFrames(result.frameRate())));
        values.put("first_frames", String.valueOf(firstFrames));
        values.put("seconds", inSeconds(result.seconds()));
        PlannedResult.Box shown = shown(source.video());
        values.put("source_width", String.valueOf(shown.width()));
        values.put("source_height", String.valueOf(shown.height()));
        values.put("source_fps", source.rate().toString());
        values.put("source_seconds", inSeconds(source.seconds()));
        return encoding.transformations().stream()
                .map(transformation -> ResolvedTransformation.of(
                        transformation, values, inputs.assets(), encoding.job().getFolder()))
                .toList();
    }

    private static String inSeconds(double seconds) {
        return String.format(Locale.ROOT, "%.6f", seconds);
    }

    private List<String> assetInput(String name) {
        return List.of("-protocol_whitelist", "file", "-i", "file:" + assets.input(name));
    }

    static List<String> fileInput(Path file) {
        return List.of("-protocol_whitelist", "file", "-i", "file:" + file);
    }

    /** Returns the length of what comes before the footage, in seconds. */
    private double openingSeconds(List<AppliedTransformation> transformations, PlannedResult result) {
        return result.secondsOf(transformations.stream()
                .map(transformation -> transformation.set("adds"))
                .filter(Objects::nonNull)
                .mapToLong(setting -> assets.openingFrames(setting, result.frameRate()))
                .sum());
    }

    private static PlannedResult.Box shown(Track video) {
        return new PlannedResult.Box((int) video.shownWidth(), (int) video.shownHeight());
    }

    /**
     * Ends the graph of a result with a single input. ffmpeg would copy the input's rotation into the result, whose
     * picture is rotated already. With another input it does not, so one is added, and this is the end of the graph for
     * it.
     */
    String forgetRotation(List<String> line, int lastInput, SourceTimeline source) {
        if (lastInput > 0 || source.video().orientation().filters().isEmpty()) {
            return "";
        }
        line.addAll(assetInput("logo"));
        return ";[1:v]nullsink";
    }

    /**
     * @param head the first filters of the chain
     * @param ending the last filters of the chain
     */
    static String graph(
            String head,
            String ending,
            Encoding encoding,
            List<ResolvedTransformation> transformations,
            Map<Produced, PlannedLadder> ladders) {
        PlannedSize size = encoding.size();
        FilterGraph graph = new FilterGraph("[0:" + encoding.source().video().index() + "]");
        graph.link(head);
        for (ResolvedTransformation transformation : transformations) {
            String filter = transformation.filter();
            if (filter != null && TransformationEntry.isGraph(filter)) {
                graph.graph(filter);
            } else if (filter != null) {
                graph.link(filter);
            }
        }
        if (size.scale() != 1) {
            graph.link(String.format(
                    "scale=w='max(2,trunc(min(%1$d,round(%2$d*iw/ih))/2)*2)':h='max(2,trunc(min(%2$d,round(%1$d*ih/iw))/2)*2)'",
                    size.fit().width(), size.fit().height()));
        }
        graph.link(ending);
        StringBuilder whole = new StringBuilder(graph.endAt("[video]"));
        transformations.stream()
                .flatMap(transformation -> transformation.produces().stream())
                .map(ResolvedTransformation.File::produced)
                .filter(produced -> isVideo(produced.mediaType()))
                .forEach(produced -> whole.append(";[")
                        .append(produced.stream())
                        .append(']')
                        .append(STILL_SQUARE)
                        .append(ended(produced)));
        ladders.forEach((produced, ladder) -> whole.append(ladder.graph(produced.stream(), ending)));
        return whole.toString();
    }

    /** Returns ends of the graph for the streams that additional files would use. */
    private static String unusedFiles(List<ResolvedTransformation> transformations) {
        return transformations.stream()
                .flatMap(transformation -> transformation.produces().stream())
                .map(ResolvedTransformation.File::produced)
                .filter(produced -> produced.cues() == null && produced.ladder() == null && !isSound(produced))
                .map(produced -> isVideo(produced.mediaType()) ? ended(produced) : "[" + produced.stream() + "]")
                .map(stream -> ";" + stream + "nullsink")
                .collect(Collectors.joining());
    }

    /** Returns ends of the graph for the streams of which renditions would be made. */
    private static String unusedRenditions(List<ResolvedTransformation> transformations) {
        return transformations.stream()
                .flatMap(transformation -> transformation.produces().stream())
                .filter(file -> file.produced().ladder() != null)
                .map(file -> ";[" + file.produced().stream() + "]nullsink")
                .collect(Collectors.joining());
    }

    /** Returns whether a file of the transformation, other than renditions, is made of the picture. */
    private static boolean showsPicture(ResolvedTransformation transformation) {
        return transformation.produces().stream()
                .map(ResolvedTransformation.File::produced)
                .anyMatch(produced -> produced.ladder() == null && produced.cues() == null && !isSound(produced));
    }

    static List<String> audioFilters(List<ResolvedTransformation> transformations) {
        return transformations.stream()
                .map(ResolvedTransformation::audioFilter)
                .filter(Objects::nonNull)
                .toList();
    }
}
