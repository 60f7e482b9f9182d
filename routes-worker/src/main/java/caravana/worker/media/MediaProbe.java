package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.media.Amounts;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolExecutor;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * Plans the runs of ffprobe over an original, makes one timeline of what they say, and refuses what is not accepted, before
 * any of it is decoded. The headers come first; the packets are read only when the headers may be wrong.
 */
@Component("mediaProbe")
public class MediaProbe {

    /** What ffmpeg says of a file whose end is missing. */
    private static final String ENDED_EARLY = "ended prematurely";

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
        Duration limit = media.probeLimit().plus(MediaProperties.readingTime(job.getOriginal()));
        List<String> arguments = new ArrayList<>(List.of("-v", "error"));
        arguments.addAll(inputLimits(limits));
        arguments.addAll(List.of("-show_entries", SourceHeaders.ENTRIES, "-of", "json", "file:" + job.getOriginal()));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limit,
                limit,
                status -> new RejectedMediaException(refusals.notAVideo()),
                () -> new RejectedMediaException(
                        FailureCode.TOO_COMPLEX,
                        "The file could not be analysed within " + Amounts.duration(limit)
                                + ". Convert it to an ordinary MP4 file and send that."));
    }

    /**
     * What keeps ffmpeg and ffprobe from opening anything but this file, in a format that is known. They know the picture's
     * size once the second frame comes, which in slides is later than the 5 s that they would wait; the first 5 MB of the
     * file limit that in any case.
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
     * @throws RejectedMediaException when there is no video track that ffmpeg knows, or more tracks than allowed
     * @throws ToolFailedException when the answer is not the JSON that ffprobe writes
     */
    public SourceHeaders readHeaders(@ExchangeProperty("tool_output") String answer) {
        if (!answer.startsWith("{") && answer.length() >= LONG) {
            // Of a longer description, only the end was kept.
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        SourceHeaders headers = SourceHeaders.read(FfprobeAnswer.read(json, answer));
        // What is only demuxed, such as subtitles, timecode and attachments, costs next to nothing.
        if (headers.videos().size() + headers.audios().size() > limits.streams()) {
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        if (headers.videos().isEmpty()) {
            throw new RejectedMediaException(FailureCode.NO_VIDEO_STREAM);
        }
        return headers;
    }

    /** The command that lists the timestamps of all packets of the job's original. */
    public Measurement planMeasurement(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("headers") SourceHeaders headers) {
        Duration limit = media.probeLimit().plus(MediaProperties.readingTime(job.getOriginal()));
        PacketTimes packets = new PacketTimes(headers.closesGaps());
        // That a file ends too early is a warning to ffmpeg.
        List<String> arguments = new ArrayList<>(List.of("-v", "warning"));
        arguments.addAll(inputLimits(limits));
        arguments.addAll(List.of(
                "-show_entries", PacketTimes.ENTRIES, "-of", "csv=print_section=0", "file:" + job.getOriginal()));
        ToolCommand command = new ToolCommand(
                arguments,
                ToolCommand.Output.LINES,
                limit,
                limit,
                status -> new RejectedMediaException(FailureCode.UNDECODABLE),
                () -> new RejectedMediaException(
                        FailureCode.TOO_COMPLEX,
                        "The file could not be analysed within " + Amounts.duration(limit)
                                + ". Convert it to an ordinary MP4 file and send that."),
                packets::add);
        return new Measurement(command, packets);
    }

    /**
     * Decides what of the original is processed.
     *
     * @param measurement null when the headers are believed
     * @param errors what ffprobe complained of when it last ran
     * @throws RejectedMediaException with the code of the first limit or rule that the original does not keep
     */
    public SourceTimeline readTimeline(
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("measurement") Measurement measurement,
            @ExchangeProperty("tool_errors") String errors,
            @ExchangeProperty("job") RunningJob job) {
        SourceTimeline source = measurement == null
                ? SourceTimeline.of(headers)
                : SourceTimeline.of(headers, measurement.packets(), errors.contains(ENDED_EARLY));
        if (source == null) {
            throw new RejectedMediaException(FailureCode.NO_VIDEO_STREAM);
        }
        checkLimits(source, job.getOriginal().length());
        checkRules(source);
        return source;
    }

    /** What the row keeps of it. */
    public MediaFacts facts(
            @ExchangeProperty("source") SourceTimeline source, @ExchangeProperty("job") RunningJob job) {
        Track video = source.video();
        return new MediaFacts(
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

    private void checkLimits(SourceTimeline source, long bytes) {
        Track video = source.video();
        if (bytes > limits.size().toBytes()) {
            throw new RejectedMediaException(refusals.tooLarge());
        }
        if (!limits.codecs().contains(video.codec())) {
            throw new RejectedMediaException(refusals.codecUnsupported(video.codec()));
        }
        if (video.width() == 0 || video.height() == 0) {
            throw new RejectedMediaException(FailureCode.UNDECODABLE);
        }
        if (video.dolbyVision() >= 0 && video.baseLayer() == 0) {
            throw new RejectedMediaException(refusals.dolbyVisionUnsupported(video.dolbyVision()));
        }
        if (!(source.seconds() > 0)) {
            throw new RejectedMediaException(FailureCode.NO_DURATION);
        }
        if (source.seconds() > seconds(limits.duration())) {
            throw new RejectedMediaException(refusals.tooLong());
        }
        int longer = Math.max(video.width(), video.height());
        int shorter = Math.min(video.width(), video.height());
        if (longer > limits.width() || shorter > limits.height()) {
            throw new RejectedMediaException(refusals.resolutionTooHigh());
        }
        // Half a frame more, since an average is never exact.
        if (source.averageRate() > limits.frameRate() + 0.5) {
            throw new RejectedMediaException(refusals.frameRateTooHigh());
        }
    }

    private void checkRules(SourceTimeline source) {
        if (source.seconds() < seconds(limits.shortest()) || source.seconds() > seconds(limits.longest())) {
            throw new RejectedMediaException(refusals.durationOutOfRules());
        }
        if (Math.min(source.video().width(), source.video().height()) < limits.smallestHeight()) {
            throw new RejectedMediaException(refusals.resolutionOutOfRules());
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
