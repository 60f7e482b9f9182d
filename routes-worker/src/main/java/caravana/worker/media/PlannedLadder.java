package caravana.worker.media;

import caravana.checks.TransformationEntry.Ladder;
import caravana.checks.TransformationEntry.Produced;
import caravana.transformation.AppliedTransformation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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

    /** The approximate length of a segment in seconds, which is a whole number of frames. */
    private static final int SEGMENT = 4;

    /** The first segment is this fraction of a segment, so that playback can start earlier. */
    private static final int FIRST_OF = 4;

    /**
     * The most bits that a rendition may use for each pixel over more than a second; usual videos need a fraction of
     * it.
     */
    private static final double MOST_BITS = 0.2;

    private static final double WIDE = 16.0 / 9;

    /**
     * How much the bit rate of a segment may exceed that of a second, because of the encoder's buffer and the
     * container.
     */
    private static final double ABOVE = 1.3;

    /** The highest bit rate of the sound in bits per second. */
    static final long SOUND_PEAK = 192_000;

    /**
     * One rendition.
     *
     * @param name name of the rendition, unique among the video's renditions
     * @param height its largest height in pixels
     * @param stream the label of its stream in the filter graph
     * @param file the file with the whole rendition, which will be cut
     */
    record Rung(String name, int height, String stream, Path file) {

        /**
         * Returns the highest bit rate of the encoder in bits per second. Players choose a rendition by its peak, which
         * must be known in advance.
         *
         * @param rate frames per second
         */
        long maxRate(FrameRate rate) {
            return Math.round(WIDE * height * height * rate.perSecond() * MOST_BITS);
        }

        /** Returns the highest bit rate of a segment, and of the first two together, in bits per second. */
        long peak(FrameRate rate) {
            return Math.round(ABOVE * maxRate(rate));
        }
    }

    /** Returns a copy whose files are in the same folder under other names. */
    PlannedLadder inFiles(UnaryOperator<String> fileOf) {
        List<Rung> others = rungs.stream()
                .map(rung -> new Rung(
                        rung.name(),
                        rung.height(),
                        rung.stream(),
                        rung.file().resolveSibling(fileOf.apply(rung.name()))))
                .toList();
        Path otherSound = sound == null ? null : sound.resolveSibling(fileOf.apply(MadeStream.SOUND));
        return new PlannedLadder(name, others, otherSound, segmentFrames, rate);
    }

    /** Returns a copy without sound. */
    PlannedLadder withoutSound() {
        return new PlannedLadder(name, rungs, null, segmentFrames, rate);
    }

    /** Returns the files of all renditions by their names, that of the sound last. */
    Map<String, Path> files() {
        Map<String, Path> files = new LinkedHashMap<>();
        rungs.forEach(rung -> files.put(rung.name(), rung.file()));
        if (sound != null) {
            files.put(MadeStream.SOUND, sound);
        }
        return files;
    }

    /** Returns the length of a segment of the picture in seconds. */
    double segmentSeconds() {
        return segmentFrames / rate.perSecond();
    }

    /**
     * Returns whether a segment of the picture begins at this fragment. A new scene within a segment also begins a
     * fragment.
     */
    boolean begins(Fragments.Fragment fragment, long timescale) {
        return begins(fragment.start(), timescale);
    }

    /** Returns whether a segment of the picture ends with this fragment. */
    boolean ends(Fragments.Fragment fragment, long timescale) {
        return begins(fragment.start() + fragment.duration(), timescale);
    }

    private boolean begins(long time, long timescale) {
        long frame = Math.round(time * rate.perSecond() / timescale);
        return frame % segmentFrames == 0 || frame == firstFrames();
    }

    /** Returns whether a segment of the sound begins at the second of two consecutive fragments. */
    boolean beginsSound(Fragments.Fragment before, Fragments.Fragment after, long timescale) {
        return before.start() == 0
                || (long) (after.start() / segmentSeconds() / timescale)
                        > (long) (before.start() / segmentSeconds() / timescale);
    }

    /** Returns the number of frames of the first segment. */
    int firstFrames() {
        return firstFrames(segmentFrames);
    }

    private static int firstFrames(int segmentFrames) {
        return Math.max(1, segmentFrames / FIRST_OF);
    }

    /**
     * Returns the number of frames of a segment that is not the last one.
     *
     * @param number of the segment, from 1 on
     */
    int framesOf(int number) {
        return switch (number) {
            case 1 -> firstFrames();
            case 2 -> segmentFrames - firstFrames();
            default -> segmentFrames;
        };
    }

    /** Returns how many segments a number of frames has. */
    long segments(long frames) {
        return (frames + segmentFrames - 1) / segmentFrames + (frames > firstFrames() ? 1 : 0);
    }

    /** Returns the number of frames of a segment. */
    static int segmentFrames(FrameRate rate) {
        return (int) rate.framesIn(SEGMENT);
    }

    /** Returns the number of frames of the first segment. */
    static int firstFrames(FrameRate rate) {
        return firstFrames(segmentFrames(rate));
    }

    /**
     * @param produced the entry of the catalogue with the ladder
     * @param video the original's picture, which limits the height of renditions
     * @param size of the video, which also limits it
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

    /** Returns the largest possible height of the picture. After rotation or cropping, the filters determine it. */
    private static double highest(List<AppliedTransformation> transformations, Track video, PlannedSize size) {
        boolean reshaped = transformations.stream().anyMatch(each -> "open".equals(each.set("shape")));
        double own = reshaped ? Math.max(video.shownWidth(), video.shownHeight()) : video.shownHeight();
        return size.fit() == null ? own : Math.min(own, size.fit().height());
    }

    /** Returns the ends of the filter graph, one for each rendition. */
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
