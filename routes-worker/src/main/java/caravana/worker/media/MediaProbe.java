package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Plans an ffprobe run and reads what it says. */
@Component("mediaProbe")
public class MediaProbe {

    private final ObjectMapper json;
    private final MediaProperties limits;

    MediaProbe(ObjectMapper json, MediaProperties limits) {
        this.json = json;
        this.limits = limits;
    }

    /** The command that describes the job's original as JSON. It may open that file and nothing else. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        List<String> arguments = List.of(
                "-v",
                "error",
                "-protocol_whitelist",
                "file",
                "-show_entries",
                "format=format_name,duration:stream=index,codec_type,codec_name,width,height,duration:stream_disposition=attached_pic",
                "-of",
                "json",
                "file:" + job.getOriginal());
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limits.probeLimit(),
                limits.probeLimit(),
                "not_a_video",
                "The file is not a video that we can read.");
    }

    /**
     * Reads ffprobe's answer.
     *
     * @throws RejectedMediaException when there is nothing to process: {@code no_video_stream}, {@code no_duration}
     * @throws JsonProcessingException when the answer is not the JSON that ffprobe writes
     */
    public MediaFacts read(@ExchangeProperty("tool_output") String answer)
            throws RejectedMediaException, JsonProcessingException {
        JsonNode root = json.readTree(answer);
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
            throw new RejectedMediaException("no_video_stream", "The file has no video track.");
        }
        double duration = root.path("format").path("duration").asDouble(0);
        if (duration <= 0) {
            duration = video.path("duration").asDouble(0);
        }
        if (!(duration > 0)) {
            throw new RejectedMediaException("no_duration", "The file does not say how long its video is.");
        }
        return new MediaFacts(
                root.path("format").path("format_name").asText(),
                duration,
                video.path("index").asInt(),
                video.path("codec_name").asText(),
                video.path("width").asInt(),
                video.path("height").asInt(),
                hasAudio);
    }
}
