package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * One track of an original, as its headers and its first frames describe it.
 *
 * @param index ffmpeg's number of it
 * @param type {@code video}, {@code audio} or another of ffmpeg's types
 * @param codec ffmpeg's name of the codec; {@code unknown} for one that ffmpeg does not know
 * @param width coded width in pixels; 0 when unknown or no picture
 * @param height coded height in pixels; 0 when unknown or no picture
 * @param pixelShape width of a pixel divided by its height; 1 when unknown or implausible
 * @param orientation how players turn and mirror the picture
 * @param pixelFormat ffmpeg's name of the pixel format
 * @param colour its colour tags
 * @param fieldOrder ffmpeg's name of the order of fields; {@code progressive} or {@code unknown} when there are none
 * @param exactRate the lowest rate at which all first timestamps fall on frames, as a fraction
 * @param averageRate frames divided by duration, as a fraction
 * @param frames frames by the headers; −1 when they do not say
 * @param reordered how many frames the decoder holds back, since others that come later are shown before
 * @param start first timestamp in seconds, on the clock of the file
 * @param duration length in seconds by the headers; 0 when they do not say
 * @param byDefault whether players show or play it when nobody chooses
 * @param picture whether it is a cover picture
 * @param channels audio channels; 0 when unknown or no sound
 * @param sampleRate of sound, per second; 0 when unknown or no sound
 * @param dolbyVision profile of Dolby Vision; −1 for none
 * @param baseLayer what the base layer of Dolby Vision is compatible with; 0 for nothing
 * @param alphaBeside whether its transparency is stored as a second picture, as in VP8 and VP9
 */
public record Track(
        int index,
        String type,
        String codec,
        int width,
        int height,
        double pixelShape,
        Orientation orientation,
        String pixelFormat,
        Colour colour,
        String fieldOrder,
        String exactRate,
        String averageRate,
        long frames,
        int reordered,
        double start,
        double duration,
        boolean byDefault,
        boolean picture,
        int channels,
        int sampleRate,
        int dolbyVision,
        int baseLayer,
        boolean alphaBeside) {

    static final String ENTRIES = "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,pix_fmt,"
            + "color_range,color_space,color_transfer,color_primaries,field_order,r_frame_rate,avg_frame_rate,"
            + "nb_frames,has_b_frames,start_time,duration,channels,sample_rate"
            + ":stream_disposition=default,attached_pic:stream_tags=alpha_mode:stream_side_data_list";

    /**
     * The most extreme pixel shape. A more extreme one is a mistake in the header, and players show square pixels
     * instead.
     */
    private static final double MOST_EXTREME_SHAPE = 8;

    private static final Set<String> INTERLACED = Set.of("tt", "bb", "tb", "bt");

    /** Codecs whose pictures have fields even if the headers do not say so. */
    private static final Set<String> WITH_FIELDS = Set.of("dvvideo");

    /**
     * Codecs whose pictures may have fields when the headers say nothing, such as H.264 with fields in an MP4 file.
     * Each frame says whether it has them.
     */
    private static final Set<String> MAYBE_WITH_FIELDS = Set.of("h264", "mpeg2video", "vc1");

    static Track read(JsonNode stream) {
        JsonNode dolby = sideData(stream, "dv_profile");
        return new Track(
                stream.path("index").asInt(),
                stream.path("codec_type").asText(),
                stream.path("codec_name").asText("unknown"),
                Math.max(0, stream.path("width").asInt()),
                Math.max(0, stream.path("height").asInt()),
                shape(stream.path("sample_aspect_ratio").asText()),
                Orientation.read(sideData(stream, "displaymatrix")),
                stream.path("pix_fmt").asText("unknown"),
                Colour.read(stream),
                stream.path("field_order").asText("unknown"),
                stream.path("r_frame_rate").asText(),
                stream.path("avg_frame_rate").asText(),
                stream.path("nb_frames").asLong(-1),
                stream.path("has_b_frames").asInt(),
                stream.path("start_time").asDouble(0),
                stream.path("duration").asDouble(0),
                stream.path("disposition").path("default").asInt() == 1,
                stream.path("disposition").path("attached_pic").asInt() == 1,
                stream.path("channels").asInt(),
                stream.path("sample_rate").asInt(),
                dolby.path("dv_profile").asInt(-1),
                dolby.path("dv_bl_signal_compatibility_id").asInt(),
                stream.path("codec_name").asText().matches("vp[89]")
                        && stream.path("tags").path("alpha_mode").asInt() == 1);
    }

    private static JsonNode sideData(JsonNode stream, String field) {
        for (JsonNode entry : stream.path("side_data_list")) {
            if (entry.has(field)) {
                return entry;
            }
        }
        return stream.path("side_data_list").path(-1);
    }

    private static double shape(String ratio) {
        double shape = SourceInfo.fraction(ratio.replace(':', '/'));
        return shape >= 1 / MOST_EXTREME_SHAPE && shape <= MOST_EXTREME_SHAPE ? shape : 1;
    }

    boolean isVideo() {
        return type.equals("video");
    }

    boolean isAudio() {
        return type.equals("audio");
    }

    /** Returns whether frames may consist of two fields. Each frame says whether it does. */
    boolean mayBeInterlaced() {
        return INTERLACED.contains(fieldOrder)
                || WITH_FIELDS.contains(codec)
                || fieldOrder.equals("unknown") && MAYBE_WITH_FIELDS.contains(codec);
    }

    /** Returns whether frames may have transparent parts. */
    boolean hasAlpha() {
        return alphaBeside || pixelFormat.matches("yuva.*|gbrap.*|rgba.*|argb.*|bgra.*|abgr.*|ya8|ya16.*");
    }

    /** Returns the width of the picture as shown, in square pixels. */
    double shownWidth() {
        return orientation.isSideways() ? height / pixelShape : width * pixelShape;
    }

    /** Returns the height of the picture as shown, in square pixels. */
    double shownHeight() {
        return orientation.isSideways() ? width : height;
    }
}
