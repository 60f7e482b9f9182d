package caravana.media;

/**
 * What is said of an original that exceeds a limit, with the value that holds. Web and the worker say the same; nginx has
 * the sentence for the size in its own configuration.
 */
public class MediaRefusals {

    private final MediaLimits limits;

    public MediaRefusals(MediaLimits limits) {
        this.limits = limits;
    }

    /** The file is larger than {@link MediaLimits#size}. */
    public Refusal tooLarge() {
        return new Refusal(
                "too_large",
                "The file is larger than " + Amounts.size(limits.size()) + ". Send a smaller one, or "
                        + raise("CARAVANA_UPLOAD_MAX_SIZE"));
    }

    /** The video is longer than {@link MediaLimits#duration}. */
    public Refusal tooLong() {
        return new Refusal(
                "too_long",
                "The video is longer than " + Amounts.duration(limits.duration()) + ". Trim it, or "
                        + raise("CARAVANA_VIDEO_MAX_DURATION"));
    }

    /** The picture is larger than {@link MediaLimits#width} by {@link MediaLimits#height}, lying or upright. */
    public Refusal resolutionTooHigh() {
        return new Refusal(
                "resolution_too_high",
                "The picture is larger than " + limits.width() + "×" + limits.height() + " pixels. Scale it down, or "
                        + raise("CARAVANA_VIDEO_MAX_WIDTH` and `CARAVANA_VIDEO_MAX_HEIGHT"));
    }

    /** The video has more frames per second than {@link MediaLimits#frameRate}. */
    public Refusal frameRateTooHigh() {
        return new Refusal(
                "frame_rate_too_high",
                "The video has more than " + Amounts.number(limits.frameRate())
                        + " frames per second. Convert it to fewer, or " + raise("CARAVANA_VIDEO_MAX_FRAME_RATE"));
    }

    /** The file has more tracks than {@link MediaLimits#streams}. */
    public Refusal tooManyStreams() {
        return new Refusal(
                "too_many_streams",
                "The file has more than " + limits.streams() + (limits.streams() == 1 ? " track" : " tracks")
                        + ". Remove some, or " + raise("CARAVANA_VIDEO_MAX_STREAMS"));
    }

    private static String raise(String setting) {
        return "ask an operator to raise `" + setting + "`.";
    }

    /** The file is in none of {@link MediaLimits#formats}. */
    public Refusal notAVideo() {
        return new Refusal(
                "not_a_video",
                "The file is not a video that we can read. Send one in one of these formats: "
                        + String.join(", ", limits.formats()) + ".");
    }

    /**
     * The video's codec is none of {@link MediaLimits#codecs}.
     *
     * @param codec ffmpeg's name of it; {@code unknown} when ffmpeg does not know it
     */
    public Refusal codecUnsupported(String codec) {
        return new Refusal(
                "codec_unsupported",
                (codec.equals("unknown")
                                ? "The codec of the video is unknown"
                                : "The video codec " + codec + " is not supported")
                        + ". Convert the video to one of these: " + String.join(", ", limits.codecs()) + ".");
    }

    /**
     * The video is Dolby Vision without a base layer that other decoders can show.
     *
     * @param profile of Dolby Vision
     */
    public Refusal dolbyVisionUnsupported(int profile) {
        return new Refusal(
                "hdr_unsupported",
                "The video is Dolby Vision profile " + profile
                        + ", which has no picture without Dolby's decoder. Export it as HDR10, HLG or SDR.");
    }

    /** The video is shorter or longer than the rules say. */
    public Refusal durationOutOfRules() {
        return new Refusal(
                "duration_out_of_rules",
                "The video must be " + Amounts.duration(limits.shortest()) + " to " + Amounts.duration(limits.longest())
                        + " long. Send one that is.");
    }

    /** The picture is smaller than the rules say. */
    public Refusal resolutionOutOfRules() {
        return new Refusal(
                "resolution_out_of_rules",
                "The picture must have at least " + limits.smallestHeight()
                        + " pixels on its shorter side. Send the video in a higher resolution.");
    }
}
