package caravana.worker.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The filters that ffmpeg applies to an original before any transformation: constant rate, one size, square pixels, and
 * sound that stays in sync with the picture.
 */
final class SourceFilters {

    /** A difference of timestamps in seconds so large that ffmpeg never assumes a jump of the clock. */
    private static final String NO_JUMP = "1000000";

    /** The tolerance of rounded times in seconds, less than the distance of two frames. */
    private static final double CLOSELY = 0.0005;

    /** An audio filter that removes the large jumps of a damaged clock. The register has their sum. */
    private static final String JUMPS_CLOSED = "asetpts='st(0,ld(0)+if(gt(abs(PTS-PREV_INPTS)," + PacketTimes.JUMP_AHEAD
            + "/TB),PTS-PREV_INPTS-NB_SAMPLES/SR/TB));PTS-ld(0)',";

    /**
     * Deletes side data that describe only the original: its orientation, and the brightness of its HDR. ffmpeg copies
     * them into the clip since version 7.
     */
    private static final String FORGET = Stream.of("DISPLAYMATRIX", "MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL")
            .map(",sidedata=mode=delete:type="::concat)
            .collect(Collectors.joining());

    private SourceFilters() {}

    /**
     * Returns the options of the input. If the picture changes its size or format, the filters receive it unchanged,
     * because rebuilding them would lose the frames that they hold. The filters that ffmpeg inserts to rotate the
     * picture could not do that.
     *
     * <p>If the clock of the picture does not jump, ffmpeg must not close jumps: it would treat slides, and a pause of
     * 10 s in the sound, as jumps.
     */
    static List<String> inputOptions(SourceTimeline source) {
        List<String> options = new ArrayList<>(List.of("-reinit_filter", "0", "-noautorotate"));
        if (source.video().alphaBeside()) {
            // ffmpeg's own decoders ignore the transparency, and would show the pixels below it.
            options.add("-c:" + source.video().index());
            options.add(source.video().codec().equals("vp8") ? "libvpx" : "libvpx-vp9");
        }
        if (source.keepsClock()) {
            options.add("-copyts");
        } else if (source.gapsClosed() == 0) {
            options.addAll(List.of("-dts_delta_threshold", NO_JUMP));
        }
        return options;
    }

    /**
     * Returns the options of the input of a part. Times stay those of the file, which is searched by them. Frames
     * before the first key are kept, because what is shown at the part's beginning may have begun long before.
     */
    static List<String> inputOptions(SourceTimeline source, VideoParts.Part part) {
        List<String> options = new ArrayList<>(inputOptions(source));
        if (!source.keepsClock()) {
            options.add("-copyts");
        }
        if (part.key() != null) {
            options.addAll(List.of("-seek_timestamp", "1", "-noaccurate_seek", "-ss"));
            options.add(String.format(Locale.ROOT, "%.6f", part.key().sought()));
        }
        return options;
    }

    /** Returns the beginning of the video's filter chain. */
    static String video(SourceTimeline source, PlannedResult result) {
        String clock = "setpts=" + clock(source, zeroOfPicture(source, result) - awayFromTies(source, result)) + ",";
        StringBuilder rate = new StringBuilder("fps=" + result.frameRate() + ":start_time=0,");
        if (source.endIsAMistake()) {
            rate.append("trim=end_frame=").append(result.footageFrames()).append(',');
        } else if (Double.isFinite(result.keptSeconds())) {
            // A damaged original may be longer than its packets say.
            rate.append("trim=end_frame=").append(kept(result)).append(',');
        }
        return video(source, result, clock, FrameNotes.FIELDS, rate.toString());
    }

    private static long kept(PlannedResult result) {
        return Math.max(1, result.frameRate().framesIn(result.keptSeconds()));
    }

    /**
     * Returns the beginning of the filter chain of a part of the video. Times of the input are those of the file. The
     * frame rate filter gets no start, so that every frame has the same place as in the whole video; the times stay
     * those of the whole, because later filters may depend on them.
     *
     * @param zero when frame 0 of the result is shown, in seconds on the clock of the file
     */
    static String video(SourceTimeline source, PlannedResult result, VideoParts.Part part, double zero) {
        double moved = zero - awayFromTies(source, result);
        StringBuilder clock =
                new StringBuilder("setpts=PTS-").append(seconds(moved)).append("/TB,");
        if (part.key() != null) {
            // Frames before the key may refer to others that were not read.
            clock.append(String.format(
                    Locale.ROOT, "trim=start=%.6f,", Math.max(0, part.key().shown() - moved - CLOSELY)));
        }
        StringBuilder rate = new StringBuilder("fps=" + result.frameRate());
        rate.append(part.from() == 0 ? ":start_time=0," : ",");
        rate.append("trim=start_pts=").append(part.from());
        if (!part.isLast()) {
            rate.append(":end_pts=").append(part.to());
        } else if (Double.isFinite(result.keptSeconds())) {
            rate.append(":end_pts=").append(kept(result));
        }
        return video(
                source,
                result,
                clock.toString(),
                FrameNotes.fields(part.number()),
                rate.append(',').toString());
    }

