package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Looks whether a result is what was planned, before anything says that it is processed.
 *
 * <p>One that is shorter than planned is no fault of ours when the original ends early: then how far its packets reach is
 * what could be processed, and the video counts as truncated.
 */
@Component("resultCheck")
public class ResultCheck {

    private static final Logger log = LoggerFactory.getLogger(ResultCheck.class);

    /** By how much an original may be shorter than its headers say without being cut off, in seconds. */
    private static final double TOLERANCE = 0.75;

    /** Range, matrix, transfer function and primaries of every result. */
    private static final String COLOUR = "tv/bt709/bt709/bt709";

    private final ObjectMapper json;
    private final MediaProperties media;

    ResultCheck(ObjectMapper json, MediaProperties media) {
        this.json = json;
        this.media = media;
    }

    /** The command that describes the job's result as JSON. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        return new ToolCommand(
                List.of(
                        "-v",
                        "error",
                        "-protocol_whitelist",
                        "file",
                        "-show_entries",
                        "stream=codec_type,codec_name,width,height,pix_fmt,sample_aspect_ratio,nb_frames,color_range,"
                                + "color_space,color_transfer,color_primaries",
                        "-of",
                        "json",
                        "file:" + job.getResult()),
                ToolCommand.Output.DOCUMENT,
                media.probeLimit(),
                media.probeLimit(),
                status -> new OutputInvalidException("The result cannot be read"),
                null);
    }

    /**
     * Reads ffprobe's answer, and sets the property {@code missing_seconds}: how much shorter the result is than planned,
     * or than the headers of a damaged original say; 0 when nothing is missing.
     *
     * @throws OutputInvalidException when it is not what was planned in any other way
     * @throws RejectedMediaException when nothing of the original is in it
     * @throws ToolFailedException when the answer is not the JSON that ffprobe writes
     */
    public void read(
            @ExchangeProperty("tool_output") String answer,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("transcoding_errors") String errors,
            Exchange exchange) {
        JsonNode streams = FfprobeAnswer.read(json, answer).path("streams");
        List<String> wrong = new ArrayList<>(streamsNotAs(planned, streams));
        long frames = streams.path(0).path("nb_frames").asLong();
        if (frames > planned.frames() + planned.tolerance()) {
            wrong.add(frames + " frames instead of " + planned.frames());
        }
        if (!wrong.isEmpty()) {
            throw new OutputInvalidException("The result is not as planned: " + String.join("; ", wrong));
        }
        long footage = frames - planned.addedFrames();
        if (footage <= (planned.footageFrames() > 3 * planned.tolerance() ? 1 : 0)) {
            throw new RejectedMediaException(FailureCode.UNDECODABLE);
        }
        double missing = planned.footageFrames() - footage > planned.tolerance()
                ? planned.secondsOf(planned.footageFrames() - footage)
                : 0;
        double undeclared = Math.min(planned.keptSeconds(), source.declaredSeconds()) - planned.secondsOf(footage);
        boolean damaged = source.cutOff() || source.measured() && !errors.isEmpty();
        boolean cutOff = damaged && undeclared > TOLERANCE;
        exchange.setProperty("missing_seconds", cutOff ? undeclared : missing);
    }

    private static List<String> streamsNotAs(PlannedResult planned, JsonNode streams) {
        List<String> wrong = new ArrayList<>();
        int expected = planned.audio() ? 2 : 1;
        if (streams.size() != expected) {
            wrong.add(streams.size() + " streams instead of " + expected);
        }
        JsonNode video = streams.path(0);
        require(wrong, "video", video.path("codec_type").asText());
        require(wrong, "1:1", video.path("sample_aspect_ratio").asText("1:1"));
        if (planned.h264()) {
            require(wrong, "h264", video.path("codec_name").asText());
            require(wrong, "yuv420p", video.path("pix_fmt").asText());
            require(wrong, COLOUR, colour(video));
        }
        if (planned.filled()) {
            require(
                    wrong,
                    planned.box().width() + "×" + planned.box().height(),
                    video.path("width").asInt() + "×" + video.path("height").asInt());
        }
        return wrong;
    }

    private static String colour(JsonNode video) {
        return String.join(
                "/",
                video.path("color_range").asText(),
                video.path("color_space").asText(),
                video.path("color_transfer").asText(),
                video.path("color_primaries").asText());
    }

    private static void require(List<String> wrong, String expected, String found) {
        if (!expected.equals(found)) {
            wrong.add(found + " instead of " + expected);
        }
    }

    /**
     * Decides whose fault a short result is, and marks the facts as truncated when it is the original's.
     *
     * @param measurement of the original's packets
     * @throws OutputInvalidException when the original reaches further, and nothing was wrong with decoding it
     */
    public void explain(
            @ExchangeProperty("measurement") Measurement measurement,
            @ExchangeProperty("transcoding_errors") String errors,
            @ExchangeProperty("missing_seconds") Double missing,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("facts") MediaFacts facts,
            Exchange exchange) {
        double made = planned.footageSeconds() - missing;
        double reaches = Math.min(
                planned.footageSeconds(),
                measurement.packets().of(source.video()).length());
        if (errors.isEmpty() && reaches > made + planned.secondsOf(planned.tolerance())) {
            throw new OutputInvalidException(String.format(
                    Locale.ROOT, "The result has %.2f s of footage, and the original %.2f s", made, reaches));
        }
        log.info("The original reaches {} s of {} s: {}", made, source.declaredSeconds(), errors);
        exchange.setProperty("facts", facts.asTruncated());
    }
}
