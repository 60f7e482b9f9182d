package caravana.worker.media;

import caravana.checks.TransformationEntry.Ladder;
import caravana.checks.TransformationEntry.Produced;
import caravana.transformation.AppliedTransformation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The planned renditions of a video: several heights, cut into segments at the same frames, and its sound.
 *
 * @param name of all, which is the prefix of their segments
 * @param rungs the renditions of the picture, the lowest first
 * @param sound the file of the sound; null for none
 * @param segmentFrames frames of each segment, except the first two, which have as many together, and the last one
 * @param rate frames per second
 */
record PlannedLadder(String name, List<Rung> rungs, Path sound, int segmentFrames, FrameRate rate) {

    /** Seconds of a segment, as near as a whole number of frames comes. */
    private static final int SEGMENT = 4;

    /** Of these parts of a segment, the first segment has one: so much sooner it can be played. */
    private static final int FIRST_OF = 4;

    /** Bits that a rendition spends on each pixel at most, for longer than a second: several times the usual. */
    private static final double MOST_BITS = 0.2;

    private static final double WIDE = 16.0 / 9;

    /** How much above the rate over a second that of a segment may be, which the encoder's buffer and the container add. */
    private static final double ABOVE = 1.3;

    /** More than the sound ever has, in bits per second. */
    static final long SOUND_PEAK = 192_000;

    /**
     * One rendition.
     *
     * @param name its own among them
     * @param height which it has at most
     * @param stream the label of its stream in the filter graph
     * @param file the whole of it, which is cut
     */
    record Rung(String name, int height, String stream, Path file) {

        /**
         * Bits per second that the encoder keeps to: players choose by the peak of a rendition before it is known.
         *
         * @param rate frames per second
         */
        long maxRate(FrameRate rate) {
            return Math.round(WIDE * height * height * rate.perSecond() * MOST_BITS);
        }

        /** Bits per second that no segment of the rendition has more of, nor the first two together. */
        long peak(FrameRate rate) {
            return Math.round(ABOVE * maxRate(rate));
        }
    }

    /** Seconds of a segment of the picture. */
    double segmentSeconds() {
        return segmentFrames / rate.perSecond();
    }

    /** Whether a segment of the picture begins there: a scene may begin in mid-segment, and has a fragment of its own. */
    boolean begins(Fragments.Fragment fragment, long timescale) {
        long frame = Math.round(fragment.start() * rate.perSecond() / timescale);
        return frame % segmentFrames == 0 || frame == firstFrames();
    }

    /** Whether a segment of the sound begins at the later one of two fragments that follow each other. */
    boolean beginsSound(Fragments.Fragment before, Fragments.Fragment after, long timescale) {
        return before.start() == 0
                || (long) (after.start() / segmentSeconds() / timescale)
                        > (long) (before.start() / segmentSeconds() / timescale);
    }

    /** The frames of the first segment. */
    int firstFrames() {
        return firstFrames(segmentFrames);
    }

    private static int firstFrames(int segmentFrames) {
        return Math.max(1, segmentFrames / FIRST_OF);
    }

    /** The frames of a segment that is not the last one, by its number from 1 on. */
    int framesOf(int number) {
        return switch (number) {
            case 1 -> firstFrames();
            case 2 -> segmentFrames - firstFrames();
            default -> segmentFrames;
        };
    }

    /** How many segments so many frames have. */
    long segments(long frames) {
        return (frames + segmentFrames - 1) / segmentFrames + (frames > firstFrames() ? 1 : 0);
    }

    /** The frames of a segment. */
    static int segmentFrames(FrameRate rate) {
        return (int) rate.framesIn(SEGMENT);
    }

    /** The frames of the first segment. */
    static int firstFrames(FrameRate rate) {
        return firstFrames(segmentFrames(rate));
    }

    /**
     * @param produced which has a ladder
     * @param video the original's picture, than which no rendition is higher
     * @param size of the video, than which none is higher either
     */
    static PlannedLadder of(
            Produced produced,
            List<AppliedTransformation> transformations,
            Track video,
            PlannedResult result,
            PlannedSize size,
            Path folder) {
        Ladder ladder = produced.ladder();
        String name = produced.name().substring(0, produced.name().indexOf('.'));
        double highest = highest(transformations, video, size);
        List<Rung> rungs = new ArrayList<>();
        for (int height : ladder.heights()) {
            if (rungs.isEmpty() || height <= highest) {
                String rung = height + "p";
                rungs.add(new Rung(
                        rung, height, produced.stream() + "_" + height, folder.resolve(name + "-" + rung + ".mp4")));
            }
        }
        return new PlannedLadder(
                name,
                List.copyOf(rungs),
                result.audio() ? folder.resolve(name + "-sound.mp4") : null,
                segmentFrames(result.frameRate()),
                result.frameRate());
    }

    /** The height that the picture has at most. Of one that was turned or cropped, the filters decide it. */
    private static double highest(List<AppliedTransformation> transformations, Track video, PlannedSize size) {
        boolean reshaped = transformations.stream().anyMatch(each -> "open".equals(each.set("shape")));
        double own = reshaped ? Math.max(video.shownWidth(), video.shownHeight()) : video.shownHeight();
        return size.fit() == null ? own : Math.min(own, size.fit().height());
    }

    /** Ends of the filter graph, one for each rendition. */
    String graph(String stream, String ending) {
        StringBuilder graph = new StringBuilder(";[" + stream + "]split=" + rungs.size());
        rungs.forEach(rung -> graph.append("[").append(rung.stream()).append("_in]"));
        for (Rung rung : rungs) {
            graph.append(";[")
                    .append(rung.stream())
                    .append("_in]scale=w='max(2,round(oh*iw/ih/2)*2)':h='trunc(min(ih,")
                    .append(rung.height())
                    .append(")/2)*2',format=yuv420p,")
                    .append(ending)
                    .append('[')
                    .append(rung.stream())
                    .append(']');
        }
        return graph.toString();
    }
}
