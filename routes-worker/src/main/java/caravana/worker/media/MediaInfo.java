package caravana.worker.media;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * The properties of an original or a result, as the row stores them and the API returns them.
 *
 * @param container ffmpeg's name of the container format
 * @param bytes size of the file
 * @param durationSeconds length of the picture
 * @param video the picture
 * @param audio the sound; null for none
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MediaInfo(String container, long bytes, double durationSeconds, Video video, Audio audio) {

    private static final double THOUSAND = 1000;

    /**
     * The picture.
     *
     * @param codec ffmpeg's name of the codec
     * @param width coded width in pixels, before rotation
     * @param height coded height in pixels, before rotation
     * @param frameRate frames per second; where they vary, that of the motion
     * @param pixelFormat ffmpeg's name of the pixel format
     * @param color its colour tags
     * @param hdr {@code hlg} or {@code pq}; null for SDR
     * @param interlaced whether frames consist of two fields
     * @param rotation degrees clockwise by which players turn it
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Video(
            String codec,
            int width,
            int height,
            double frameRate,
            String pixelFormat,
            Colour color,
            String hdr,
            boolean interlaced,
            int rotation) {}

    /**
     * The sound.
     *
     * @param codec ffmpeg's name of the codec
     * @param channels number of channels; 0 when unknown
     * @param sampleRate samples per second; 0 when unknown
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Audio(String codec, int channels, int sampleRate) {}

    /**
     * The media info of original and result.
     *
     * @param source the original
     * @param result the clip
     */
    public record Both(MediaInfo source, MediaInfo result) {}

    /**
     * Describes a file.
     *
     * @param interlaced whether frames consist of two fields
     * @param audio null for none
     * @param removedAudio codecs of audio tracks that could not be read at all
     */
    static MediaInfo of(
            String container,
            long bytes,
            double seconds,
            double rate,
            Track video,
            boolean interlaced,
            Track audio,
            List<String> removedAudio) {
        return new MediaInfo(
                container,
                bytes,
                rounded(seconds),
                new Video(
                        video.codec(),
                        video.width(),
                        video.height(),
                        rounded(rate),
                        video.pixelFormat(),
                        video.colour(),
                        video.colour().hdr(),
                        interlaced,
                        video.orientation().degrees()),
                audio == null
                        ? removedAudio.stream()
                                .map(codec -> new Audio(codec, 0, 0))
                                .findFirst()
                                .orElse(null)
                        : new Audio(audio.codec(), audio.channels(), audio.sampleRate()));
    }

    private static double rounded(double value) {
        return Math.round(value * THOUSAND) / THOUSAND;
    }
}
