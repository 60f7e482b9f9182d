package caravana.worker.media;

import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.media.Refusal;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolExecutor;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * Plans the runs of ffprobe over an original, builds one timeline from their results, and refuses unacceptable
 * originals before any of their frames is decoded. Headers are read first, and packets only when the headers may be
 * wrong.
 */
@Component("mediaProbe")
public class MediaProbe {

    /** What ffmpeg says of a file whose end is missing. */
    private static final String ENDED_EARLY = "ended prematurely";

    /** What it says of a format that it knows and may not open. */
    private static final Pattern REFUSED_FORMAT =
            Pattern.compile("\\[([\\w,.]+) @ 0x[0-9a-f]+\\] Format not on whitelist");

    private static final HexFormat FIRST_BYTES = HexFormat.ofDelimiter(" ");

    /** How many packets of each track of sound are decoded at least, on average; a codec may have none to show for the first. */
    private static final int PACKETS_TO_DECODE = 50;

    private final ObjectMapper json;
    private final MediaProperties media;
    private final MediaLimits limits;
    private final MediaRefusals refusals;

    /** Characters that an answer has at least of which the beginning is cut off. */
    private static final int LONG = ToolExecutor.DOCUMENT_BYTES / 4;

    MediaProbe(ObjectMapper json, MediaProperties media, MediaLimits limits) {
        this.json = json;
        this.media = media;
        this.limits = limits;
        this.refusals = new MediaRefusals(limits);
    }

    /** The command that describes the job's original as JSON. It may open that file and nothing else. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        // Which track a decoder refuses is a warning to ffprobe.
        return command(
                job,
                "warning",
                List.of("-show_entries", SourceHeaders.ENTRIES, "-of", "json"),
                ToolCommand.Output.DOCUMENT,
                (status, errors) -> UnreadableTracksException.of(errors, notAVideo(errors, job)),
                null);
    }

    private Refusal notAVideo(String errors, RunningJob job) {
        String format = refusedFormat(errors);
        return format == null ? refusals.notInAnyFormat(firstBytes(job)) : refusals.notAVideo(format);
    }

    private static String firstBytes(RunningJob job) {
        try (InputStream original = new FileInputStream(job.getOriginal())) {
            return FIRST_BYTES.formatHex(original.readNBytes(8));
        } catch (IOException e) {
            throw new UncheckedIOException("The original cannot be read", e);
        }
    }

    /** The name of a format that ffmpeg knows and we do not accept; null when there is none in what it says. */
    private static String refusedFormat(String errors) {
        Matcher matcher = REFUSED_FORMAT.matcher(errors);
        return matcher.find() ? matcher.group(1) : null;
    }

