package caravana.worker.media;

/**
 * The result that a transcoding must make.
 *
 * @param footageFrames frames of the original's part
 * @param addedFrames frames of the cards, in addition
 * @param frameRate constant frames per second
 * @param audioWanted whether the original's sound is kept if it has any that can be decoded
 * @param audio whether the result has sound
 * @param sound whether the original's sound is decoded, for the result or for another file
 * @param h264 whether the video is H.264 in yuv420p
 * @param source box into which the picture is fitted before any transformation; null when it keeps its size
 * @param size size of the result; null when it depends on the original's
 * @param startSeconds seconds of the original that are cut at its beginning
 * @param keptSeconds longest duration of the footage, after which it is cut; infinite when it is not
 * @param subtitles whether the result has a track of subtitles
 * @param soundSeconds when the original's sound ends in the footage, if it is kept and this is known; otherwise NaN
 * @param tolerance number of frames by which the length may differ
 */
public record PlannedResult(
        long footageFrames,
        long addedFrames,
        FrameRate frameRate,
        boolean audioWanted,
        boolean audio,
        boolean sound,
        boolean h264,
        Box source,
        Box size,
        double startSeconds,
        double keptSeconds,
        boolean subtitles,
        double soundSeconds,
        long tolerance) {

    /** A size in pixels. */
    public record Box(int width, int height) {

        /** Formats a size for people, such as {@code 1280×720}. */
        @Override
        public String toString() {
            return width + "×" + height;
        }
    }

    /** Returns a copy with a subtitle track. */
    PlannedResult withSubtitles() {
        return new PlannedResult(
                footageFrames,
                addedFrames,
                frameRate,
                audioWanted,
                audio,
                sound,
                h264,
                source,
                size,
                startSeconds,
                keptSeconds,
                true,
                soundSeconds,
                tolerance);
    }

    /** Returns a copy whose footage ends after a number of frames, or earlier. */
    PlannedResult beginning(long frames) {
        return new PlannedResult(
                Math.min(frames, footageFrames),
                addedFrames,
                frameRate,
                audioWanted,
                audio,
                sound,
                h264,
                source,
                size,
                startSeconds,
                keptSeconds,
                subtitles,
                soundSeconds,
                tolerance);
    }

    /** Returns the number of frames of the whole result. */
    long frames() {
        return footageFrames + addedFrames;
    }

    /** Returns the length of the whole result in seconds. */
    double seconds() {
        return secondsOf(frames());
    }

    /**
     * Returns the seconds of video that are decoded or drawn for the result. What is cut off at the beginning is
     * decoded too.
     */
    double workedSeconds() {
        return startSeconds + seconds();
    }

    /** Returns the length of the original's part in seconds. */
    double footageSeconds() {
        return secondsOf(footageFrames);
    }

    double secondsOf(long frames) {
        return frames / frameRate.perSecond();
    }
}
