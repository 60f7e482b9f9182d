package caravana.worker.media;

import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Checks whether a result is as planned, before the video becomes processed.
 *
 * <p>If the original is damaged, a result of another length is not our fault: the list of packets may have some that
 * cannot be decoded, or may end at damage that the decoder skips. Then the last frame that can be decoded decides how
 * long the result must be; the video is truncated when this is shorter than planned.
 */
@Component("resultCheck")
public class ResultCheck {

    private static final Logger log = LoggerFactory.getLogger(ResultCheck.class);

    /**
     * The length in seconds that may be missing in an original, compared with its headers, without counting as cut off.
     */
    private static final double TOLERANCE = 0.75;

    /** The tolerance of beginning and end of the sound in seconds: codecs add silence, and sound has blocks. */
    private static final double SOUND_TOLERANCE = 0.5;

    /** The relative tolerance of the frame rate: 24 and 24000/1001 differ by a thousandth. */
    private static final double SAME_RATE = 0.0005;

    /** The colours of every result. */
    static final Colour COLOUR = new Colour("tv", "bt709", "bt709", "bt709");

    private final ObjectMapper json;
    private final MediaProperties media;
    private final MediaRefusals refusals;

    ResultCheck(ObjectMapper json, MediaProperties media, MediaLimits limits) {
        this.json = json;
        this.media = media;
        this.refusals = new MediaRefusals(limits);
    }

    /** Returns the command that describes the job's result as JSON. */
    public ToolCommand plan(@ExchangeProperty("job") RunningJob job) {
        return OutputCheck.description(job.getResult(), media);
    }

    /**
     * Describes the job's result from its file, without ffprobe.
     *
     * @return null when ffprobe must read the file: because it is not an ordinary result, or ffmpeg has reported
     *     another number of frames
     * @throws OutputInvalidException when parts of the file are missing or damaged
     */
    public SourceHeaders describe(@ExchangeProperty("job") RunningJob job) {
        try {
            SourceHeaders result = Mp4Headers.read(job.getResult().toPath());
            long counted = job.getTool().progress() == null
                    ? -1
                    : job.getTool().progress().frame();
            List<Track> pictures = result.videos();
            if (pictures.size() == 1 && pictures.get(0).frames() == counted) {
                return result;
            }
            log.info(
                    "The result of video {} is probed: ffmpeg counted {} frames of {}",
                    job.getVideoId(),
                    counted,
                    pictures);
        } catch (IOException e) {
            log.info("The result of video {} is probed: {}", job.getVideoId(), e.getMessage());
        }
        return null;
    }

    /** Returns the properties that {@link #compare} compares, for people. */
    static String compared(PlannedResult planned) {
        return "tracks, frames, frame rate, pixel shape, orientation"
                + (planned.audio() ? ", beginning and end of sound" : "")
                + (planned.h264() ? ", codec, pixel format, colours" : "")
                + (planned.size() == null ? "" : ", size");
    }

    /**
     * Parses ffprobe's description, sets the property {@code result}, and compares as {@link #compare} does.
     *
     * @throws ToolFailedException when the answer is not ffprobe's JSON
     */
    public void read(
            @ExchangeProperty("tool_output") String answer,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("transcoding_errors") String errors,
            Exchange exchange) {
        SourceHeaders result = SourceHeaders.read(FfprobeAnswer.read(json, answer), List.of());
        exchange.setProperty("result", result);
        compare(result, planned, source, headers, errors, exchange);
    }

    /**
     * Compares a result with the plan. Sets the properties {@code missing_seconds}: how much shorter the result is than
     * planned, or than the headers of a damaged original say; {@code excess_seconds}: how much longer it is than
     * planned; {@code length_differs}: whether one of them is not 0; and {@code picture_damaged}: whether ffmpeg has
     * reported errors in the original's picture.
     *
     * @throws OutputInvalidException when the result differs from the plan in another way
     * @throws RejectedMediaException when the result has nothing of the original
     */
    public void compare(
            @ExchangeProperty("result") SourceHeaders result,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("transcoding_errors") String errors,
            Exchange exchange) {
        FfmpegErrors ffmpegErrors = new FfmpegErrors(errors, headers, source);
        // ffmpeg writes no track when there were no pictures. Some decoders skip damaged ones without an error.
        if (result.videos().isEmpty() && planned.addedFrames() == 0) {
            throw new RejectedMediaException(refusals.undecodable(source.video().codec()));
        }
        boolean soundLost = planned.audio() && result.audios().isEmpty() && !ffmpegErrors.isEmpty();
        List<String> wrong = new ArrayList<>(tracksNotAs(planned, planned.audio() && !soundLost, result.tracks()));
        long frames = result.tracks().isEmpty() ? 0 : result.tracks().get(0).frames();
        if (planned.audio() && !result.audios().isEmpty()) {
            wrong.addAll(soundNotAs(planned, result.audios().get(0), frames, ffmpegErrors));
        }
        if (!wrong.isEmpty()) {
            throw new OutputInvalidException("The result is not as planned: " + String.join("; ", wrong));
        }
        long footage = frames - planned.addedFrames();
        if (footage <= (planned.footageFrames() > 3 * planned.tolerance() ? 1 : 0)) {
            throw new RejectedMediaException(refusals.undecodable(source.video().codec()));
        }
        long more = footage - planned.footageFrames();
        double missing = -more > planned.tolerance() ? planned.secondsOf(-more) : 0;
        double promised = source.promisedSeconds() - source.leadSeconds() - planned.startSeconds();
        double undeclared = Math.min(planned.keptSeconds(), promised) - planned.secondsOf(footage);
        boolean damaged = source.cutOff() || source.measured() && ffmpegErrors.areOfPicture();
        boolean cutOff = damaged && undeclared > TOLERANCE;
        double lacking = cutOff ? undeclared : missing;
        double excess = more > planned.tolerance() ? planned.secondsOf(more) : 0;
        exchange.setProperty("missing_seconds", lacking);
        exchange.setProperty("excess_seconds", excess);
        // A route cannot make this comparison: Simple reads 0.7 as 0 when it compares it with 0.
        exchange.setProperty("length_differs", lacking > 0 || excess > 0);
        exchange.setProperty("picture_damaged", ffmpegErrors.areOfPicture());
    }

