package caravana.worker.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What ffmpeg does to an original before any transformation: constant rate, one size, square pixels, and sound that stays
 * with the picture.
 */
final class SourceFilters {

    /** No difference of timestamps is taken for a jump of the clock, in seconds. */
    private static final String NO_JUMP = "1000000";

    private SourceFilters() {}

    /**
     * Options of the input. Where the picture changes its size or format, the filters take it as it comes: building them
     * anew would lose what they hold. Those that turn and deinterlace cannot do that.
     *
     * <p>Where the clock of the picture does not jump, ffmpeg must not close a jump either: it takes slides, and sound that
     * pauses for 10 s, for one.
     */
    static List<String> inputOptions(SourceTimeline source) {
        Track video = source.video();
        List<String> options = new ArrayList<>();
        if (!video.rotated() && !video.mayBeInterlaced()) {
            options.addAll(List.of("-reinit_filter", "0"));
        }
        if (source.gapsClosed() == 0) {
            options.addAll(List.of("-dts_delta_threshold", NO_JUMP));
        }
        return options;
    }

    /** The head of the video's chain. It names {@code fps}. */
    static String video(SourceTimeline source, PlannedResult result) {
        Track video = source.video();
        StringBuilder chain =
                new StringBuilder("setpts=PTS-" + seconds(source.zero() - awayFromTies(source, result)) + "/TB,");
        if (video.mayBeInterlaced()) {
            chain.append("bwdif=mode=send_frame:deint=interlaced,");
        }
        chain.append("fps={fps}:start_time=0,");
        if (source.endIsAMistake() || result.keptSeconds() < source.seconds()) {
            chain.append("trim=end_frame=").append(result.footageFrames()).append(',');
        }
        return chain.append(oneSize(video, result.box()))
                .append(ColourFilters.afterScaling(video))
                .toString();
    }

    /**
     * When the rate is halved, every second frame is as near to one frame of the result as to the next, and clocks of
     * milliseconds would put it now to this one and now to that. A quarter of a frame later there are no ties.
     */
    private static double awayFromTies(SourceTimeline source, PlannedResult result) {
        double rate = source.rate().perSecond();
        return rate > 1.5 * result.frameRate().perSecond() ? 0.25 / rate : 0;
    }

    /** Brings every frame to the size of the first one, with bars when a later one has another shape. */
    private static String oneSize(Track video, PlannedResult.Box box) {
        double shape = video.shownWidth() / video.shownHeight();
        double factor = box == null
                ? 1
                : Math.min(1, Math.min(box.width() / video.shownWidth(), box.height() / video.shownHeight()));
        int width = even(video.shownWidth() * factor);
        int height = even(video.shownHeight() * factor);
        // A shape of pixels that is a mistake would be taken for one that is not.
        String square = video.pixelShape() == 1 ? "setsar=1," : "";
        return square
                + String.format(
                        Locale.ROOT,
                        "scale=w='if(lt(abs(dar/%3$.6f-1),0.02),%1$d,trunc(min(%1$d,%2$d*dar)/2)*2)'"
                                + ":h='if(lt(abs(dar/%3$.6f-1),0.02),%2$d,trunc(min(%2$d,%1$d/dar)/2)*2)'"
                                + ":eval=frame%4$s,setsar=1,pad=w=%1$d:h=%2$d:x=-1:y=-1:eval=frame,",
                        width,
                        height,
                        shape,
                        ColourFilters.whileScaling(video));
    }

    private static int even(double pixels) {
        return Math.max(2, (int) (Math.round(pixels) / 2) * 2);
    }

    /**
     * The chain of the sound, from the same zero as the picture and no longer than it. Where it would be early or late by more
     * than 30 ms, as where recordings were joined, samples are left out or silence is put in; ffmpeg's own limit is 100 ms.
     */
    static String audio(SourceTimeline source, PlannedResult result) {
        String stereo = source.audio().channels() > 2 ? ",aformat=channel_layouts=stereo" : "";
        return "[0:" + source.audio().index() + "]asetpts=PTS-" + seconds(source.zero())
                + "/TB,aresample=async=1:min_hard_comp=0.03:first_pts=0,atrim=end="
                + String.format(Locale.ROOT, "%.6f", result.footageSeconds()) + stereo + "[audio]";
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "(%.6f)", value);
    }
}
