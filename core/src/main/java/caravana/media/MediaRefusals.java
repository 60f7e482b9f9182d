package caravana.media;

import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/**
 * The sentences about refused originals; each names the original's value and the limit. Web and the worker use the same
 * ones. The configuration of nginx has its own sentence about the size, and the page has translations.
 */
public class MediaRefusals {

    private final MediaLimits limits;

    public MediaRefusals(MediaLimits limits) {
        this.limits = limits;
    }

    /** The file is larger than {@link MediaLimits#size}. Its size is unknown, because it was not read to its end. */
    public Refusal tooLarge() {
        return new Refusal(
                "too_large",
                "The file is larger than " + Amounts.size(limits.size()) + ". Send a smaller one, or "
                        + raise("CARAVANA_UPLOAD_MAX_SIZE"),
                Map.of());
    }

    /** The file is larger than {@link MediaLimits#size}, and its size is known. */
    public Refusal tooLarge(long bytes) {
        return new Refusal(
                "too_large",
                "The file has " + Amounts.size(DataSize.ofBytes(bytes)) + "; the limit is "
                        + Amounts.size(limits.size()) + ". Send a smaller one, or "
                        + raise("CARAVANA_UPLOAD_MAX_SIZE"),
                Map.of("bytes", bytes));
    }

    /** The video is longer than {@link MediaLimits#duration}. */
    public Refusal tooLong(double seconds) {
        return new Refusal(
                "too_long",
                "The video is " + Amounts.length(seconds, RoundingMode.CEILING) + " long; the limit is "
                        + Amounts.duration(limits.duration()) + ". Trim it, or "
                        + raise("CARAVANA_VIDEO_MAX_DURATION"),
                Map.of("duration_seconds", seconds));
    }

    /**
     * The part to keep begins at or after the end of the video.
     *
     * @param start where the part begins, in seconds
     * @param seconds length of the video
     */
    public Refusal nothingKept(double start, double seconds) {
        double begins = Math.round(start * 100) / 100.0;
        double length = Math.floor(seconds * 100) / 100.0;
        return new Refusal(
                "nothing_kept",
                "The part to keep begins at " + Amounts.number(begins) + " s, and the video is "
                        + Amounts.number(length) + " s long. Process it again with an earlier start.",
                Map.of("start_seconds", begins, "duration_seconds", length));
    }

    /**
     * The video cannot be made as small as requested.
     *
     * @param megabytes the requested size of the file, in MB of 1,000,000 bytes
     * @param least the smallest possible size, estimated, in the same unit
     * @param seconds length of the result
     */
    public Refusal sizeUnreachable(double megabytes, double least, double seconds) {
        double length = Math.ceil(seconds * 10) / 10.0;
        return new Refusal(
                "size_unreachable",
                "The video, " + Amounts.number(length) + " s long, cannot be made as small as "
                        + Amounts.number(megabytes) + " MB; it needs about " + Amounts.number(least)
                        + " MB. Process it again with a larger size, a smaller picture or a shorter part.",
                Map.of("size_mb", megabytes, "least_mb", least, "duration_seconds", length));
    }

    /**
     * The transformations would enlarge the picture beyond what can be encoded.
     *
     * @param width of the original, as it is shown
     * @param height of the original, as it is shown
     * @param most pixels of a side of a result
     */
    public Refusal resultResolutionTooHigh(int width, int height, int most) {
        return new Refusal(
                "result_resolution_too_high",
                "The picture has " + width + "×" + height
                        + " pixels; with these transformations, a side would have more than " + most
                        + ", which is the limit. Process it again with a smaller height or another aspect ratio.",
                Map.of("width", width, "height", height, "most_pixels", most));
    }

    /**
     * The picture is larger than {@link MediaLimits#width} by {@link MediaLimits#height}, in landscape and in portrait.
     */
    public Refusal resolutionTooHigh(int width, int height) {
        return new Refusal(
                "resolution_too_high",
                "The picture has " + width + "×" + height + " pixels; the limit is " + limits.width() + "×"
                        + limits.height() + ", in landscape or portrait. Scale it down, or "
                        + raise("CARAVANA_VIDEO_MAX_WIDTH` and `CARAVANA_VIDEO_MAX_HEIGHT"),
                Map.of("width", width, "height", height));
    }

    /** The video has more frames per second than {@link MediaLimits#frameRate}. */
    public Refusal frameRateTooHigh(double rate) {
        double rounded = Math.round(rate * 100) / 100.0;
        return new Refusal(
                "frame_rate_too_high",
                "The video has " + Amounts.number(rounded) + " frames per second on average; the limit is "
                        + Amounts.number(limits.frameRate()) + ". Convert it to a lower frame rate, or "
                        + raise("CARAVANA_VIDEO_MAX_FRAME_RATE"),
                Map.of("frame_rate", rounded));
    }

    /**
     * The file has more tracks than {@link MediaLimits#streams}.
     *
     * @param tracks the number of video and audio tracks
     */
    public Refusal tooManyStreams(int tracks) {
        return new Refusal(
                "too_many_streams",
                "The file has " + tracks + " video and audio tracks" + tracksAllowed(),
                Map.of("tracks", tracks));
    }