    private static String video(SourceTimeline source, PlannedResult result, String clock, String notes, String rate) {
        Track video = source.video();
        StringBuilder chain = new StringBuilder(clock);
        if (video.mayBeInterlaced()) {
            chain.append(notes).append(',');
            // The filter reads three frames at once, which must have the same size.
            chain.append("scale=w=").append(video.width()).append(":h=").append(video.height());
            chain.append(":eval=frame:interl=-1,bwdif=mode=send_frame:deint=interlaced,");
        }
        chain.append(rate);
        chain.append(oneSize(video, result.source()));
        video.orientation().filters().forEach(filter -> chain.append(filter).append(','));
        return chain.append(ColourFilters.afterScaling(video)).append(FORGET).toString();
    }

    /** Returns the time of the result's first frame, in seconds on ffmpeg's clock. */
    static double zeroOfPicture(SourceTimeline source, PlannedResult result) {
        return zero(source, result) + source.heldBack();
    }

    /** Returns the time of the result's time 0, in seconds after ffmpeg's time 0. */
    private static double zero(SourceTimeline source, PlannedResult result) {
        return (result.sound() ? source.zero() : source.zeroWithoutSound()) + result.startSeconds();
    }

    /**
     * Returns a shift of a quarter of a frame for halved rates. Otherwise every second frame would be equally close to
     * two frames of the result, and clocks of milliseconds would assign it to one or the other at random.
     */
    private static double awayFromTies(SourceTimeline source, PlannedResult result) {
        double rate = source.rate().perSecond();
        return rate > 1.5 * result.frameRate().perSecond() ? 0.25 / rate : 0;
    }

    /**
     * Returns filters that count times from the first frame. Where another recording begins, whose clock starts again,
     * all tracks are shifted by the same time; the register counts the recordings of the track.
     */
    private static String clock(SourceTimeline source, double zero) {
        String fromZero = "PTS-" + seconds(zero) + "/TB";
        if (source.joins().isEmpty()) {
            return fromZero;
        }
        StringBuilder clock =
                new StringBuilder("'st(0,ld(0)+lt(PTS,PREV_INPTS-" + PacketTimes.JOIN + "/TB));" + fromZero);
        int recording = 1;
        for (double join : source.joins()) {
            clock.append("+gte(ld(0),")
                    .append(recording++)
                    .append(")*")
                    .append(seconds(join))
                    .append("/TB");
        }
        return clock.append('\'').toString();
    }

    /**
     * Returns filters that give every frame the size that the first one has in the result, or its own size when the
     * result's is open, with bars if a later frame has another shape. A later frame with more pixels keeps as many of
     * them as the result can show.
     */
    private static String oneSize(Track video, PlannedResult.Box box) {
        double factor =
                box == null ? 1 : Math.min(box.width() / video.shownWidth(), box.height() / video.shownHeight());
        int shownWidth = even(video.shownWidth() * factor);
        int shownHeight = even(video.shownHeight() * factor);
        boolean sideways = video.orientation().isSideways();
        // Otherwise a wrong pixel shape of the header would be used.
        String square = video.pixelShape() == 1 ? "setsar=1," : "";
        return square
                + String.format(
                        Locale.ROOT,
                        "scale=w='if(lt(abs(dar/%3$.6f-1),0.02),%1$d,trunc(min(%1$d,%2$d*dar)/2)*2)'"
                                + ":h='if(lt(abs(dar/%3$.6f-1),0.02),%2$d,trunc(min(%2$d,%1$d/dar)/2)*2)'"
                                + ":eval=frame%4$s,setsar=1,pad=w=%1$d:h=%2$d:x=-1:y=-1:eval=frame,",
                        sideways ? shownHeight : shownWidth,
                        sideways ? shownWidth : shownHeight,
                        video.width() * video.pixelShape() / video.height(),
                        ColourFilters.whileScaling(video));
    }

    private static int even(double pixels) {
        return Math.max(2, (int) (Math.round(pixels) / 2) * 2);
    }

    /**
     * Returns the filter chain of the sound, which begins and ends with the picture. Where it would be early or late by
     * more than 30 ms, such as between joined recordings, samples are dropped or silence is inserted. ffmpeg's own
     * limit is 100 ms.
     *
     * @param transformations further filters, in their order
     * @param labels the labels at its end, one for each file with sound
     */
    static String audio(
            SourceTimeline source, PlannedResult result, List<String> transformations, List<String> labels) {
        return audio(0, source, result, transformations, labels);
    }

    /** @param input the number of the original among the inputs */
    static String audio(
            int input, SourceTimeline source, PlannedResult result, List<String> transformations, List<String> labels) {
        // Some decoders, such as that of Speex, do not declare that one channel is mono.
        String layout = source.audio().channels() == 1 ? "mono" : "stereo";
        return "[" + input + ":" + source.audio().index() + "]" + (source.soundJumps() > 0 ? JUMPS_CLOSED : "")
                + "asetpts=" + clock(source, zero(source, result))
                + (result.startSeconds() > 0 ? ",atrim=start=0" : "")
                + ",aresample=async=1:min_hard_comp=0.03:first_pts=0,atrim=end="
                + String.format(Locale.ROOT, "%.6f", result.footageSeconds()) + ",aformat=channel_layouts=" + layout
                + transformations.stream().map(filter -> "," + filter).collect(Collectors.joining())
                + (labels.size() > 1 ? ",asplit=" + labels.size() : "") + String.join("", labels);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "(%.6f)", value);
    }
}
