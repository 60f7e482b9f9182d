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

    /** ffmpeg's message about a file whose end is missing. */
    private static final String ENDED_EARLY = "ended prematurely";

    /** ffmpeg's message about a format that it knows, and that it is not allowed to open. */
    private static final Pattern REFUSED_FORMAT =
            Pattern.compile("\\[([\\w,.]+) @ 0x[0-9a-f]+\\] Format not on whitelist");

    private static final HexFormat FIRST_BYTES = HexFormat.ofDelimiter(" ");

    /**
     * The average number of packets of each audio track that are decoded at least. Codecs may produce no sound for the
     * first packets.
     */
    private static final int PACKETS_TO_DECODE = 50;

    private final ObjectMapper json;
    private final MediaProperties media;
    private final MediaLimits limits;
    private final MediaRefusals refusals;

    /** The length in characters from which an answer may have lost its beginning. */
    private static final int LONG = ToolExecutor.DOCUMENT_BYTES / 4;

    MediaProbe(ObjectMapper json, MediaProperties media, MediaLimits limits) {
        this.json = json;
        this.media = media;
        this.limits = limits;
        this.refusals = new MediaRefusals(limits);
    }

    /** Returns the command that describes the job's original as JSON. It can open only that file. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        // ffprobe reports the track that a decoder refuses as a warning.
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

    /**
     * Returns the name of a format that ffmpeg knows and this deployment does not accept; null when the errors have
     * none.
     */
    private static String refusedFormat(String errors) {
        Matcher matcher = REFUSED_FORMAT.matcher(errors);
        return matcher.find() ? matcher.group(1) : null;
    }

    /**
     * Returns the command that copies the job's original without the tracks that prevent ffprobe from reading it.
     *
     * @param refused ffprobe's errors
     */
    public ToolCommand planRemoval(
            @ExchangeProperty("job") RunningJob job, @ExchangeException UnreadableTracksException refused) {
        Duration limit = timeLimit(job);
        List<String> arguments = new ArrayList<>(List.of("-nostdin", "-v", "error"));
        arguments.addAll(inputLimits(limits));
        arguments.addAll(List.of("-i", "file:" + job.getOriginal(), "-map", "0:V", "-map", "0:a?"));
        refused.codecs().keySet().forEach(track -> arguments.addAll(List.of("-map", "-0:" + track)));
        // QuickTime's container preserves most: rotation, colours, and tracks of any codec that phones use.
        arguments.addAll(List.of("-c", "copy", "-f", "mov", "-y", "file:" + rest(job)));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limit,
                limit,
                (status, errors) -> refused,
                () -> new RejectedMediaException(refusals.tooComplex(limit)));
    }

    /** Replaces the original by the result of {@link #planRemoval}. */
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
     * Returns options that let ffmpeg and ffprobe open only this file, in an accepted format. They stop waiting for the
     * size of the picture at the second frame, which may come later than the default limit of 5 s in slides, and read
     * at most the first 5 MB for this.
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
     * Parses ffprobe's description of the headers.
     *
     * @param refused ffprobe's errors about tracks that were left out of the file before; null for none
     * @throws RejectedMediaException when there is no video track that ffmpeg knows, or more tracks than allowed
     * @throws ToolFailedException when the answer is not ffprobe's JSON
     */
    public SourceHeaders readHeaders(
            @ExchangeProperty("tool_output") String answer,
            @ExchangeProperty("unreadable_tracks") UnreadableTracksException refused) {
        if (!answer.startsWith("{") && answer.length() >= LONG) {
            // Only the end of a longer description was kept.
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        List<String> removed =
                refused == null ? List.of() : List.copyOf(refused.codecs().values());
        SourceHeaders headers = SourceHeaders.read(FfprobeAnswer.read(json, answer), removed);
        // Tracks that are only demuxed, such as subtitles, timecode and attachments, cost almost nothing.
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

    /** Returns the command that lists the timestamps of all packets of the job's original. */
    public Measurement planMeasurement(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("headers") SourceHeaders headers) {
        PacketTimes packets = new PacketTimes(
                headers.closesGaps(),
                headers.videos().stream().map(Track::index).collect(Collectors.toSet()));
        // ffmpeg reports a file that ends too early as a warning.
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

    /** Returns the command that decodes the beginning of each audio track. */
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
     * Decides which parts of the original are processed.
     *
     * @param measurement null when the headers are sufficient
     * @param decoding null when no sound is wanted, or there is none
     * @param errors ffprobe's errors while it listed the packets
     * @throws RejectedMediaException with the code of the first limit or rule that the original violates
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

    /** Returns the offset of the last packet of the picture in bytes; −1 when unknown. */
    private static long lastPicture(SourceHeaders headers, PacketTimes packets) {
        return headers.videos().stream()
                .mapToLong(track -> packets == null ? -1 : packets.of(track).lastPosition())
                .max()
                .orElse(-1);
    }

    /** Returns the info that the row stores. */
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
        // Half a frame of tolerance, because an average is never exact.
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
