package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.media.MediaLimits;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
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

    /** Lengths are rounded to frames, by container and filters both, in seconds. */
    private static final double TOLERANCE = 0.75;

    private final ObjectMapper json;
    private final MediaProperties media;
    private final MediaLimits limits;

    ResultCheck(ObjectMapper json, MediaProperties media, MediaLimits limits) {
        this.json = json;
        this.media = media;
        this.limits = limits;
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
                        "format=duration:stream=codec_type,codec_name,width,height,pix_fmt,sample_aspect_ratio",
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
     * Reads ffprobe's answer, and sets the property {@code missing_seconds}: how much shorter the result is than planned;
     * 0 when it is as long.
     *
     * @throws OutputInvalidException when it is not what was planned in any other way
     * @throws RejectedMediaException when nothing of the original is in it
     * @throws ToolFailedException when the answer is not the JSON that ffprobe writes
     */
    public void read(
            @ExchangeProperty("tool_output") String answer,
            @ExchangeProperty("planned") PlannedResult planned,
            Exchange exchange) {
        JsonNode root = FfprobeAnswer.read(json, answer);
        double seconds = root.path("format").path("duration").asDouble(0);
        List<String> wrong = new ArrayList<>(streamsNotAs(planned, root.path("streams")));
        if (seconds > planned.seconds() + TOLERANCE) {
            wrong.add(String.format(Locale.ROOT, "%.2f s instead of %.2f s", seconds, planned.seconds()));
        }
        if (!wrong.isEmpty()) {
            throw new OutputInvalidException("The result is not as planned: " + String.join("; ", wrong));
        }
        if (planned.footageSeconds() > 2 * TOLERANCE && seconds - planned.addedSeconds() <= TOLERANCE / 3) {
            throw new RejectedMediaException(FailureCode.UNDECODABLE);
        }
        double missing = planned.seconds() - seconds;
        exchange.setProperty("missing_seconds", missing > TOLERANCE ? missing : 0.0);
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
        }
        if (planned.hd()) {
            require(
                    wrong,
                    "1280×720",
                    video.path("width").asInt() + "×" + video.path("height").asInt());
        }
        return wrong;
    }

    private static void require(List<String> wrong, String expected, String found) {
        if (!expected.equals(found)) {
            wrong.add(found + " instead of " + expected);
        }
    }

    /** The command that lists when the packets of the original's video begin: how far it really reaches. */
    public ToolCommand planMeasure(
            @ExchangeProperty("job") RunningJob job, @ExchangeProperty("facts") MediaFacts facts) {
        Duration limit = media.probeLimit().plus(MediaProperties.readingTime(job.getOriginal()));
        List<String> arguments = new ArrayList<>(List.of("-v", "quiet"));
        arguments.addAll(MediaProbe.inputLimits(limits));
        arguments.addAll(List.of(
                "-select_streams",
                String.valueOf(facts.videoStream()),
                "-show_entries",
                "packet=pts_time",
                "-of",
                "csv=print_section=0",
                "file:" + job.getOriginal()));
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limit,
                limit,
                status -> new RejectedMediaException(FailureCode.UNDECODABLE),
                null);
    }

    /**
     * Decides whose fault a short result is, and marks the facts as truncated when it is the original's.
     *
     * @throws OutputInvalidException when the original reaches further, and nothing was wrong with decoding it
     */
    public void explain(
            @ExchangeProperty("tool_output") String packets,
            @ExchangeProperty("transcoding_errors") String errors,
            @ExchangeProperty("missing_seconds") Double missing,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("facts") MediaFacts facts,
            Exchange exchange) {
        double made = planned.footageSeconds() - missing;
        double reaches = Math.min(planned.footageSeconds(), lastTime(packets));
        if (errors.isEmpty() && reaches > made + TOLERANCE) {
            throw new OutputInvalidException(String.format(
                    Locale.ROOT, "The result has %.2f s of footage, and the original %.2f s", made, reaches));
        }
        log.info("The original reaches {} s of {} s: {}", made, facts.durationSeconds(), errors);
        exchange.setProperty("facts", facts.asTruncated());
    }

    /** The latest time in ffprobe's list, in seconds; only its end is kept when it is long, and times nearly ascend. */
    private static double lastTime(String packets) {
        return packets.lines()
                .map(line -> line.replace(",", "").strip())
                .filter(line -> line.matches("[0-9]+\\.[0-9]+"))
                .mapToDouble(Double::parseDouble)
                .max()
                .orElse(0);
    }
}
