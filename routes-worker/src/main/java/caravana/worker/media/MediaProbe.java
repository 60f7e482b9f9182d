package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.media.Amounts;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolExecutor;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Plans an ffprobe run over an original, reads what it says, and refuses what is not accepted, before any decoding. */
@Component("mediaProbe")
public class MediaProbe {

    private static final String ENTRIES = "format=format_name,duration,nb_streams"
            + ":stream=index,codec_type,codec_name,width,height,duration,avg_frame_rate,r_frame_rate,color_transfer"
            + ":stream_disposition=attached_pic";

    /** Transfer functions of HDR: PQ and HLG, by ffmpeg's names. */
    private static final Set<String> HDR = Set.of("smpte2084", "arib-std-b67");

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
        arguments.addAll(List.of("-show_entries", ENTRIES, "-of", "json", "file:" + job.getOriginal()));
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

    /** What keeps ffmpeg and ffprobe from opening anything but this file, in a format that is known. */
    static List<String> inputLimits(MediaLimits limits) {
        return List.of("-protocol_whitelist", "file", "-format_whitelist", String.join(",", limits.formats()));
    }

    /**
     * Reads ffprobe's answer.
     *
     * @throws RejectedMediaException with the code of the first limit or rule that the original does not keep
     * @throws ToolFailedException when the answer is not the JSON that ffprobe writes
     */
    public MediaFacts read(@ExchangeProperty("tool_output") String answer, @ExchangeProperty("job") RunningJob job) {
        if (!answer.startsWith("{") && answer.length() >= LONG) {
            // Of a longer description, only the end was kept.
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        JsonNode root = FfprobeAnswer.read(json, answer);
        if (root.path("streams").size() > limits.streams()) {
            throw new RejectedMediaException(refusals.tooManyStreams());
        }
        JsonNode video = null;
        boolean hasAudio = false;
        for (JsonNode stream : root.path("streams")) {
            String type = stream.path("codec_type").asText();
            boolean coverPicture =
                    stream.path("disposition").path("attached_pic").asInt() == 1;
            if (type.equals("video") && !coverPicture && video == null) {
                video = stream;
            }
            hasAudio |= type.equals("audio");
        }
        if (video == null
                || video.path("width").asInt() <= 0
                || video.path("height").asInt() <= 0) {
            throw new RejectedMediaException(FailureCode.NO_VIDEO_STREAM);
        }
        MediaFacts facts = new MediaFacts(
                root.path("format").path("format_name").asText(),
                job.getOriginal().length(),
                duration(root, video),
                video.path("index").asInt(),
                video.path("codec_name").asText(),
                video.path("width").asInt(),
                video.path("height").asInt(),
                frameRate(video),
                hasAudio,
                false);
        if (HDR.contains(video.path("color_transfer").asText())) {
            throw new RejectedMediaException(FailureCode.HDR_UNSUPPORTED);
        }
        checkLimits(facts);
        checkRules(facts);
        return facts;
    }

    /** The video's own length where the container knows it: its audio may be longer. */
    private static double duration(JsonNode root, JsonNode video) {
        double own = video.path("duration").asDouble(0);
        double duration = own > 0 ? own : root.path("format").path("duration").asDouble(0);
        if (!(duration > 0)) {
            throw new RejectedMediaException(FailureCode.NO_DURATION);
        }
        return duration;
    }

    private static String frameRate(JsonNode video) {
        String average = video.path("avg_frame_rate").asText();
        return MediaFacts.fraction(average) > 0
                ? average
                : video.path("r_frame_rate").asText();
    }

    private void checkLimits(MediaFacts facts) {
        if (facts.bytes() > limits.size().toBytes()) {
            throw new RejectedMediaException(refusals.tooLarge());
        }
        if (!limits.codecs().contains(facts.videoCodec())) {
            throw new RejectedMediaException(refusals.codecUnsupported(facts.videoCodec()));
        }
        if (facts.durationSeconds() > seconds(limits.duration())) {
            throw new RejectedMediaException(refusals.tooLong());
        }
        int longer = Math.max(facts.width(), facts.height());
        int shorter = Math.min(facts.width(), facts.height());
        if (longer > limits.width() || shorter > limits.height()) {
            throw new RejectedMediaException(refusals.resolutionTooHigh());
        }
        // Half a frame more, since an average is never exact.
        if (facts.framesPerSecond() > limits.frameRate() + 0.5) {
            throw new RejectedMediaException(refusals.frameRateTooHigh());
        }
    }

    private void checkRules(MediaFacts facts) {
        if (facts.durationSeconds() < seconds(limits.shortest())
                || facts.durationSeconds() > seconds(limits.longest())) {
            throw new RejectedMediaException(refusals.durationOutOfRules());
        }
        if (Math.min(facts.width(), facts.height()) < limits.smallestHeight()) {
            throw new RejectedMediaException(refusals.resolutionOutOfRules());
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
