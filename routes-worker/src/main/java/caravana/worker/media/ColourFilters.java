package caravana.worker.media;

import java.util.Set;

/** Filters that convert any picture to the colours of all results: BT.709 in limited range, with these tags. */
final class ColourFilters {

    /** Sets the tags, without converting colours. */
    static final String TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709";

    /** Converts to BT.709. Without exact rounding, light saturated colours become too dark by up to 3 of 219. */
    private static final String TO_BT709 =
            ":out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";

    /** Primaries so much wider than those of BT.709 that colours are wrong without conversion. */
    private static final Set<String> WIDE = Set.of("bt2020", "smpte431", "smpte432");

    /** The lowest height at which players assume that a picture without tags is HD. */
    private static final int HD_HEIGHT = 720;

    private static final int HD_WIDTH = 1280;

    private static final String UNKNOWN = "unknown";

    private ColourFilters() {}

    /** Returns options of the scaling filter, which also converts matrix and range in the same pass. */
    static String whileScaling(Track video) {
        if (isWide(video)) {
            // Otherwise the filter would convert to limited range.
            return video.colour().range().equals("pc") ? ":out_range=pc" : "";
        }
        if (isRgb(video)) {
            return TO_BT709;
        }
        String matrix = matrix(video);
        boolean full =
                video.colour().range().equals("pc") || video.pixelFormat().startsWith("yuvj");
        if (matrix.equals("bt709") && !full) {
            return "";
        }
        String from = video.colour().matrix().equals(UNKNOWN) ? ":in_color_matrix=" + matrix : "";
        return from + TO_BT709;
    }

    /** Returns the filters after scaling, where there are fewer pixels to convert. */
    static String afterScaling(Track video) {
        if (video.colour().hdr() != null) {
            return toneMapped(video.colour()) + "," + TAGS;
        }
        if (isWide(video)) {
            return "zscale=" + from(video.colour()) + ":p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p," + TAGS;
        }
        if (video.hasAlpha()) {
            return "format=yuva444p," + FrameNotes.TRANSPARENCY + ",premultiply=inplace=1,format=yuv444p," + TAGS;
        }
        if (isRgb(video)) {
            return "format=yuv444p," + TAGS;
        }
        // Pixel formats with a j in their names have full range, even if the tags say otherwise.
        boolean full = video.pixelFormat().startsWith("yuvj");
        return (full ? "format=" + video.pixelFormat().replace("yuvj", "yuv") + "," : "") + TAGS;
    }

    /** Maps HDR to SDR. The white of SDR is HDR's reference white, 203 cd/m²; brighter parts are compressed. */
    private static String toneMapped(Colour colour) {
        return "zscale=" + from(colour) + ":t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0,"
                + "zscale=t=bt709:m=bt709:r=tv,format=yuv420p";
    }

    /** Returns filters that set the colours of each frame, even if it has no tags. */
    private static String from(Colour colour) {
        return "pin=" + known(colour.primaries(), "bt2020") + ":tin=" + known(colour.transfer(), "bt709") + ":min="
                + known(colour.matrix(), "bt2020nc") + ":rin="
                + known(colour.range(), "tv").replace("pc", "full").replace("tv", "limited");
    }

    private static String known(String value, String otherwise) {
        return value.equals(UNKNOWN) ? otherwise : value;
    }

    private static boolean isWide(Track video) {
        Colour colour = video.colour();
        return colour.hdr() != null
                || WIDE.contains(colour.primaries())
                || colour.primaries().equals(UNKNOWN) && colour.matrix().startsWith("bt2020");
    }

    private static boolean isRgb(Track video) {
        return video.colour().matrix().equals("gbr")
                || video.pixelFormat().matches("(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|pal8|monow|monob|x2rgb|x2bgr).*");
    }

    private static String matrix(Track video) {
        return switch (video.colour().matrix()) {
            case UNKNOWN -> video.height() >= HD_HEIGHT || video.width() >= HD_WIDTH ? "bt709" : "bt601";
            case "smpte170m", "bt470bg" -> "bt601";
            default -> video.colour().matrix();
        };
    }
}