    private static List<String> tracksNotAs(PlannedResult planned, boolean audio, List<Track> tracks) {
        List<String> wrong = new ArrayList<>();
        int expected = 1 + (audio ? 1 : 0) + (planned.subtitles() ? 1 : 0);
        require(wrong, expected + " tracks", tracks.size() + " tracks");
        if (tracks.isEmpty()) {
            return wrong;
        }
        Track video = tracks.get(0);
        require(wrong, "video", video.type());
        require(wrong, 1.0, video.pixelShape());
        require(wrong, Orientation.UPRIGHT, video.orientation());
        double rate = SourceInfo.fraction(video.averageRate());
        if (Math.abs(rate / planned.frameRate().perSecond() - 1) > SAME_RATE) {
            wrong.add(video.averageRate() + " frames per second instead of " + planned.frameRate());
        }
        if (planned.h264()) {
            require(wrong, "h264", video.codec());
            require(wrong, "yuv420p", video.pixelFormat());
            require(wrong, COLOUR, video.colour());
        }
        if (planned.subtitles()) {
            require(wrong, "mov_text", tracks.get(tracks.size() - 1).codec());
        }
        if (planned.size() != null) {
            require(wrong, planned.size(), new PlannedResult.Box(video.width(), video.height()));
        }
        return wrong;
    }

    /**
     * Lists how the sound differs from the plan. It must begin with the clip, in silence if necessary, and end with the
     * clip or where the original's sound ends. If the picture of a damaged original breaks off, sound continues to the
     * planned end.
     */
    private static List<String> soundNotAs(PlannedResult planned, Track sound, long frames, FfmpegErrors ffmpegErrors) {
        List<String> wrong = new ArrayList<>();
        if (Math.abs(sound.start()) > SOUND_TOLERANCE) {
            wrong.add(String.format(Locale.ROOT, "sound from %.2f s instead of 0", sound.start()));
        }
        double end = sound.start() + sound.duration();
        double picture = planned.secondsOf(frames);
        double latest = Math.max(picture, planned.secondsOf(planned.footageFrames() + planned.addedFrames()));
        double earliest = ffmpegErrors.isEmpty() ? Math.min(planned.soundSeconds(), picture) : Double.NaN;
        if (end > latest + SOUND_TOLERANCE || end < earliest - SOUND_TOLERANCE) {
            wrong.add(String.format(
                    Locale.ROOT,
                    "sound until %.2f s instead of %.2f s",
                    end,
                    Double.isNaN(earliest) ? latest : earliest));
        }
        return wrong;
    }

    static void require(List<String> wrong, Object expected, Object found) {
        if (!expected.equals(found)) {
            wrong.add(found + " instead of " + expected);
        }
    }

    /**
     * Decides whether the original or the worker is at fault when the result's length differs from the plan. If it is
     * the original, its media info is marked as truncated for a short result. For a long one, source and media info get
     * the longer length.
     *
     * @param decoded the frames of the original; null when ffmpeg has reported errors in its picture
     * @throws OutputInvalidException when the original is longer or shorter than the result
     */
    public void explain(
            @ExchangeProperty("decoded") DecodedFrames decoded,
            @ExchangeProperty("transcoding_errors") String errors,
            @ExchangeProperty("missing_seconds") Double missing,
            @ExchangeProperty("result") SourceHeaders result,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("source_info") SourceInfo info,
            Exchange exchange) {
        double made = planned.secondsOf(result.videos().get(0).frames() - planned.addedFrames());
        if (decoded != null) {
            requireAllOf(decoded, made, missing > 0, planned, source);
        }
        log.info("The original is incomplete: {} s of {} s could be read: {}", made, source.declaredSeconds(), errors);
        if (missing > 0) {
            exchange.setProperty("source_info", info.asTruncated());
        } else {
            double seconds = planned.startSeconds() + made;
            exchange.setProperty("source", source.lasting(seconds));
            exchange.setProperty("source_info", info.lasting(seconds));
        }
    }

    /**
     * Checks that the result has all frames. The duration of the last frame is unknown: it is taken as 0 for a short
     * result, and as that of other frames for a long one.
     */
    private static void requireAllOf(
            DecodedFrames decoded, double made, boolean isShort, PlannedResult planned, SourceTimeline source) {
        double last = decoded.last() - SourceFilters.zeroOfPicture(source, planned);
        double reaches = isShort ? last : last + 1 / source.rate().perSecond();
        double unexplained = (isShort ? 1 : -1) * (Math.min(planned.keptSeconds(), reaches) - made);
        if (unexplained > planned.secondsOf(planned.tolerance())) {
            throw new OutputInvalidException(String.format(
                    Locale.ROOT, "The result has %.2f s of footage, and the original %.2f s", made, reaches));
        }
    }
}
