package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolExecutor;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    /** Characters that an answer has at least of which the beginning is cut off. */
    private static final int LONG = ToolExecutor.DOCUMENT_BYTES / 4;

    MediaProbe(ObjectMapper json, MediaProperties media) {
        this.json = json;
        this.media = media;
    }

    /** The command that describes the job's original as JSON. It may open that file and nothing else. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        List<String> arguments = new ArrayList<>(List.of("-v", "error"));
        arguments.addAll(inputLimits(media));
        arguments.addAll(List.of("-show_entries", ENTRIES, "-of", "json", "file:" + job.getOriginal()));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                media.probeLimit(),
                media.probeLimit(),
                status -> notAVideo(),
                () -> new RejectedMediaException(FailureCode.TOO_COMPLEX));
    }

    /** What keeps ffmpeg and ffprobe from opening anything but this file, in a format that is known. */
    static List<String> inputLimits(MediaProperties media) {
        return List.of(
                "-protocol_whitelist",
                "file",
                "-format_whitelist",
                String.join(",", media.limits().formats()));
    }

    private static RejectedMediaException notAVideo() {
        return new RejectedMediaException(FailureCode.NOT_A_VIDEO);
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
            throw tooManyStreams();
        }
        JsonNode root = FfprobeAnswer.read(json, answer);
        if (root.path("streams").size() > media.limits().streams()) {
            throw tooManyStreams();
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
        holdAgainstLimits(facts);
        holdAgainstRules(facts);
        return facts;
    }

    private RejectedMediaException tooManyStreams() {
        return new RejectedMediaException(
                FailureCode.TOO_MANY_STREAMS,
                "The file has more than " + media.limits().streams() + " tracks.");
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

    private void holdAgainstLimits(MediaFacts facts) {
        MediaProperties.Limits limits = media.limits();
        if (facts.bytes() > limits.size().toBytes()) {
            throw new RejectedMediaException(
                    FailureCode.TOO_LARGE,
                    "The file is larger than " + limits.size().toMegabytes() + " MB.");
        }
        if (!limits.codecs().contains(facts.videoCodec())) {
            throw new RejectedMediaException(
                    FailureCode.CODEC_UNSUPPORTED,
                    "The video codec " + facts.videoCodec() + " is not supported; H.264 is.");
        }
        if (facts.durationSeconds() > limits.duration().toSeconds()) {
            throw new RejectedMediaException(
                    FailureCode.TOO_LONG,
                    "The video is longer than " + limits.duration().toSeconds() + " seconds.");
        }
        int longer = Math.max(facts.width(), facts.height());
        int shorter = Math.min(facts.width(), facts.height());
        if (longer > limits.width() || shorter > limits.height()) {
            throw new RejectedMediaException(
                    FailureCode.RESOLUTION_TOO_HIGH,
                    "The picture is larger than " + limits.width() + "×" + limits.height() + " pixels.");
        }
        // Half a frame more, since an average is never exact.
        if (facts.framesPerSecond() > limits.frameRate() + 0.5) {
            throw new RejectedMediaException(
                    FailureCode.FRAME_RATE_TOO_HIGH,
                    "The video has more than " + limits.frameRate() + " frames a second.");
        }
    }

    private void holdAgainstRules(MediaFacts facts) {
        if (media.rules() != MediaProperties.Rules.ANB) {
            return;
        }
        if (facts.durationSeconds() < 20 || facts.durationSeconds() > 60) {
            throw new RejectedMediaException(FailureCode.DURATION_OUT_OF_RULES);
        }
        if (Math.min(facts.width(), facts.height()) < 1080) {
            throw new RejectedMediaException(FailureCode.RESOLUTION_OUT_OF_RULES);
        }
    }
}
