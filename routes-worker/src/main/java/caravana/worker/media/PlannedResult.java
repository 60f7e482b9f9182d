package caravana.worker.media;

/**
 * What a transcoding has to make.
 *
 * @param footageFrames frames of the original's part
 * @param addedFrames frames that are added to it, the cards
 * @param frameRate constant frames per second
 * @param audioWanted whether the original's sound is to be kept if it has any that can be decoded
 * @param audio whether the result has sound
 * @param h264 whether the video is H.264 in yuv420p
 * @param box into which the picture is fitted; null when it keeps its size
 * @param filled whether the picture, with bars, is as large as the box
 * @param keptSeconds after which the original is cut; infinite when it is not
 * @param tolerance by how many frames the length may differ
 */
public record PlannedResult(
        long footageFrames,
        long addedFrames,
        FrameRate frameRate,
        boolean audioWanted,
        boolean audio,
        boolean h264,
        Box box,
        boolean filled,
        double keptSeconds,
        long tolerance) {

    /** A size in pixels. */
    public record Box(int width, int height) {}

    /** Frames of the whole. */
    long frames() {
        return footageFrames + addedFrames;
    }

    /** Length of the whole. */
    double seconds() {
        return secondsOf(frames());
    }

    /** Length of the original's part. */
    double footageSeconds() {
        return secondsOf(footageFrames);
    }

    double secondsOf(long frames) {
        return frames / frameRate.perSecond();
    }
}