    /** The file has so many tracks that they cannot even be listed. */
    public Refusal tooManyStreams() {
        return new Refusal(
                "too_many_streams", "The file has more tracks than can be listed" + tracksAllowed(), Map.of());
    }

    private String tracksAllowed() {
        return "; the limit is " + limits.streams() + ". Remove some, or " + raise("CARAVANA_VIDEO_MAX_STREAMS");
    }

    private static String raise(String setting) {
        return "ask an operator to raise `" + setting + "`.";
    }

    /**
     * The file's format is not one of {@link MediaLimits#formats}.
     *
     * @param format ffmpeg's name of the file's format
     */
    public Refusal notAVideo(String format) {
        return new Refusal(
                "not_a_video",
                "The file is in the format " + format + ", which is not accepted. " + formatsAccepted(),
                Map.of("format", format));
    }

    /**
     * ffmpeg does not recognize the file's format.
     *
     * @param firstBytes the first bytes of the file in hexadecimal
     */
    public Refusal notInAnyFormat(String firstBytes) {
        return new Refusal(
                "not_a_video",
                "The file is not in a known video format, or its beginning or index is missing; its "
                        + "first bytes are "
                        + firstBytes + ". " + formatsAccepted(),
                Map.of("first_bytes", firstBytes));
    }

    private String formatsAccepted() {
        return "Send a video in one of these formats: " + String.join(", ", limits.formats()) + ".";
    }

    /**
     * The file has no video track with a picture.
     *
     * @param audios the number of audio tracks
     */
    public Refusal noVideoStream(int audios) {
        return new Refusal(
                "no_video_stream",
                "The file has no video track with a picture in it; its audio tracks are " + audios
                        + ". Send a file with a video track.",
                Map.of("audio_tracks", audios));
    }

    /**
     * Neither the header nor the packets show how long the video is.
     *
     * @param frames the number of frames that were found
     */
    public Refusal noDuration(long frames) {
        return new Refusal(
                "no_duration",
                "The video's duration could not be determined: its header does not give it, and its frames (" + frames
                        + ") have no usable times. Convert it to an ordinary MP4 file and send that.",
                Map.of("frames", frames));
    }

    /**
     * No frame of the video can be decoded.
     *
     * @param codec ffmpeg's name of its codec
     */
    public Refusal undecodable(String codec) {
        return new Refusal(
                "undecodable",
                "The video, in the codec " + codec
                        + ", cannot be decoded: it is damaged, or of a kind that is not supported. Export it again, and send that.",
                Map.of("codec", codec));
    }

    /**
     * The video could not be analysed within the limit of processor time.
     *
     * @param limit processor time of one analysis
     */
    public Refusal tooComplex(Duration limit) {
        return new Refusal(
                "too_complex",
                "The file could not be analysed within " + Amounts.duration(limit)
                        + " of processor time. Convert it to an ordinary MP4 file and send that.",
                Map.of("limit_seconds", limit.toMillis() / 1000.0));
    }

    /**
     * The video's codec is not one of {@link MediaLimits#codecs}.
     *
     * @param codec ffmpeg's name of the codec; {@code unknown} when ffmpeg does not know it
     */
    public Refusal codecUnsupported(String codec) {
        return new Refusal(
                "codec_unsupported",
                (codec.equals("unknown")
                                ? "The codec of the video is unknown"
                                : "The video codec " + codec + " is not supported")
                        + ". Convert the video to one of these: " + String.join(", ", limits.codecs()) + ".",
                Map.of("codec", codec));
    }

    /**
     * The video is Dolby Vision without a base layer that other decoders can show.
     *
     * @param profile the number of the Dolby Vision profile
     */
    public Refusal dolbyVisionUnsupported(int profile) {
        return new Refusal(
                "hdr_unsupported",
                "The video is Dolby Vision profile " + profile
                        + ", which has no picture without Dolby's decoder. Export it as HDR10, HLG or SDR.",
                Map.of("profile", profile));
    }

    /** The video is shorter or longer than the rules allow. */
    public Refusal durationOutOfRules(double seconds) {
        boolean longer = seconds * 1000 > limits.longest().toMillis();
        return new Refusal(
                "duration_out_of_rules",
                "The video is " + Amounts.length(seconds, longer ? RoundingMode.CEILING : RoundingMode.FLOOR)
                        + " long; it must be " + Amounts.duration(limits.shortest()) + " to "
                        + Amounts.duration(limits.longest()) + " long. Send one that is.",
                Map.of("duration_seconds", seconds));
    }

    /** The picture is smaller than the rules allow. */
    public Refusal resolutionOutOfRules(int width, int height) {
        return new Refusal(
                "resolution_out_of_rules",
                "The picture has " + width + "×" + height + " pixels; it must have at least "
                        + limits.smallestHeight()
                        + " on its shorter side. Send the video in a higher resolution.",
                Map.of("width", width, "height", height));
    }
}
