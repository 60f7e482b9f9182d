package caravana.worker.media;

/**
 * What a transcoding has to make.
 *
 * @param footageSeconds length of the original's part
 * @param addedSeconds length of what is added to it, the cards
 * @param frameRate constant frames a second, as a fraction
 * @param audio whether the original's audio is kept
 * @param h264 whether the video is H.264 in yuv420p
 * @param hd whether the picture is exactly 1280×720
 */
public record PlannedResult(
        double footageSeconds, double addedSeconds, String frameRate, boolean audio, boolean h264, boolean hd) {

    /** Length of the whole. */
    double seconds() {
        return footageSeconds + addedSeconds;
    }
}