    /**
     * The command that copies the job's original without tracks that ffprobe cannot read it with.
     *
     * @param refused what ffprobe said
     */
    public ToolCommand planRemoval(
            @ExchangeProperty("job") RunningJob job, @ExchangeException UnreadableTracksException refused) {
        Duration limit = timeLimit(job);
        List<String> arguments = new ArrayList<>(List.of("-nostdin", "-v", "error"));
        arguments.addAll(inputLimits(limits));
        arguments.addAll(List.of("-i", "file:" + job.getOriginal(), "-map", "0:V", "-map", "0:a?"));
        refused.codecs().keySet().forEach(track -> arguments.addAll(List.of("-map", "-0:" + track)));
        // Of all containers, QuickTime's keeps most: rotation, colours, and tracks of any codec that phones use.
        arguments.addAll(List.of("-c", "copy", "-f", "mov", "-y", "file:" + rest(job)));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limit,
                limit,
                (status, errors) -> refused,
                () -> new RejectedMediaException(refusals.tooComplex(limit)));
    }

    /** Takes what {@link #planRemoval} left for the original. */
    public void takeRest(@ExchangeProperty("job") RunningJob job) throws IOException {
        Files.move(rest(job), job.getOriginal().toPath(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path rest(RunningJob job) {
        return job.getFolder().resolve("rest");
    }

    private ToolCommand command(
            RunningJob job,
            String verbosity,
            List<String> what,
            ToolCommand.Output output,
            ToolCommand.OnError onError,
            Consumer<String> lines) {
        Duration limit = timeLimit(job);
        List<String> arguments = new ArrayList<>(List.of("-v", verbosity));
        arguments.addAll(inputLimits(limits));
        arguments.addAll(what);
        arguments.add("file:" + job.getOriginal());
        return new ToolCommand(
                arguments,
                output,
                limit,
                limit,
                onError,
                () -> new RejectedMediaException(refusals.tooComplex(limit)),
                lines);
    }

    private Duration timeLimit(RunningJob job) {
        return media.probeLimit().plus(MediaProperties.readingTime(job.getOriginal()));
    }

    /**
     * Options that let ffmpeg and ffprobe open only this file, in an accepted format. They know the size of the picture
     * when the second frame arrives, which in slides is later than the 5 s that they would wait by default; they read
     * at most the first 5 MB of the file for this.
     */
    static List<String> inputLimits(MediaLimits limits) {
        return List.of(
                "-protocol_whitelist",
                "file",
                "-format_whitelist",
                String.join(",", limits.formats()),
                "-analyzeduration",
                "60M");
    }

    /**
     * Reads what ffprobe says of the headers.
     *
     * @param refused why tracks were left out of the file before; null when none were
     * @throws RejectedMediaException when there is no video track that ffmpeg knows, or more tracks than allowed
     * @throws ToolFailedException when the answer is not the JSON that ffprobe writes
     */
    public SourceHeaders readHeaders(
            @ExchangeProperty("tool_output") String answer,
            @ExchangeProperty("unreadable_tracks") UnreadableTracksException refused) {
        if (!answer.startsWith("{") && answer.length() >= LONG) {
            // Of a longer description, only the end was kept.
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        List<String> removed =
                refused == null ? List.of() : List.copyOf(refused.codecs().values());
        SourceHeaders headers = SourceHeaders.read(FfprobeAnswer.read(json, answer), removed);
        // What is only demuxed, such as subtitles, timecode and attachments, costs next to nothing.
        int tracks = headers.videos().size() + headers.audios().size();
        if (tracks > limits.streams()) {
            throw new RejectedMediaException(refusals.tooManyStreams(tracks));
        }
        if (headers.videos().isEmpty()) {
            throw new RejectedMediaException(
                    refusals.noVideoStream(headers.audios().size()));
        }
        return headers;
    }

    /** The command that lists the timestamps of all packets of the job's original. */
    public Measurement planMeasurement(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("headers") SourceHeaders headers) {
        PacketTimes packets = new PacketTimes(
                headers.closesGaps(),
                headers.videos().stream().map(Track::index).collect(Collectors.toSet()));
        // That a file ends too early is a warning to ffmpeg.
        ToolCommand command = command(
                job,
                "warning",
                List.of("-show_entries", PacketTimes.ENTRIES, "-of", "csv=print_section=0"),
                ToolCommand.Output.LINES,
                (status, errors) -> new RejectedMediaException(
                        refusals.undecodable(headers.videos().get(0).codec())),
                packets::add);
        return new Measurement(command, packets);
    }

    /** The command that decodes the beginning of each track of sound. */
    public AudioDecoding planAudioDecoding(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("headers") SourceHeaders headers) {
        AudioDecoding decoding = new AudioDecoding();
        long packets = (long) PACKETS_TO_DECODE * headers.audios().size();
        decoding.setCommand(command(
                job,
                "error",
                List.of(
                        "-select_streams",
                        "a",
                        "-read_intervals",
                        "%+#" + packets,
                        "-show_entries",
                        AudioDecoding.ENTRIES,
                        "-of",
                        "csv"),
                ToolCommand.Output.LINES,
                (status, errors) -> null,
                decoding::add));
        return decoding;
    }

    /**
     * Decides what of the original is processed.
     *
     * @param measurement null when the headers are believed
     * @param decoding null when no sound is wanted, or there is none
     * @param errors what ffprobe complained of when it listed the packets
     * @throws RejectedMediaException with the code of the first limit or rule that the original does not keep
     */
    public SourceTimeline readTimeline(
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("measurement") Measurement measurement,
            @ExchangeProperty("audio_decoding") AudioDecoding decoding,
            @ExchangeProperty("measuring_errors") String errors,
            @ExchangeProperty("job") RunningJob job)
            throws IOException {
        PacketTimes packets = measurement == null ? null : measurement.packets();
        long unread = AppendedFile.bytes(job.getOriginal().toPath(), headers.hasBoxes(), lastPicture(headers, packets));
        long bytes = job.getOriginal().length();
        SourceTimeline source = SourceTimeline.of(
                headers, packets, decoding, packets != null && errors.contains(ENDED_EARLY), (double) unread / bytes);
        if (source == null) {
            throw new RejectedMediaException(
                    refusals.noVideoStream(headers.audios().size()));
        }
        checkLimits(source, measurement, bytes);
        checkRules(source);
        return source;
    }

    /** Where the last packet of picture begins, in bytes; −1 when that is not known. */
    private static long lastPicture(SourceHeaders headers, PacketTimes packets) {
        return headers.videos().stream()
                .mapToLong(track -> packets == null ? -1 : packets.of(track).lastPosition())
                .max()
                .orElse(-1);
    }

    /** What the row keeps of it. */
    public SourceInfo sourceInfo(
            @ExchangeProperty("source") SourceTimeline source, @ExchangeProperty("job") RunningJob job) {
        Track video = source.video();
        return new SourceInfo(
                source.container(),
                job.getOriginal().length(),
                source.seconds(),
                video.index(),
                video.codec(),
                video.width(),
                video.height(),
                source.rate().toString(),
                source.hasAudio(),
                false);
    }

    private void checkLimits(SourceTimeline source, Measurement measurement, long bytes) {
        Track video = source.video();
        if (bytes > limits.size().toBytes()) {
            throw new RejectedMediaException(refusals.tooLarge(bytes));
        }
        if (!limits.codecs().contains(video.codec())) {
            throw new RejectedMediaException(refusals.codecUnsupported(video.codec()));
        }
        if (video.width() == 0 || video.height() == 0) {
            throw new RejectedMediaException(refusals.undecodable(video.codec()));
        }
        if (video.dolbyVision() >= 0 && video.baseLayer() == 0) {
            throw new RejectedMediaException(refusals.dolbyVisionUnsupported(video.dolbyVision()));
        }
        if (!(source.seconds() > 0)) {
            long frames = measurement == null
                    ? video.frames()
                    : measurement.packets().of(video).packets();
            throw new RejectedMediaException(refusals.noDuration(Math.max(0, frames)));
        }
        if (source.seconds() > seconds(limits.duration())) {
            throw new RejectedMediaException(refusals.tooLong(source.seconds()));
        }
        int longer = Math.max(video.width(), video.height());
        int shorter = Math.min(video.width(), video.height());
        if (longer > limits.width() || shorter > limits.height()) {
            throw new RejectedMediaException(refusals.resolutionTooHigh(video.width(), video.height()));
        }
        // Half a frame more, since an average is never exact.
        if (source.averageRate() > limits.frameRate() + 0.5) {
            throw new RejectedMediaException(refusals.frameRateTooHigh(source.averageRate()));
        }
    }

    private void checkRules(SourceTimeline source) {
        Track video = source.video();
        if (source.seconds() < seconds(limits.shortest()) || source.seconds() > seconds(limits.longest())) {
            throw new RejectedMediaException(refusals.durationOutOfRules(source.seconds()));
        }
        if (Math.min(video.width(), video.height()) < limits.smallestHeight()) {
            throw new RejectedMediaException(refusals.resolutionOutOfRules(video.width(), video.height()));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
